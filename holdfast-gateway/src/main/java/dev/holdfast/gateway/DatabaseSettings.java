package dev.holdfast.gateway;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A database that agents may name, and where it really is.
///
/// @param name the name that clients give
/// @param host PostgreSQL's host, a name or a literal address
/// @param port PostgreSQL's port, 1 to 65,535
/// @param database the database's name there
/// @param sslMode whether and how TLS is used on the way there
/// @param rootCertificate PEM file of the certificates that are trusted; null where the mode does
///     not verify
/// @param connectMillis time from the first packet until PostgreSQL is ready, milliseconds, 100 to
///     600,000
/// @param pool which connections are kept when a session has ended
public record DatabaseSettings(
        String name,
        String host,
        int port,
        String database,
        SslMode sslMode,
        @Nullable Path rootCertificate,
        int connectMillis,
        PoolSettings pool) {

    public static final int CONNECT_MILLIS_DEFAULT = 10_000;

    /// Whether and how TLS is used, in the meaning that libpq gives these words.
    public enum SslMode {
        /// Never.
        DISABLE,
        /// Where the server offers it, without looking at its certificate.
        PREFER,
        /// Always, without looking at its certificate.
        REQUIRE,
        /// Always, with a certificate that a trusted root signed.
        VERIFY_CA,
        /// As VERIFY_CA, and the certificate names the host.
        VERIFY_FULL;

        /// Whether the server's certificate is looked at.
        public boolean verifies() {
            return this == VERIFY_CA || this == VERIFY_FULL;
        }
    }

    public DatabaseSettings {
        Checks.name("name", name);
        Checks.name("host", host);
        Checks.range("port", port, 1, 65_535);
        Checks.name("database", database);
        Checks.range("connectMillis", connectMillis, 100, 600_000);
        if (sslMode.verifies() && rootCertificate == null) {
            throw new IllegalArgumentException(
                    "sslMode: %s without rootCertificate (expected: one)".formatted(sslMode));
        }
        if (!sslMode.verifies() && rootCertificate != null) {
            // A root that is named and then not used is a fail-open configuration.
            throw new IllegalArgumentException(
                    "rootCertificate: given with sslMode %s (expected: VERIFY_CA or VERIFY_FULL)"
                            .formatted(sslMode));
        }
    }
}
