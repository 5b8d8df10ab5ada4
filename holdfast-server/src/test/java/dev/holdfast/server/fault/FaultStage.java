package dev.holdfast.server.fault;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.fault.KillPoint.Victim;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// PostgreSQL, the gateway in a process of its own, and a relay on each side of it.
final class FaultStage implements AutoCloseable {
    private static final String DATABASE = "shop";
    private static final String AGENT = "cleaner";
    private static final String AGENT_ROLE = "cleaner_role";
    private static final String PASSWORD = "a long test password";

    /// Netty's io_uring does not always tell of a connection that was reset: whoever waits for PostgreSQL then
    /// waits until `statement-timeout`. `-Dholdfast.transport=io-uring` shows it.
    private static final String TRANSPORT = System.getProperty("holdfast.transport", "epoll");

    private final Path directory;
    private final DisposablePostgres postgres;
    private final WireRelay upstream;
    private final WireRelay client;
    private final KillSwitch killSwitch;
    private final FileWatch files;
    private final JournalView journal;
    private final AtomicLong marks = new AtomicLong();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final DatabaseContents before;
    private @Nullable GatewayProcess gateway;

    FaultStage(PostgresVersion version, Path directory) throws IOException {
        this(version, directory, "", "store: {file: holdfast.db}");
    }

    /// @param holds what the policy holds, a line of it; empty where it holds nothing
    /// @param settings more of the configuration, the store among it; `CONTROL` stands for a store in the
    ///     same PostgreSQL
    FaultStage(PostgresVersion version, Path directory, String holds, String settings)
            throws IOException {
        this.directory = directory;
        this.journal = new JournalView(directory.resolve("undo"));
        this.killSwitch = new KillSwitch(AGENT_ROLE, this::kill, this::committing);
        // What the operating system has taken from PostgreSQL survives a kill, as fsync would.
        this.postgres =
                DisposablePostgres.ofVersion(version)
                        .setting("synchronous_commit", "on")
                        // What nobody has waited for is lost in a crash, transaction ids included.
                        .setting("wal_writer_delay", "10s")
                        .setting("max_connections", "60")
                        .start();
        this.upstream = WireRelay.start(killSwitch.upstream());
        this.client = WireRelay.start(killSwitch.client());
        upstream.target(postgres.port());
        this.files =
                FileWatch.start(
                        directory.resolve("undo"), directory.resolve("audit"), killSwitch::file);
        fill();
        this.before = postgres.contents(DATABASE);
        writeConfiguration(
                holds,
                settings.replace(
                        "CONTROL",
                        """
                        {host: 127.0.0.1, port: %d, database: control, role: keeper,
                            password: "${file:password}", sslmode: disable}\
                        """
                                .formatted(postgres.port())));
    }

    private void fill() {
        for (String role : List.of(AGENT_ROLE, "capture", "restore", "keeper")) {
            postgres.createRole(role, PASSWORD, "NOSUPERUSER");
        }
        postgres.createDatabase("control");
        postgres.sql("ALTER DATABASE control OWNER TO keeper");
        postgres.createDatabase(DATABASE);
        postgres.sqlIn(DATABASE, Workload.SCHEMA);
        postgres.sqlIn(
                DATABASE,
                """
                GRANT SELECT ON ALL TABLES IN SCHEMA public TO capture;
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public
                  TO cleaner_role, restore\
                """);
    }

    private void writeConfiguration(String holds, String settings) throws IOException {
        Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(
                directory.resolve("policies.yaml"),
                """
                policies:
                  - name: cleaning
                    read: ["public.*"]
                    write: [{relations: ["public.*"], operations: [insert, update, delete]}]
                    %s
                """
                        .formatted(holds));
        Files.writeString(
                configuration(),
                """
                listeners:
                  - {port: 0, tls: {mode: disable}}
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                    capture: {role: capture, password: "${file:password}"}
                    restore: {role: restore, password: "${file:password}"}
                agents:
                  - name: cleaner
                    verifier: "%s"
                    policy: cleaning
                    databases: [{database: shop, role: cleaner_role, password: "${file:password}"}]
                policy-file: policies.yaml
                audit: {directory: audit}
                undo: {directory: undo}
                admin: {port: 0}
                transport: {kind: %s}
                %s
                """
                        .formatted(
                                upstream.port(),
                                ScramVerifier.of(PASSWORD.toCharArray(), 4096, new SecureRandom())
                                        .encoded(),
                                TRANSPORT,
                                settings));
    }

    Path configuration() {
        return directory.resolve("holdfast.yaml");
    }

    Path directory() {
        return directory;
    }

    DisposablePostgres postgres() {
        return postgres;
    }

    KillSwitch killSwitch() {
        return killSwitch;
    }

    JournalView journal() {
        return journal;
    }

    /// What the database held before any agent came.
    DatabaseContents before() {
        return before;
    }

    DatabaseContents now() {
        return postgres.contents(DATABASE);
    }

    /// What went wrong at a moment at which nobody could be told.
    Queue<String> violations() {
        return violations;
    }

    long nextMark() {
        return marks.incrementAndGet();
    }

    void startGateway() throws IOException {
        GatewayProcess started = GatewayProcess.launch(configuration(), log());
        gateway = started;
        client.target(started.port());
    }

    /// No file of the gateway's may grow beyond this from now on.
    ///
    /// @param bytes a number, or `unlimited`
    /// @return whether the system can do that
    boolean limitFiles(String bytes) throws InterruptedException {
        GatewayProcess running = gateway;
        return running != null && running.limitFiles(bytes);
    }

    private Path log() {
        return directory.resolve("log");
    }

    String logged() throws IOException {
        return Files.exists(log()) ? Files.readString(log()) : "";
    }

    /// As the agent, through the gateway.
    ///
    /// @param simple whether by the simple protocol
    Connection connect(boolean simple) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", AGENT);
        properties.setProperty("password", PASSWORD);
        properties.setProperty("sslmode", "disable");
        properties.setProperty("loginTimeout", "10");
        properties.setProperty("socketTimeout", "40");
        properties.setProperty("preferQueryMode", simple ? "simple" : "extended");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + client.port() + "/" + DATABASE, properties);
    }

    /// As superuser, past the gateway.
    Connection connectPast() throws SQLException {
        return postgres.connectAsSuperuser(DATABASE);
    }

    private void committing(Set<Long> asked) {
        for (Long mark : asked) {
            if (!journal.isSealed(mark)) {
                violations.add("COMMIT of " + mark + " was sent and its journal is not sealed");
            }
        }
    }

    /// Kills, and returns when the victim is dead.
    private void kill(Victim victim, int backend) {
        switch (victim) {
            case GATEWAY -> {
                GatewayProcess running = gateway;
                if (running != null) {
                    running.kill();
                }
            }
            case BACKEND -> killBackend(backend);
            case POSTMASTER -> {
                postgres.kill();
                upstream.cut();
            }
            case CONNECTION -> {
                // The relay does it.
            }
        }
    }

    private void killBackend(int known) {
        int backend = known == 0 ? anyBackend() : known;
        ProcessHandle.of(backend)
                .ifPresent(process -> {
                    process.destroyForcibly();
                    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
                });
    }

    /// One that serves the agent; where there is none, one that writes for all.
    private int anyBackend() {
        return Integer.parseInt(
                postgres.value(
                        "postgres",
                        """
                        SELECT pid FROM pg_stat_activity
                        WHERE usename = 'cleaner_role' OR backend_type = 'walwriter'
                        ORDER BY usename IS NULL, xact_start NULLS LAST LIMIT 1\
                        """));
    }

    /// Brings back what was killed.
    void revive(Victim victim) throws IOException {
        switch (victim) {
            case GATEWAY -> startGateway();
            case POSTMASTER -> postgres.restart();
            case BACKEND -> awaitPostgres();
            case CONNECTION -> {
                // Nobody was killed.
            }
        }
    }

    private void awaitPostgres() {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (true) {
            try (Connection connection = connectPast()) {
                if (connection.isValid(5)) {
                    return;
                }
            } catch (SQLException e) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("PostgreSQL does not come back", e);
                }
            }
            pause();
        }
    }

    static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        files.close();
        client.close();
        upstream.close();
        try (postgres) {
            GatewayProcess running = gateway;
            if (running != null) {
                running.close();
            }
        }
    }
}
