package dev.holdfast.gateway.transport;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.DatabaseSettings.SslMode;
import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewaySettings;
import dev.holdfast.gateway.ListenerSettings;
import dev.holdfast.gateway.PoolSettings;
import dev.holdfast.gateway.StartupLimits;
import dev.holdfast.gateway.TlsSettings;
import dev.holdfast.gateway.TransportSettings;
import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.gateway.client.SettingJudge;
import dev.holdfast.gateway.scram.MockSecret;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.sql.analysis.SessionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A gateway with a relay for sessions, agents `reader`, `other` and `disabled`, and the database
/// `shop`.
final class GatewayFixture implements AutoCloseable {
    static final String PASSWORD = "correct horse";
    static final String UPSTREAM_ROLE = "holdfast_reader";
    static final String UPSTREAM_PASSWORD = "upstream secret";

    private static final ScramVerifier VERIFIER =
            ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom());

    private final GatewayMetrics metrics = new GatewayMetrics();
    private final Gateway gateway;

    private GatewayFixture(GatewaySettings settings) throws IOException {
        gateway =
                Gateway.start(
                        settings,
                        SettingJudge.of(new SessionSettings(Set.of("public"))),
                        metrics,
                        RelaySessions::new);
    }

    /// How the gateway is to be; every field may be changed before [#start].
    static final class Builder {
        private final int upstreamPort;
        private String upstreamHost = "127.0.0.1";
        private String upstreamRole = UPSTREAM_ROLE;
        private TlsSettings tls = TlsSettings.off();
        private StartupLimits limits = StartupLimits.defaults();
        private SslMode sslMode = SslMode.PREFER;
        private @Nullable Path root;
        private TransportSettings.Kind transport = TransportSettings.Kind.AUTO;
        private int sessionsMax = 50;
        private PoolSettings pool = PoolSettings.defaults();

        private Builder(int upstreamPort) {
            this.upstreamPort = upstreamPort;
        }

        Builder tls(TlsSettings value) {
            tls = value;
            return this;
        }

        Builder limits(StartupLimits value) {
            limits = value;
            return this;
        }

        Builder sslMode(SslMode mode, @Nullable Path rootCertificate) {
            sslMode = mode;
            root = rootCertificate;
            return this;
        }

        Builder upstreamHost(String value) {
            upstreamHost = value;
            return this;
        }

        Builder upstreamRole(String value) {
            upstreamRole = value;
            return this;
        }

        Builder sessionsMax(int value) {
            sessionsMax = value;
            return this;
        }

        Builder pool(PoolSettings value) {
            pool = value;
            return this;
        }

        Builder transport(TransportSettings.Kind value) {
            transport = value;
            return this;
        }

        GatewayFixture start() throws IOException {
            DatabaseSettings shop = database("shop", upstreamPort);
            Map<String, UpstreamCredential> credentials =
                    Map.of(
                            "shop",
                            new UpstreamCredential(upstreamRole, UPSTREAM_PASSWORD::toCharArray));
            return new GatewayFixture(
                    new GatewaySettings(
                            List.of(new ListenerSettings("127.0.0.1", 0, tls, limits)),
                            List.of(shop, database("closed", upstreamPort)),
                            List.of(
                                    agent("reader", credentials, true),
                                    agent("other", credentials, true),
                                    agent("disabled", credentials, false)),
                            // One loop, so that a warm connection is found again.
                            new TransportSettings(transport, 1),
                            1_500,
                            MockSecret.random(new SecureRandom())));
        }

        private DatabaseSettings database(String name, int port) {
            return new DatabaseSettings(
                    name, upstreamHost, port, "postgres", sslMode, root, 3_000, pool);
        }

        private AgentSettings agent(
                String name, Map<String, UpstreamCredential> credentials, boolean enabled) {
            return new AgentSettings(
                    name, VERIFIER, "read-only", credentials, sessionsMax, enabled);
        }
    }

    /// Limits under which a test may fail to log in as often as it likes.
    static StartupLimits patient() {
        return new StartupLimits(10_000, 1_000_000, 60_000, 200, 2_000);
    }

    static Builder to(int upstreamPort) {
        return new Builder(upstreamPort);
    }

    Gateway gateway() {
        return gateway;
    }

    int port() {
        return gateway.addresses().getFirst().getPort();
    }

    long count(GatewayMetrics.Counter counter) {
        return metrics.value(counter);
    }

    /// Connects as `reader` to `shop`.
    Connection connect(String... properties) throws SQLException {
        return connectAs("reader", PASSWORD, "shop", properties);
    }

    /// @param properties names and values of pgjdbc's connection properties in turn
    Connection connectAs(String user, String password, String database, String... properties)
            throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", user);
        all.setProperty("password", password);
        all.setProperty("sslmode", "prefer");
        all.setProperty("loginTimeout", "10");
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port() + "/" + database, all);
    }

    @Override
    public void close() {
        gateway.stop().join();
    }
}
