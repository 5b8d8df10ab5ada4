package dev.holdfast.server.init;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a database is and as whom to look at it, in libpq's form
/// `postgresql://user@host:port/database?sslmode=verify-full&sslrootcert=root.crt`.
///
/// @param port 1 to 65535
/// @param sslMode as libpq's `sslmode`, without `allow`
/// @param rootCertificate whom to trust; null where the mode does not ask
public record DatabaseAddress(
        String host,
        int port,
        String database,
        String user,
        String sslMode,
        @Nullable Path rootCertificate) {
    private static final int PORT_DEFAULT = 5432;
    private static final List<String> SSL_MODES =
            List.of("disable", "prefer", "require", "verify-ca", "verify-full");
    private static final String FORM = "postgresql://user@host:5432/database";

    /// Reads an address.
    ///
    /// Without `sslmode` it is `verify-full`, on a loopback address `prefer`.
    ///
    /// @throws IllegalArgumentException with what is wrong and what to write instead
    public static DatabaseAddress of(String text) {
        URI uri = uri(text);
        String userInfo = uri.getRawUserInfo();
        if (userInfo == null || userInfo.isEmpty()) {
            throw new IllegalArgumentException(
                    "the address names no user (expected: " + FORM + ")");
        }
        if (userInfo.contains(":")) {
            throw new IllegalArgumentException(
                    "a password in the address can be read by every user of this machine (expected: "
                            + FORM
                            + ", and the password in PGPASSWORD, in ~/.pgpass or by --password-from)");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("^/", "");
        if (path.isEmpty()) {
            throw new IllegalArgumentException(
                    "the address names no database (expected: " + FORM + ")");
        }
        String host = uri.getHost().replaceAll("[\\[\\]]", "");
        Map<String, String> parameters = parameters(uri.getRawQuery());
        String certificate = parameters.remove("sslrootcert");
        String mode = parameters.remove("sslmode");
        if (!parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "the address has a parameter that is not used here: "
                            + parameters.keySet().iterator().next()
                            + " (expected: sslmode, sslrootcert)");
        }
        String sslMode = mode == null ? (loopback(host) ? "prefer" : "verify-full") : mode;
        if (!SSL_MODES.contains(sslMode)) {
            throw new IllegalArgumentException(
                    "sslmode: " + sslMode + " (expected: " + String.join(", ", SSL_MODES) + ")");
        }
        Path root = certificate == null ? null : Path.of(certificate);
        if (sslMode.startsWith("verify") && root == null) {
            throw new IllegalArgumentException(
                    "sslmode "
                            + sslMode
                            + " needs the certificate of the authority that signed the server's"
                            + " (expected: …?sslrootcert=root.crt)");
        }
        if (!sslMode.startsWith("verify") && root != null) {
            throw new IllegalArgumentException(
                    "sslrootcert is not used with sslmode "
                            + sslMode
                            + " (expected: sslmode=verify-full)");
        }
        int port = uri.getPort() < 0 ? PORT_DEFAULT : uri.getPort();
        return new DatabaseAddress(host, port, decoded(path), decoded(userInfo), sslMode, root);
    }

    private static URI uri(String text) {
        try {
            URI uri = new URI(text);
            if (!List.of("postgresql", "postgres").contains(String.valueOf(uri.getScheme()))) {
                throw new IllegalArgumentException(
                        "the address does not begin with postgresql:// (expected: " + FORM + ")");
            }
            if (uri.getHost() == null) {
                throw new IllegalArgumentException(
                        "the address names no host that is reached by TCP (expected: "
                                + FORM
                                + ")");
            }
            return uri;
        } catch (URISyntaxException _) {
            // Not its message: that repeats the text, and there may be a password in it.
            throw new IllegalArgumentException("the address is malformed (expected: " + FORM + ")");
        }
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query != null && !query.isEmpty()) {
            for (String each : query.split("&", -1)) {
                int equals = each.indexOf('=');
                String name = equals < 0 ? each : each.substring(0, equals);
                parameters.put(
                        decoded(name), equals < 0 ? "" : decoded(each.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean loopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.matches("127(?:\\.[0-9]{1,3}){3}");
    }

    /// pgjdbc's address of the server.
    String server() {
        return "jdbc:postgresql://"
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + port
                + "/";
    }

    /// The address for a person: `shop on db.internal:5432 as reader`.
    String description() {
        return "%s on %s:%d as %s".formatted(database, host, port, user);
    }
}
