package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.scram.MockSecret;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.gateway.transport.Gateway;
import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.FaultRelay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A gateway before a real PostgreSQL: the real parser, analysis and policy, and a record in memory.
final class GatewayFixture implements AutoCloseable {
    static final String AGENT = "agent";
    static final String PASSWORD = "correct horse";
    static final String DATABASE = "shop";
    static final String ROLE = "holdfast_agent";

    final DisposablePostgres postgres;
    final MemoryLog record = new MemoryLog();
    final GatewayMetrics metrics = new GatewayMetrics();
    volatile Policy policy = new ReadOnlyPolicy();
    volatile Set<Long> hazardousTypes = Set.of();
    volatile RehearsalCopies copies = RehearsalCopies.NONE;

    private final SqlParser parser = new SqlParser(ParserLimits.defaults());
    private final StatementAnalyzer analyzer = new StatementAnalyzer(AnalysisScope.BUILT_IN);
    private final Gateway gateway;

    /// A record that can be made to fail.
    static final class MemoryLog implements AuditLog {
        final ConcurrentLinkedQueue<AuditEntry> entries = new ConcurrentLinkedQueue<>();
        volatile boolean works = true;
        volatile boolean durable = true;

        @Override
        public boolean record(AuditEntry entry) {
            return works && entries.add(entry);
        }

        @Override
        public boolean recordDurably(AuditEntry entry) {
            return durable && record(entry);
        }

        @Override
        public boolean available() {
            return works;
        }
    }

    final MemoryKeeper keeper = new MemoryKeeper();
    final MemoryApprovals approvals = new MemoryApprovals();

    private GatewayFixture(DisposablePostgres postgres, int port, SessionSettings settings)
            throws IOException {
        this.postgres = postgres;
        this.gateway =
                Gateway.start(
                        settings(postgres, port),
                        (_, _) -> null,
                        metrics,
                        (upstreams, registry) ->
                                new Sessions(
                                        settings,
                                        new TextAnalyst(),
                                        _ -> policy,
                                        upstreams,
                                        registry,
                                        new Guards(
                                                keeper,
                                                keeper,
                                                record,
                                                approvals,
                                                approvals,
                                                Duration.ofMillis(300),
                                                InstantSource.system()),
                                        principal -> copies.of(principal)));
    }

    /// Makes the database `shop` with some rows and a role that may write them: what the gateway lets
    /// through shows.
    static GatewayFixture start(DisposablePostgres postgres) throws IOException {
        return start(postgres, SessionSettings.defaults());
    }

    /// Another one to the same database, by way of a relay.
    static GatewayFixture through(FaultRelay relay, DisposablePostgres postgres)
            throws IOException {
        return new GatewayFixture(postgres, relay.port(), SessionSettings.defaults());
    }

    static GatewayFixture start(DisposablePostgres postgres, SessionSettings settings)
            throws IOException {
        postgres.createDatabase(DATABASE);
        postgres.createRole(ROLE, PASSWORD, "");
        postgres.sqlIn(
                DATABASE,
                """
                CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
                INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 1000) n;
                GRANT ALL ON customer TO %s;
                GRANT CREATE, USAGE ON SCHEMA public TO %s;
                """
                        .formatted(ROLE, ROLE));
        return new GatewayFixture(postgres, postgres.port(), settings);
    }

    private static GatewaySettings settings(DisposablePostgres postgres, int port) {
        DatabaseSettings database = database(DATABASE, postgres.host(), port, DATABASE);
        AgentSettings agent =
                new AgentSettings(
                        AGENT,
                        ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom()),
                        "read-only",
                        Map.of(DATABASE, new UpstreamCredential(ROLE, PASSWORD::toCharArray)),
                        200,
                        true);
        return new GatewaySettings(
                List.of(
                        new ListenerSettings(
                                "127.0.0.1", 0, TlsSettings.off(), StartupLimits.defaults())),
                List.of(database),
                List.of(agent),
                TransportSettings.defaults(),
                2_000,
                MockSecret.random(new SecureRandom()));
    }

    /// Judges by the text alone, and by the types that are said to be hazardous.
    private final class TextAnalyst implements Analyst {
        @Override
        public CompletionStage<Analysis> analyse(Principal principal, byte[] text) {
            return parser.submit(text, outcome -> analyzer.analyze(text, outcome));
        }

        @Override
        public @Nullable String typeHazard(Principal principal, long oid) {
            return hazardousTypes.contains(oid) ? "has a check" : null;
        }
    }

    /// Has held statements rehearsed on another database of the same server.
    ///
    /// @param port the server's, or that of nothing
    void rehearseOn(String database, int port) {
        copies =
                _ ->
                        new RehearsalCopies.Copy(
                                database("copy", postgres.host(), port, database),
                                new UpstreamCredential(ROLE, PASSWORD::toCharArray));
    }

    private static DatabaseSettings database(String name, String host, int port, String database) {
        return new DatabaseSettings(
                name,
                host,
                port,
                database,
                SslMode.DISABLE,
                null,
                DatabaseSettings.CONNECT_MILLIS_DEFAULT,
                PoolSettings.defaults());
    }

    InetSocketAddress address() {
        return gateway.addresses().getFirst();
    }

    SessionRegistry registry() {
        return gateway.registry();
    }

    RawClient login() throws IOException {
        return RawClient.login(address(), AGENT, PASSWORD, DATABASE);
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:"
                + address().getPort()
                + "/"
                + DATABASE
                + "?sslmode=disable";
    }

    long customers() {
        return Long.parseLong(postgres.value(DATABASE, "SELECT count(*) FROM customer"));
    }

    @Override
    public void close() {
        gateway.stop().join();
        parser.close();
    }

    /// Waits until an assertion holds, ten seconds at most.
    static void eventually(Runnable assertion) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
        while (true) {
            try {
                assertion.run();
                return;
            } catch (AssertionError e) {
                if (Instant.now().isAfter(deadline)) {
                    throw e;
                }
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    /// From now on COMMIT waits for a standby that does not exist.
    void makeCommitsHang() {
        postgres.sql("ALTER SYSTEM SET synchronous_commit = on");
        postgres.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        postgres.sql("SELECT pg_reload_conf()");
        eventually(() ->
                assertThat(postgres.value(DATABASE, "SHOW synchronous_standby_names"))
                        .isEqualTo("nobody"));
    }

    void letCommitsEnd() {
        postgres.sql("ALTER SYSTEM RESET synchronous_standby_names");
        postgres.sql("ALTER SYSTEM RESET synchronous_commit");
        postgres.sql("SELECT pg_reload_conf()");
    }
}
