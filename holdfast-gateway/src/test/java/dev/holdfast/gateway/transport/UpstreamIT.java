package dev.holdfast.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.gateway.DatabaseSettings.SslMode;
import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.gateway.TransportSettings;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.Pki;
import dev.holdfast.testkit.PostgresVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.util.PSQLException;

class UpstreamIT {
    private static final String BACKEND = "SELECT pg_backend_pid()";

    @TempDir private static Path directory;
    private static DisposablePostgres postgres;
    private static Pki pki;
    private static Pki foreign;

    @BeforeAll
    static void start() throws Exception {
        pki = Pki.create(Files.createDirectory(directory.resolve("own")));
        foreign =
                Pki.create(
                        Files.createDirectory(directory.resolve("foreign")),
                        List.of("dns:elsewhere.example"));
        postgres =
                DisposablePostgres.ofVersion(PostgresVersion.POSTGRES_14)
                        .requireTls(pki.certificateChain(), pki.privateKey())
                        .start();
        postgres.createRole(
                GatewayFixture.UPSTREAM_ROLE, GatewayFixture.UPSTREAM_PASSWORD, "NOSUPERUSER");
        postgres.createRole("mighty", GatewayFixture.UPSTREAM_PASSWORD, "SUPERUSER");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void givesAWarmConnectionToTheNextAndNothingOfTheFormerSession() throws Exception {
        try (GatewayFixture gateway = GatewayFixture.to(postgres.port()).start()) {
            String backend;
            try (Connection connection = gateway.connect();
                    Statement statement = connection.createStatement()) {
                backend = LoginIT.value(connection, BACKEND);
                statement.execute("SET statement_timeout = 77");
                statement.execute("SET default_transaction_read_only = off");
                statement.execute("SET standard_conforming_strings = off");
                statement.execute("SELECT pg_advisory_lock(1)");
                statement.execute("PREPARE leftover AS SELECT 1");
            }
            awaitWarm(gateway, 1);
            try (Connection connection = gateway.connect()) {
                assertThat(LoginIT.value(connection, BACKEND)).isEqualTo(backend);
                assertThat(LoginIT.value(connection, "SHOW statement_timeout")).isEqualTo("0");
                assertThat(LoginIT.value(connection, "SHOW default_transaction_read_only"))
                        .isEqualTo("on");
                assertThat(LoginIT.value(connection, "SHOW standard_conforming_strings"))
                        .isEqualTo("on");
                assertThat(LoginIT.value(connection, "SELECT count(*) FROM pg_prepared_statements"))
                        .isEqualTo("0");
                assertThat(
                                postgres.value(
                                        "postgres",
                                        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
                        .isEqualTo("0");
            }
            assertThat(gateway.count(Counter.POOL_HITS)).isEqualTo(1);
        }
    }

    @Test
    void keepsProfilesApart() throws Exception {
        try (GatewayFixture gateway = GatewayFixture.to(postgres.port()).start()) {
            gateway.connect("options", "-c geqo=on").close();
            awaitWarm(gateway, 1);
            try (Connection connection = gateway.connect("options", "-c geqo=off")) {
                assertThat(LoginIT.value(connection, "SHOW geqo")).isEqualTo("off");
            }
            assertThat(gateway.count(Counter.POOL_HITS)).isZero();
        }
    }

    @Test
    void doesNotKeepAConnectionThatWasLeftInATransaction() throws Exception {
        try (GatewayFixture gateway = GatewayFixture.to(postgres.port()).start()) {
            Connection connection = gateway.connect();
            connection.setAutoCommit(false);
            LoginIT.value(connection, "SELECT 1");
            connection.close();
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(gateway.count(Counter.UPSTREAM_CLOSED)).isEqualTo(1));
            Awaitility.await().until(() -> backends().equals("0"));
            assertThat(gateway.count(Counter.POOL_RESET_FAILURES)).isZero();
        }
    }

    @Test
    void noticesWhenAnIdleConnectionDies() throws Exception {
        try (GatewayFixture gateway = GatewayFixture.to(postgres.port()).start()) {
            gateway.connect().close();
            awaitWarm(gateway, 1);
            postgres.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                            + GatewayFixture.UPSTREAM_ROLE
                            + "'");
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(gateway.count(Counter.UPSTREAM_CLOSED)).isEqualTo(1));
            try (Connection connection = gateway.connect()) {
                assertThat(LoginIT.value(connection, "SELECT 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void cancelsWhatRunsAndOnlyThat() throws Exception {
        try (GatewayFixture gateway = GatewayFixture.to(postgres.port()).start();
                Connection connection = gateway.connect();
                Statement statement = connection.createStatement()) {
            CompletableFuture<String> asleep =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            statement.execute("SELECT pg_sleep(30)");
                            return "slept";
                        } catch (SQLException e) {
                            return String.valueOf(e.getSQLState());
                        }
                    });
            Awaitility.await()
                    .until(() ->
                            postgres.value(
                                            "postgres",
                                            "SELECT count(*) FROM pg_stat_activity WHERE"
                                                    + " query LIKE 'SELECT pg_sleep%' AND state"
                                                    + " = 'active'")
                                    .equals("1"));
            statement.cancel();
            assertThat(asleep.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("57014");
            assertThat(LoginIT.value(connection, "SELECT 1")).isEqualTo("1");
            assertThat(gateway.count(Counter.CANCELS_FORWARDED)).isEqualTo(1);
        }
    }

    @Test
    void neverServesAsSuperuser() throws Exception {
        try (GatewayFixture gateway =
                GatewayFixture.to(postgres.port()).upstreamRole("mighty").start()) {
            assertThat(refusal(gateway).getSQLState()).isEqualTo("57P03");
            assertThat(gateway.count(Counter.UPSTREAM_FAILURES)).isEqualTo(1);
        }
    }

    @Test
    void tellsTheClientNothingAboutTheServerThatCannotBeReached() throws Exception {
        try (GatewayFixture gateway = GatewayFixture.to(1).start()) {
            PSQLException refused = refusal(gateway);
            assertThat(refused.getSQLState()).isEqualTo("57P03");
            assertThat(refused.getMessage())
                    .contains("cannot be reached")
                    .doesNotContain("127.0.0.1", GatewayFixture.UPSTREAM_ROLE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void meansByEachSslModeWhatLibpqMeans(SslMode mode) throws Exception {
        Path root = mode.verifies() ? pki.authority() : null;
        try (GatewayFixture gateway =
                GatewayFixture.to(postgres.port()).sslMode(mode, root).start()) {
            if (mode == SslMode.DISABLE) {
                assertThat(refusal(gateway).getSQLState()).isEqualTo("57P03");
                return;
            }
            try (Connection connection = gateway.connect()) {
                assertThat(
                                LoginIT.value(
                                        connection,
                                        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
                        .isEqualTo("t");
            }
        }
    }

    @Test
    void refusesACertificateOfAnotherAuthority() throws Exception {
        for (SslMode mode : List.of(SslMode.VERIFY_CA, SslMode.VERIFY_FULL)) {
            try (GatewayFixture gateway =
                    GatewayFixture.to(postgres.port()).sslMode(mode, foreign.authority()).start()) {
                assertThat(refusal(gateway).getSQLState()).isEqualTo("57P03");
            }
        }
    }

    @Test
    void looksAtTheHostsNameOnlyInVerifyFull() throws Exception {
        try (DisposablePostgres elsewhere =
                DisposablePostgres.ofVersion(PostgresVersion.POSTGRES_14)
                        .tls(foreign.certificateChain(), foreign.privateKey())
                        .start()) {
            elsewhere.createRole(
                    GatewayFixture.UPSTREAM_ROLE, GatewayFixture.UPSTREAM_PASSWORD, "NOSUPERUSER");
            try (GatewayFixture gateway =
                    GatewayFixture.to(elsewhere.port())
                            .sslMode(SslMode.VERIFY_CA, foreign.authority())
                            .start()) {
                assertThatNoException().isThrownBy(() -> gateway.connect().close());
            }
            try (GatewayFixture gateway =
                    GatewayFixture.to(elsewhere.port())
                            .sslMode(SslMode.VERIFY_FULL, foreign.authority())
                            .start()) {
                assertThat(refusal(gateway).getSQLState()).isEqualTo("57P03");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO"})
    void worksWithoutIoUringToo(TransportSettings.Kind kind) throws Exception {
        try (GatewayFixture gateway =
                        GatewayFixture.to(postgres.port())
                                .upstreamHost("localhost")
                                .transport(kind)
                                .start();
                Connection connection = gateway.connect()) {
            assertThat(gateway.gateway().transport()).isEqualTo(kind);
            assertThat(LoginIT.value(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void endsIdleSessionsAtOnceAndBusyOnesAtTheDeadlineWhenItStops() throws Exception {
        GatewayFixture gateway = GatewayFixture.to(postgres.port()).start();
        RawClient idle = RawClient.clear(gateway.port());
        idle.startup(0, "user", "reader", "database", "shop");
        idle.login(GatewayFixture.PASSWORD);
        Connection busy = gateway.connect();
        CompletableFuture<String> asleep =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return LoginIT.value(busy, "SELECT 'done' FROM pg_sleep(1)");
                    } catch (SQLException e) {
                        return String.valueOf(e.getSQLState());
                    }
                });
        Awaitility.await()
                .until(() ->
                        postgres.value(
                                        "postgres",
                                        "SELECT count(*) FROM pg_stat_activity WHERE query"
                                                + " LIKE '%pg_sleep(1)%' AND state = 'active'"
                                                + " AND pid <> pg_backend_pid()")
                                .equals("1"));
        CompletableFuture<?> stopped = gateway.gateway().stop();
        assertThat(idle.fatal()).isEqualTo("57P01");
        assertThat(idle.isClosed()).isTrue();
        idle.close();
        assertThat(asleep.orTimeout(10, TimeUnit.SECONDS).join()).isEqualTo("done");
        stopped.orTimeout(10, TimeUnit.SECONDS).join();
        assertThat(catchThrowableOfType(PSQLException.class, gateway::connect).getSQLState())
                .isEqualTo("08001");
        Awaitility.await().until(() -> backends().equals("0"));
    }

    private static void awaitWarm(GatewayFixture gateway, int sessions) {
        // The reset is over when the backend is idle after DISCARD ALL.
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() ->
                        gateway.count(Counter.SESSIONS_ENDED) >= sessions
                                && postgres.value(
                                                "postgres",
                                                "SELECT count(*) FROM pg_stat_activity WHERE"
                                                        + " usename = '"
                                                        + GatewayFixture.UPSTREAM_ROLE
                                                        + "' AND state = 'idle' AND query ="
                                                        + " 'DISCARD ALL'")
                                        .equals("1"));
    }

    private static String backends() {
        return postgres.value(
                "postgres",
                "SELECT count(*) FROM pg_stat_activity WHERE usename = '"
                        + GatewayFixture.UPSTREAM_ROLE
                        + "'");
    }

    private static PSQLException refusal(GatewayFixture gateway) {
        PSQLException refused = catchThrowableOfType(PSQLException.class, gateway::connect);
        assertThat((Throwable) refused).isNotNull();
        return refused;
    }
}
