package dev.holdfast.server.notify;

import dev.holdfast.server.text.JsonText;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Posts JSON to a URL. Where there is a secret, `Holdfast-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA-256 of
/// `SECONDS.BODY`: whoever gets it can tell that it is from here, and how old it is.
final class WebhookChannel implements Channel {
    private static final Duration CONNECT_TIME = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIME = Duration.ofSeconds(10);
    private static final int NAME_BYTES = 6;

    /// Slack refuses a message with a longer section, and then nobody would be told. The statement comes last.
    private static final int SLACK_TEXT_MAX = 2_900;

    private final NotifySettings.Webhook webhook;
    private final InstantSource clock;
    private final HttpClient http;

    WebhookChannel(NotifySettings.Webhook webhook, InstantSource clock) {
        this.webhook = webhook;
        this.clock = clock;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIME)
                        // Whoever was configured is told, and nobody else.
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /// The URL may be a secret itself, as Slack's is: only its host is told.
    @Override
    public String name() {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(webhook.url().toString().getBytes(StandardCharsets.UTF_8));
            return "webhook %s %s"
                    .formatted(
                            webhook.url().getHost(), HexFormat.of().formatHex(hash, 0, NAME_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public boolean tells(HeldNotice notice) {
        return webhook.format() == NotifySettings.Format.HOLDFAST || notice.waits();
    }

    @Override
    public String message(HeldNotice notice) {
        return JsonText.indented(
                switch (webhook.format()) {
                    case HOLDFAST -> plain(notice);
                    case SLACK -> slack(notice);
                });
    }

    private static Map<String, Object> plain(HeldNotice notice) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "approval");
        body.put("id", notice.id());
        body.put("state", notice.state());
        body.put("agent", notice.agent());
        body.put("database", notice.database());
        body.put("task", notice.task());
        body.put("statement", notice.statement());
        body.put("rule", notice.rule());
        body.put("rows", notice.rows());
        body.put("link", notice.link());
        body.put("at", Instant.ofEpochMilli(notice.atEpochMillis()).toString());
        return body;
    }

    /// What an agent may have written stands in plain text, in which Slack finds no links and no mentions.
    private static Map<String, Object> slack(HeldNotice notice) {
        List<Object> blocks = new ArrayList<>();
        blocks.add(section(NoticeText.subject(notice)));
        blocks.add(section(NoticeText.body(notice)));
        Map<String, Object> button = new LinkedHashMap<>();
        button.put("type", "button");
        button.put("text", Map.of("type", "plain_text", "text", "Look at it"));
        button.put("url", notice.link());
        blocks.add(Map.of("type", "actions", "elements", List.of(button)));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("text", escaped(NoticeText.subject(notice)));
        body.put("blocks", blocks);
        return body;
    }

    private static Map<String, Object> section(String text) {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("type", "plain_text");
        plain.put(
                "text",
                text.length() <= SLACK_TEXT_MAX
                        ? text
                        : text.substring(0, SLACK_TEXT_MAX - 1) + "…");
        plain.put("emoji", false);
        return Map.of("type", "section", "text", plain);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public void deliver(String id, String message) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(webhook.url())
                        .timeout(ANSWER_TIME)
                        .header("Content-Type", "application/json")
                        .header("Holdfast-Delivery", id)
                        .POST(HttpRequest.BodyPublishers.ofString(message, StandardCharsets.UTF_8));
        if (!webhook.secret().isEmpty()) {
            long seconds = clock.instant().getEpochSecond();
            request.header(
                    "Holdfast-Signature",
                    "t=%d,v1=%s".formatted(seconds, signature(seconds + "." + message)));
        }
        int status;
        try {
            status =
                    http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            // Its message could repeat the URL.
            throw new IOException("no answer (" + e.getClass().getSimpleName() + ")", e);
        }
        if (status / 100 != 2) {
            throw new IOException("answered " + status);
        }
    }

    private String signature(String signed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(
                    new SecretKeySpec(
                            webhook.secret().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
