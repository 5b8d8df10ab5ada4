package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.access.Stop;
import dev.holdfast.server.composition.AccessStage.Running;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long an agent goes on that is told to stop: 200 sessions, each with a statement that runs.
class RevocationIT {
    private static final int SESSIONS = 200;
    private static final String BUSY = "SELECT pg_sleep(120)";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration AIM = Duration.ofSeconds(1);

    /// How many times as long as PostgreSQL itself needs to end as many sessions it may take.
    private static final double TIMES_MAX = 1.5;

    /// Where PostgreSQL ends a session before its gateway does.
    private static final String ENDED_BY_POSTGRES =
            "no refusal: FATAL: terminating connection due to administrator command";

    private static final String CANCELLED_BY_POSTGRES =
            "no refusal: ERROR: canceling statement due to user request";

    private static Duration plain = Duration.ZERO;

    @TempDir private Path directory;
    private DisposablePostgres postgres;
    private AccessStage stage;
    private Connection watch;
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void start() throws InterruptedException, Exception {
        postgres =
                DisposablePostgres.ofVersion(PostgresVersion.newest())
                        .setting("max_connections", "300")
                        .start();
        stage = new AccessStage(postgres, directory);
        watch = postgres.connectAsSuperuser("postgres");
        if (plain.isZero()) {
            measurePlainPostgres();
        }
    }

    @AfterEach
    void stop() throws SQLException {
        clients.shutdownNow();
        watch.close();
        postgres.close();
    }

    /// How it ended for one client.
    private record End(long atNanos, String rule) {}

    private List<Future<End>> busy(Callable<Connection> connect, int count)
            throws InterruptedException, Exception {
        List<Connection> connections = new ArrayList<>();
        List<Future<Connection>> connecting = new ArrayList<>();
        // Not all at once: logging in is work by design.
        Semaphore turns = new Semaphore(8);
        for (int i = 0; i < count; i++) {
            connecting.add(
                    clients.submit(() -> {
                        turns.acquire();
                        try {
                            return connect.call();
                        } finally {
                            turns.release();
                        }
                    }));
        }
        for (Future<Connection> each : connecting) {
            connections.add(each.get());
        }
        List<Future<End>> ends = new ArrayList<>();
        for (Connection connection : connections) {
            ends.add(
                    clients.submit(() -> {
                        try {
                            AccessStage.run(connection, BUSY);
                            return new End(System.nanoTime(), "ran");
                        } catch (SQLException ended) {
                            return new End(System.nanoTime(), why(connection, ended));
                        }
                    }));
        }
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(running()).isEqualTo(count));
        return ends;
    }

    /// Why a statement ended. Whose statement is cancelled before their gateway has heard of the order is told
    /// with the next one.
    private static String why(Connection connection, SQLException ended) {
        String rule = AccessStage.rule(ended);
        return rule.equals(CANCELLED_BY_POSTGRES) ? AccessStage.refusal(connection, BUSY) : rule;
    }

    /// On a connection that stands ready: opening one would be waited for, not what is measured.
    private int running() throws SQLException {
        try (Statement statement = watch.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND"
                                        + " query = '"
                                        + BUSY
                                        + "'")) {
            row.next();
            return row.getInt(1);
        }
    }

    /// An order, and how long it took until every client was told and no statement ran.
    @SuppressWarnings("SystemOut") // the time is what this test is about
    private void measured(String what, List<Future<End>> ends, String rule, Callable<?> order)
            throws InterruptedException, Exception {
        long begun = System.nanoTime();
        order.call();
        long ordered = System.nanoTime() - begun;
        Duration gone = untilNothingRuns(begun);
        List<Duration> told = told(ends, begun, rule);
        System.out.printf(
                "revocation, %s: %d busy sessions, the order took %d ms, clients told after %d (half) to %d ms,"
                        + " nothing ran in PostgreSQL after %d ms%n",
                what,
                ends.size(),
                ordered / 1_000_000,
                told.get(told.size() / 2).toMillis(),
                told.getLast().toMillis(),
                gone.toMillis());
        assertThat(told.getLast()).isLessThan(limit());
        assertThat(gone).isLessThan(limit());
    }

    private Duration untilNothingRuns(long begun) throws InterruptedException, SQLException {
        while (running() > 0 && System.nanoTime() - begun < PATIENCE.toNanos()) {
            Thread.sleep(20);
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /// After how long each client was told, the first first.
    private static List<Duration> told(List<Future<End>> ends, long begun, String rule)
            throws InterruptedException, Exception {
        List<Duration> told = new ArrayList<>();
        for (Future<End> each : ends) {
            End end = each.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(end.rule()).isIn(rule, ENDED_BY_POSTGRES);
            told.add(Duration.ofNanos(end.atNanos() - begun));
        }
        told.sort(null);
        return told;
    }

    /// The aim is a second, on a machine on which PostgreSQL can do it: what it takes itself to end as many
    /// sessions, none of them Holdfast's, at one command, tells how fast the machine is and how busy.
    private static Duration limit() {
        Duration most = Duration.ofMillis((long) (plain.toMillis() * TIMES_MAX));
        return most.compareTo(AIM) > 0 ? most : AIM;
    }

    @SuppressWarnings("SystemOut")
    private void measurePlainPostgres() throws InterruptedException, Exception {
        List<Future<End>> ends =
                busy(() -> postgres.connect("shop", "reader", "upstream"), SESSIONS);
        long begun = System.nanoTime();
        try (Statement statement = watch.createStatement()) {
            statement.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'");
        }
        Duration gone = untilNothingRuns(begun);
        Duration told = told(ends, begun, ENDED_BY_POSTGRES).getLast();
        plain = gone.compareTo(told) > 0 ? gone : told;
        System.out.printf(
                "revocation, without Holdfast: %d busy sessions, the last client told after %d ms,"
                        + " nothing ran in PostgreSQL after %d ms%n",
                ends.size(), told.toMillis(), gone.toMillis());
    }

    private static GrantTerms look() throws AccessException {
        return GrantTerms.of(List.of("public.orders"), List.of("select"), 0);
    }

    private String connections(String role) {
        return postgres.value(
                "postgres", "SELECT count(*) FROM pg_stat_activity WHERE usename = '" + role + "'");
    }

    @Test
    void aGrantIsTakenFrom200BusySessionsAndTheOthersGoOn() throws InterruptedException, Exception {
        try (Running gateway = stage.start("one", "", true)) {
            IssuedGrant issued = AccessStage.grant(gateway, look());
            try (Connection idle = AccessStage.connect(gateway, issued)) {
                AccessStage.run(idle, "SELECT count(id) FROM orders");
            }
            Connection other = AccessStage.connect(gateway, "analyst", AccessStage.PASSWORD);
            measured(
                    "a grant",
                    busy(() -> AccessStage.connect(gateway, issued), SESSIONS),
                    "access.grant-ended",
                    () -> gateway.book().revokeGrant("anna", issued.grant().id(), "it does harm"));
            assertThat(AccessStage.refusal(other, "SELECT id FROM items")).isEqualTo("ran");
            other.close();
            // Kept connections too, and then the role itself.
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(connections(issued.grant().role())).isEqualTo("0"));
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(stage.grantRoles()).isEmpty());
        }
    }

    @Test
    void everythingStopsStaysStoppedOverARestartAndGoesOnWhenItIsLifted()
            throws InterruptedException, Exception {
        IssuedGrant issued;
        try (Running gateway = stage.start("one", "", true)) {
            issued = AccessStage.grant(gateway, look());
            List<Future<End>> ends =
                    busy(
                            () -> AccessStage.connect(gateway, "analyst", AccessStage.PASSWORD),
                            SESSIONS / 2);
            Connection granted = AccessStage.connect(gateway, issued);
            measured(
                    "everything",
                    ends,
                    "access.stopped",
                    () -> gateway.book().stop("anna", Stop.EVERYWHERE, "alarm"));
            assertThat(AccessStage.refusal(granted, "SELECT id FROM orders")).isNotEqualTo("ran");
            granted.close();
            assertThat(loginRule(gateway, "analyst", AccessStage.PASSWORD))
                    .isEqualTo("access.stopped");
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(
                                            postgres.value(
                                                    "postgres",
                                                    "SELECT rolcanlogin FROM pg_roles WHERE"
                                                            + " rolname = '"
                                                            + issued.grant().role()
                                                            + "'"))
                                    .isEqualTo("f"));
        }
        try (Running gateway = stage.start("one", "", true)) {
            assertThat(loginRule(gateway, "analyst", AccessStage.PASSWORD))
                    .isEqualTo("access.stopped");
            assertThat(loginRule(gateway, issued.grant().id(), issued.password()))
                    .isEqualTo("access.stopped");
            gateway.book().resume("anna", Stop.EVERYWHERE);
            assertThat(loginRule(gateway, "analyst", AccessStage.PASSWORD)).isEqualTo("let in");
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(loginRule(gateway, issued.grant().id(), issued.password()))
                                    .isEqualTo("let in"));
        }
    }

    @Test
    void anOrderGivenOnAnotherGatewayIsFollowed() throws InterruptedException, Exception {
        postgres.createRole("keeper", "upstream", "NOSUPERUSER");
        postgres.createDatabase("control");
        postgres.sql("ALTER DATABASE control OWNER TO keeper");
        String store =
                "store: {postgres: {host: 127.0.0.1, port: %d, database: control, role: keeper, password:"
                                .formatted(postgres.port())
                        + " \"${file:password}\", sslmode: disable}}";
        try (Running one = stage.start("one", store, true);
                Running two = stage.start("two", store, true)) {
            IssuedGrant issued = AccessStage.grant(one, look());
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(loginRule(two, issued.grant().id(), issued.password()))
                                    .isEqualTo("let in"));
            List<Future<End>> ends =
                    new ArrayList<>(busy(() -> AccessStage.connect(two, issued), SESSIONS));
            measured(
                    "a grant, ordered on another gateway",
                    ends,
                    "access.grant-ended",
                    () -> one.book().revokeGrant("anna", issued.grant().id(), "it does harm"));
            measured(
                    "everything, ordered on another gateway",
                    busy(() -> AccessStage.connect(two, "analyst", AccessStage.PASSWORD), SESSIONS),
                    "access.stopped",
                    () -> one.book().stop("anna", Stop.EVERYWHERE, "alarm"));
            one.book().resume("anna", Stop.EVERYWHERE);
        }
    }

    private static String loginRule(Running gateway, String user, String password) {
        SQLException refused =
                catchThrowableOfType(
                        SQLException.class,
                        () -> AccessStage.connect(gateway, user, password).close());
        return refused == null ? "let in" : AccessStage.rule(refused);
    }
}
