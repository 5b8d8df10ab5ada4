package dev.holdfast.server.notify;

import java.net.URI;
import java.util.List;

/// Who is told, and how.
public record NotifySettings(List<Webhook> webhooks, List<Mail> mails) {
    public NotifySettings {
        webhooks = List.copyOf(webhooks);
        mails = List.copyOf(mails);
    }

    /// A URL that messages are sent to.
    ///
    /// @param secret what messages are signed with; empty for no signature
    public record Webhook(URI url, String secret, Format format) {
        @Override
        public String toString() {
            return "Webhook[" + url.getHost() + "]";
        }
    }

    /// What a webhook understands.
    public enum Format {
        /// Our own, with every change.
        HOLDFAST,
        /// That of Slack's incoming webhooks, which others understand too; only what waits.
        SLACK
    }

    /// A mail server that takes messages.
    ///
    /// @param user empty where the server asks for nobody
    public record Mail(
            String host,
            int port,
            Tls tls,
            String user,
            String password,
            String from,
            List<String> to) {
        public Mail {
            to = List.copyOf(to);
        }

        @Override
        public String toString() {
            return "Mail[" + host + "]";
        }
    }

    /// How the way to a mail server is protected.
    public enum Tls {
        /// TLS after STARTTLS, and nothing without it.
        STARTTLS,
        /// TLS from the first byte.
        TLS,
        /// Nothing; loopback addresses only.
        NONE
    }
}
