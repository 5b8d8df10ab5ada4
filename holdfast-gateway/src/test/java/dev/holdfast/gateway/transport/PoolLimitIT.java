package dev.holdfast.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.gateway.PoolSettings;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// How many connections to PostgreSQL are kept warm, and for how long, as PostgreSQL counts them.
class PoolLimitIT {
    private static DisposablePostgres postgres;

    @BeforeAll
    static void start() {
        postgres = DisposablePostgres.start();
        postgres.createRole(
                GatewayFixture.UPSTREAM_ROLE, GatewayFixture.UPSTREAM_PASSWORD, "NOSUPERUSER");
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static GatewayFixture gateway(int perProfile, int profiles, int idleMillis)
            throws IOException {
        return GatewayFixture.to(postgres.port())
                .pool(new PoolSettings(perProfile, profiles, idleMillis, 5_000))
                .start();
    }

    private static long backends() {
        return Long.parseLong(
                postgres.value(
                        "postgres",
                        "SELECT count(*) FROM pg_stat_activity WHERE usename = '"
                                + GatewayFixture.UPSTREAM_ROLE
                                + "'"));
    }

    private static void awaitBackends(long count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(backends()).isEqualTo(count));
    }

    private static void openAndClose(GatewayFixture gateway, int sessions, String... options)
            throws SQLException {
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            open.add(gateway.connect(options));
        }
        for (Connection connection : open) {
            connection.close();
        }
    }

    @Test
    void noMoreAreKeptForAProfileThanAllowed() throws Exception {
        try (GatewayFixture gateway = gateway(2, 8, 60_000)) {
            openAndClose(gateway, 5);
            awaitBackends(2);
            openAndClose(gateway, 2);
            assertThat(gateway.count(Counter.POOL_HITS)).isEqualTo(2);
        }
        awaitBackends(0);
    }

    @Test
    void noMoreProfilesAreKeptThanAllowedAndTheLongestUnusedGoes() throws Exception {
        try (GatewayFixture gateway = gateway(2, 2, 60_000)) {
            openAndClose(gateway, 1, "options", "-c geqo=on");
            awaitBackends(1);
            openAndClose(gateway, 1, "options", "-c geqo_effort=3");
            awaitBackends(2);
            openAndClose(gateway, 1, "options", "-c geqo=off");
            awaitBackends(2);
            openAndClose(gateway, 1, "options", "-c geqo=off");
            assertThat(gateway.count(Counter.POOL_HITS)).isEqualTo(1);
            openAndClose(gateway, 1, "options", "-c geqo=on");
            assertThat(gateway.count(Counter.POOL_HITS)).isEqualTo(1);
        }
        awaitBackends(0);
    }

    @Test
    void whatIsIdleForTooLongIsClosed() throws Exception {
        try (GatewayFixture gateway = gateway(4, 4, 1_000)) {
            openAndClose(gateway, 3);
            awaitBackends(0);
            openAndClose(gateway, 1);
            assertThat(gateway.count(Counter.POOL_HITS)).isZero();
        }
    }

    @Test
    void nothingIsKeptWhereNothingMayBe() throws Exception {
        try (GatewayFixture gateway = gateway(0, 4, 60_000)) {
            openAndClose(gateway, 3);
            awaitBackends(0);
        }
    }
}
