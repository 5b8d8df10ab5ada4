package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.Notify;
import dev.holdfast.server.config.HoldfastConfiguration.NotifyMail;
import java.net.URI;
import java.net.URISyntaxException;

/// What one setting of `notify` demands of another. Messages are worth reading for others too, so they go over
/// TLS wherever they leave the machine.
final class NotifyConsistency {
    private final HoldfastConfiguration configuration;
    private final Reading reading;

    NotifyConsistency(HoldfastConfiguration configuration, Reading reading) {
        this.configuration = configuration;
        this.reading = reading;
    }

    void check() {
        Notify notify = configuration.notices();
        if (configuration.console() == null && !notify.isEmpty()) {
            reading.problem("notify", "there is no console to decide in (expected: console)");
        }
        HoldfastConfiguration.Console console = configuration.console();
        if (console != null
                && !notify.isEmpty()
                && console.url().isEmpty()
                && console.port() == 0) {
            reading.problem(
                    "console.url",
                    "where messages lead cannot be known while the port is any (expected: console.url)");
        }
        for (int i = 0; i < notify.webhooks().size(); i++) {
            if (!isGood(notify.webhooks().get(i).url().reveal())) {
                reading.problem(
                        "notify.webhooks[%d].url".formatted(i),
                        "not a URL that may be used (expected: https://HOST/…, or http:// and a loopback"
                                + " address)");
            }
        }
        for (int i = 0; i < notify.mail().size(); i++) {
            mail("notify.mail[%d]".formatted(i), notify.mail().get(i));
        }
    }

    private void mail(String path, NotifyMail mail) {
        if (mail.tls() == NotifyMail.Tls.NONE && !Consistency.loopback(mail.host())) {
            reading.problem(
                    path + ".tls",
                    "none, and %s is no loopback address (expected: starttls or tls)"
                            .formatted(mail.host()));
        }
        if (mail.user().isEmpty() != (mail.password() == null)) {
            reading.problem(path, "user and password: one (expected: both or none)");
        }
    }

    private static boolean isGood(String url) {
        try {
            URI uri = new URI(url);
            String host = uri.getHost();
            String scheme = uri.getScheme();
            if (host == null || scheme == null || uri.getRawUserInfo() != null) {
                return false;
            }
            return scheme.equals("https") || (scheme.equals("http") && Consistency.loopback(host));
        } catch (URISyntaxException _) {
            return false;
        }
    }
}
