package dev.holdfast.gateway.upstream;

import dev.holdfast.gateway.DatabaseSettings;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;

/// TLS towards PostgreSQL as the database's sslmode wants it.
final class UpstreamTls {
    private final Map<DatabaseSettings, SslContext> contexts = new ConcurrentHashMap<>();

    /// @throws SSLException if the root certificate cannot be read
    SslContext context(DatabaseSettings database) throws SSLException {
        SslContext known = contexts.get(database);
        if (known != null) {
            return known;
        }
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .protocols("TLSv1.3", "TLSv1.2")
                        // "HTTPS" is the name of the rules of RFC 2818, which libpq follows too.
                        .endpointIdentificationAlgorithm(
                                database.sslMode() == DatabaseSettings.SslMode.VERIFY_FULL
                                        ? "HTTPS"
                                        : null);
        if (database.rootCertificate() != null) {
            builder.trustManager(database.rootCertificate().toFile());
        } else {
            // PREFER and REQUIRE protect against listening only, as they do with libpq.
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        }
        SslContext context = builder.build();
        contexts.put(database, context);
        return context;
    }
}
