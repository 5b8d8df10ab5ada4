package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.Console;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// The settings of the console, declared as in [Declarations].
final class ConsoleDeclarations {
    private ConsoleDeclarations() {}

    static final Field<String> HOST =
            Field.of(
                    "host",
                    new TextShape(
                            Pattern.compile("[A-Za-z0-9._:%-]{1,253}"),
                            "a host name or an IP address"),
                    "127.0.0.1",
                    "The address to listen on. Any other than a loopback address needs `certificate`"
                            + " and `key`.");
    static final Field<Integer> PORT =
            Field.of(
                    "port",
                    new IntegerShape(0, 65_535),
                    6490,
                    "The TCP port to listen on; 0 takes a free one.");
    static final Field<String> URL =
            Field.of(
                    "url",
                    new TextShape(
                            Pattern.compile(
                                    "(?:https?://(?:[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])"
                                            + "(?::[0-9]{1,5})?)?"),
                            "http:// or https://, a host and perhaps a port, without a path"),
                    "",
                    "The address under which people open the console, exactly as their browser shows"
                            + " it. Requests by any other name are refused, and passkeys belong to"
                            + " this name: one that changes makes them useless. Empty stands for"
                            + " `localhost` and the port.");
    static final Field<Path> CERTIFICATE =
            Field.optional(
                    "certificate",
                    new PathShape("a file with the certificate chain in PEM"),
                    "The certificate chain in PEM. Without it the console speaks plain HTTP, which"
                            + " it does on loopback addresses only.");
    static final Field<Path> KEY =
            Field.optional(
                    "key",
                    new PathShape("a file with the private key in PEM (PKCS #8)"),
                    "The private key in PEM (PKCS #8); the file must not be open to every user.");
    static final ObjectShape<Console> CONSOLE =
            new ObjectShape<>(
                    "The console",
                    v ->
                            new Console(
                                    v.of(HOST),
                                    v.of(PORT),
                                    v.of(URL),
                                    v.orNull(CERTIFICATE),
                                    v.orNull(KEY),
                                    v.orNull(OidcDeclarations.OIDC_FIELD)),
                    List.of(HOST, PORT, URL, CERTIFICATE, KEY, OidcDeclarations.OIDC_FIELD));

    static final Field<Console> CONSOLE_FIELD =
            Field.optional(
                    "console",
                    CONSOLE,
                    "Where people see what agents do and decide what is held, and where"
                            + " `holdfast login` goes. Without it nothing listens for people.");
}
