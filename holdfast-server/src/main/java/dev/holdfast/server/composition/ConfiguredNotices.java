package dev.holdfast.server.composition;

import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.Console;
import dev.holdfast.server.config.HoldfastConfiguration.NotifyMail;
import dev.holdfast.server.config.HoldfastConfiguration.NotifyWebhook;
import dev.holdfast.server.config.Secret;
import dev.holdfast.server.notify.HeldNotice;
import dev.holdfast.server.notify.Notifier;
import dev.holdfast.server.notify.NotifySettings;
import dev.holdfast.server.store.ControlStore;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who the configuration wants to be told what waits for people.
final class ConfiguredNotices {
    private ConfiguredNotices() {}

    /// Begins to tell, where anybody wants to be told.
    ///
    /// @param started what is to be closed in the end
    static void start(
            HoldfastConfiguration configuration,
            ControlStore store,
            ApprovalBook approvals,
            InstantSource clock,
            Unwinding started) {
        Console console = configuration.console();
        if (configuration.notices().isEmpty() || console == null) {
            return;
        }
        Notifier notifier =
                started.add(
                        Notifier.start(store, settings(configuration), clock, new SecureRandom()));
        String url = ConsoleAddress.of(console);
        started.add(approvals.onChange(held -> notifier.held(notice(held, url, clock.millis()))));
    }

    private static NotifySettings settings(HoldfastConfiguration configuration) {
        return new NotifySettings(
                configuration.notices().webhooks().stream()
                        .map(ConfiguredNotices::webhook)
                        .toList(),
                configuration.notices().mail().stream().map(ConfiguredNotices::mail).toList());
    }

    private static NotifySettings.Webhook webhook(NotifyWebhook webhook) {
        return new NotifySettings.Webhook(
                URI.create(webhook.url().reveal()),
                revealed(webhook.secret()),
                switch (webhook.format()) {
                    case HOLDFAST -> NotifySettings.Format.HOLDFAST;
                    case SLACK -> NotifySettings.Format.SLACK;
                });
    }

    private static NotifySettings.Mail mail(NotifyMail mail) {
        return new NotifySettings.Mail(
                mail.host(),
                mail.port(),
                switch (mail.tls()) {
                    case STARTTLS -> NotifySettings.Tls.STARTTLS;
                    case TLS -> NotifySettings.Tls.TLS;
                    case NONE -> NotifySettings.Tls.NONE;
                },
                mail.user(),
                revealed(mail.password()),
                mail.from(),
                mail.to());
    }

    private static String revealed(@Nullable Secret secret) {
        return secret == null ? "" : secret.reveal();
    }

    /// What may leave this machine of it: the redacted text and figures.
    static HeldNotice notice(Held held, String url, long atEpochMillis) {
        Map<String, Long> rows = new LinkedHashMap<>();
        for (TableEffect table : held.effect().tables()) {
            rows.merge(table.relation(), table.rows(), Long::sum);
        }
        return new HeldNotice(
                held.id(),
                held.state().text(),
                held.statement().principal().agent(),
                held.statement().principal().database(),
                held.purpose().task(),
                held.statement().redacted(),
                held.statement().rule(),
                rows,
                url + "/approvals/" + held.id(),
                atEpochMillis);
    }
}
