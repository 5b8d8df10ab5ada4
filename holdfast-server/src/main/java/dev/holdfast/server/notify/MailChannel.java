package dev.holdfast.server.notify;

import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/// Sends plain text to a mail server; only what waits for people.
final class MailChannel implements Channel {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final NotifySettings.Mail mail;

    MailChannel(NotifySettings.Mail mail) {
        this.mail = mail;
    }

    @Override
    public String name() {
        return "mail %s:%d".formatted(mail.host(), mail.port());
    }

    @Override
    public boolean tells(HeldNotice notice) {
        return notice.waits();
    }

    @Override
    public String message(HeldNotice notice) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("subject", NoticeText.subject(notice));
        message.put(
                "text",
                "%s%nDecide here: %s%n%nThis message cannot be answered, and no link in it decides anything.%n"
                        .formatted(NoticeText.body(notice), notice.link()));
        return JsonText.indented(message);
    }

    @Override
    public void deliver(String id, String message) throws IOException {
        Session session = Session.getInstance(properties());
        try {
            Map<String, Object> members = JsonTree.object(message);
            MimeMessage sent = new MimeMessage(session);
            sent.setFrom(new InternetAddress(mail.from(), true));
            for (String each : mail.to()) {
                sent.addRecipient(Message.RecipientType.TO, new InternetAddress(each, true));
            }
            sent.setSubject(String.valueOf(members.get("subject")), StandardCharsets.UTF_8.name());
            sent.setText(String.valueOf(members.get("text")), StandardCharsets.UTF_8.name());
            sent.setHeader("X-Holdfast-Delivery", id);
            sent.setHeader("Auto-Submitted", "auto-generated");
            send(session, sent);
        } catch (MessagingException e) {
            // Its message could repeat what the server said to a password.
            throw new IOException("not taken (" + e.getClass().getSimpleName() + ")", e);
        } catch (JsonTree.MalformedException e) {
            throw new IOException("the kept message cannot be read", e);
        }
    }

    private void send(Session session, MimeMessage message) throws MessagingException {
        try (Transport transport = session.getTransport(protocol())) {
            if (mail.user().isEmpty()) {
                transport.connect();
            } else {
                transport.connect(mail.user(), mail.password());
            }
            message.saveChanges();
            transport.sendMessage(message, message.getAllRecipients());
        }
    }

    private String protocol() {
        return mail.tls() == NotifySettings.Tls.TLS ? "smtps" : "smtp";
    }

    private Properties properties() {
        String prefix = "mail." + protocol() + ".";
        Properties properties = new Properties();
        properties.setProperty(prefix + "host", mail.host());
        properties.setProperty(prefix + "port", String.valueOf(mail.port()));
        properties.setProperty(
                prefix + "auth", String.valueOf(!mail.user().isEmpty()).toLowerCase(Locale.ROOT));
        properties.setProperty(prefix + "ssl.checkserveridentity", "true");
        boolean startTls = mail.tls() == NotifySettings.Tls.STARTTLS;
        properties.setProperty(prefix + "starttls.enable", String.valueOf(startTls));
        properties.setProperty(prefix + "starttls.required", String.valueOf(startTls));
        for (String what : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
            properties.setProperty(prefix + what, String.valueOf(TIMEOUT_MILLIS));
        }
        return properties;
    }
}
