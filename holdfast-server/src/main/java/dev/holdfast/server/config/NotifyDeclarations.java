package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.Notify;
import dev.holdfast.server.config.HoldfastConfiguration.NotifyMail;
import dev.holdfast.server.config.HoldfastConfiguration.NotifyWebhook;
import java.util.List;
import java.util.regex.Pattern;

/// The settings of who is told what waits for people, declared as in [Declarations].
final class NotifyDeclarations {
    private static final int CHANNELS_MAX = 20;
    private static final TextShape ADDRESS =
            new TextShape(
                    Pattern.compile("[^@\\s\\p{Cntrl}<>,;\"]{1,64}@[A-Za-z0-9.-]{1,253}"),
                    "an e-mail address: name@host");

    private NotifyDeclarations() {}

    static final Field<Secret> URL =
            Field.required(
                    "url",
                    new SecretShape(),
                    "Where it is sent, by reference, since whoever has such a URL can often post to it:"
                            + " https://, or http:// to a loopback address.");
    static final Field<Secret> SECRET =
            Field.optional(
                    "secret",
                    new SecretShape(),
                    "What messages are signed with (HMAC-SHA-256 in `Holdfast-Signature`), by reference."
                            + " Without it nobody can tell who sent them.");
    static final Field<NotifyWebhook.Format> FORMAT =
            Field.of(
                    "format",
                    ChoiceShape.of(NotifyWebhook.Format.class),
                    NotifyWebhook.Format.HOLDFAST,
                    "`holdfast`: JSON, at each change. `slack`: what Slack's incoming webhooks take, only"
                            + " when something begins to wait.");
    static final ObjectShape<NotifyWebhook> WEBHOOK =
            new ObjectShape<>(
                    "A webhook",
                    v -> new NotifyWebhook(v.of(URL), v.orNull(SECRET), v.of(FORMAT)),
                    List.of(URL, SECRET, FORMAT));

    static final Field<String> HOST =
            Field.required(
                    "host",
                    new TextShape(
                            Pattern.compile("[A-Za-z0-9._:%-]{1,253}"),
                            "a host name or an IP address"),
                    "The mail server that takes the messages.");
    static final Field<Integer> PORT =
            Field.of("port", new IntegerShape(1, 65_535), 587, "Its TCP port.");
    static final Field<NotifyMail.Tls> TLS =
            Field.of(
                    "tls",
                    ChoiceShape.of(NotifyMail.Tls.class),
                    NotifyMail.Tls.STARTTLS,
                    "`starttls`: nothing is sent where the server does not offer it. `tls`: from the first"
                            + " byte. `none`: loopback addresses only.");
    static final Field<String> USER =
            Field.of(
                    "user",
                    new TextShape(
                            Pattern.compile("[^\\p{Cntrl}]{0,200}"), "at most 200 characters"),
                    "",
                    "Who signs in to the mail server; empty for nobody.");
    static final Field<Secret> PASSWORD =
            Field.optional("password", new SecretShape(), "The user's password, by reference.");
    static final Field<String> FROM = Field.required("from", ADDRESS, "Who it comes from.");
    static final Field<List<String>> TO =
            Field.required("to", new ListShape<>(ADDRESS, 1, 20), "Who gets it.");
    static final ObjectShape<NotifyMail> MAIL =
            new ObjectShape<>(
                    "E-mail",
                    v ->
                            new NotifyMail(
                                    v.of(HOST),
                                    v.of(PORT),
                                    v.of(TLS),
                                    v.of(USER),
                                    v.orNull(PASSWORD),
                                    v.of(FROM),
                                    v.of(TO)),
                    List.of(HOST, PORT, TLS, USER, PASSWORD, FROM, TO));

    static final Field<List<NotifyWebhook>> WEBHOOKS =
            Field.of(
                    "webhooks",
                    new ListShape<>(WEBHOOK, 0, CHANNELS_MAX),
                    List.of(),
                    "URLs that are told.");
    static final Field<List<NotifyMail>> MAILS =
            Field.of(
                    "mail",
                    new ListShape<>(MAIL, 0, CHANNELS_MAX),
                    List.of(),
                    "Mail servers that are told, and for whom.");
    static final ObjectShape<Notify> NOTIFY =
            new ObjectShape<>(
                    "Who is told",
                    v -> new Notify(v.of(WEBHOOKS), v.of(MAILS)),
                    List.of(WEBHOOKS, MAILS));
    static final Field<Notify> NOTIFY_FIELD =
            Field.of(
                    "notify",
                    NOTIFY,
                    NOTIFY.construct().apply(NOTIFY.defaults()),
                    "Who is told that a statement is held: within two seconds, with a link to the console"
                            + " and never with a literal value.");
}
