package dev.holdfast.server.clients;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewaySettings;
import dev.holdfast.gateway.ListenerSettings;
import dev.holdfast.gateway.PoolSettings;
import dev.holdfast.gateway.StartupLimits;
import dev.holdfast.gateway.TlsSettings;
import dev.holdfast.gateway.TransportSettings;
import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.gateway.session.SessionSettings;
import dev.holdfast.gateway.session.Sessions;
import dev.holdfast.gateway.transport.Gateway;
import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.catalog.DatabaseCatalog;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.Pki;
import dev.holdfast.testkit.PostgresVersion;

import org.awaitility.Awaitility;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The sample of `src/test/clients/sample.sql` behind a gateway, with TLS and SCRAM on both sides.
final class GatedShop implements AutoCloseable {
    static final String DATABASE = "shop";
    static final String AGENT = "agent";

    /// What breaks connection strings and shells when it is not passed on with care.
    static final String PASSWORD = "it's a \"secret\" $HOME";

    private static final String ROLE = "agent";
    private static final String UPSTREAM_PASSWORD = "upstream";
    private static final Path SAMPLE = clients().resolve("sample.sql");

    private final Pki pki;
    private final DisposablePostgres postgres;
    private final SqlParser parser = new SqlParser(ParserLimits.defaults());
    private final DatabaseCatalog catalog;
    private final Gateway gateway;
    private final DatabaseContents before;

    /// Starts both, and fills the database.
    ///
    /// @param directory an empty directory for certificates
    GatedShop(PostgresVersion version, Path directory) {
        try {
            pki = Pki.create(directory);
            postgres =
                    DisposablePostgres.ofVersion(version)
                            .requireTls(pki.certificateChain(), pki.privateKey())
                            .start();
            postgres.createRole(ROLE, UPSTREAM_PASSWORD, "");
            postgres.createDatabase(DATABASE);
            postgres.sqlIn(DATABASE, Files.readString(SAMPLE));
            before = postgres.contents(DATABASE);
            catalog = readCatalog();
            gateway = start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DatabaseCatalog readCatalog() {
        DatabaseCatalog read =
                DatabaseCatalog.start(
                        new CatalogSource(
                                DATABASE,
                                "jdbc:postgresql://localhost:" + postgres.port() + "/",
                                DATABASE,
                                Map.of("sslmode", "require"),
                                ROLE,
                                () -> UPSTREAM_PASSWORD,
                                Duration.ofSeconds(60)),
                        AnalysisScope.BUILT_IN,
                        parser,
                        Duration.ofSeconds(30),
                        InstantSource.system());
        Awaitility.await().until(() -> read.analyzer() != null);
        return read;
    }

    private Gateway start() throws IOException {
        StatementAnalyzer analyzer = Objects.requireNonNull(catalog.analyzer());
        ReadOnlyPolicy policy = new ReadOnlyPolicy();
        return Gateway.start(
                settings(),
                (_, _) -> null,
                new GatewayMetrics(),
                (upstreams, registry) ->
                        new Sessions(
                                SessionSettings.defaults(),
                                (_, text) ->
                                        parser.submit(
                                                text, outcome -> analyzer.analyze(text, outcome)),
                                _ -> policy,
                                new Unread(),
                                upstreams,
                                registry,
                                InstantSource.system()));
    }

    static Path clients() {
        return Path.of("src/test/clients").toAbsolutePath();
    }

    int port() {
        return gateway.addresses().getFirst().getPort();
    }

    Path authority() {
        return pki.authority();
    }

    DisposablePostgres postgres() {
        return postgres;
    }

    /// What the database held before any client came.
    DatabaseContents before() {
        return before;
    }

    DatabaseContents now() {
        return postgres.contents(DATABASE);
    }

    /// The variables that libpq reads, and that the programs of other drivers read as well.
    Map<String, String> environment() {
        return Map.of(
                "PGHOST",
                "localhost",
                "PGPORT",
                Integer.toString(port()),
                "PGDATABASE",
                DATABASE,
                "PGUSER",
                AGENT,
                "PGPASSWORD",
                PASSWORD,
                "PGSSLMODE",
                "verify-full",
                "PGSSLROOTCERT",
                pki.authority().toString(),
                "HOLDFAST",
                "1");
    }

    /// The same role, straight to PostgreSQL: what a client sees without Holdfast.
    Map<String, String> environmentPastTheGateway() {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("PGPORT", Integer.toString(postgres.port()));
        environment.put("PGPASSWORD", UPSTREAM_PASSWORD);
        return environment;
    }

    @Override
    public void close() {
        try (postgres;
                parser) {
            gateway.stop().join();
            catalog.close();
        }
    }

    private GatewaySettings settings() {
        DatabaseSettings database =
                new DatabaseSettings(
                        DATABASE,
                        "localhost",
                        postgres.port(),
                        DATABASE,
                        DatabaseSettings.SslMode.VERIFY_FULL,
                        pki.authority(),
                        DatabaseSettings.CONNECT_MILLIS_DEFAULT,
                        PoolSettings.defaults());
        AgentSettings agent =
                new AgentSettings(
                        AGENT,
                        ScramVerifier.of(
                                PASSWORD.toCharArray(),
                                ScramVerifier.ITERATIONS_DEFAULT,
                                new SecureRandom()),
                        "read-only",
                        Map.of(
                                DATABASE,
                                new UpstreamCredential(ROLE, UPSTREAM_PASSWORD::toCharArray)),
                        50,
                        true);
        ListenerSettings listener =
                new ListenerSettings(
                        "127.0.0.1",
                        0,
                        TlsSettings.required(pki.certificateChain(), pki.privateKey()),
                        StartupLimits.defaults());
        return new GatewaySettings(
                List.of(listener),
                List.of(database),
                List.of(agent),
                TransportSettings.defaults(),
                2_000);
    }

    /// Nobody reads this record: what is recorded is tested elsewhere.
    private static final class Unread implements AuditLog {
        @Override
        public boolean record(AuditEntry entry) {
            return true;
        }

        @Override
        public boolean available() {
            return true;
        }
    }
}
