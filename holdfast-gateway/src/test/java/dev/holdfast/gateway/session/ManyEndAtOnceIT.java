package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.gateway.upstream.UpstreamRefusals;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Where many sessions end in one moment, PostgreSQL is not kept busy by the ending itself.
@SideBySide
class ManyEndAtOnceIT {
    private static final int SESSIONS = 24;
    private static final int FEW = 5;
    private static final String BUSY = "SELECT pg_sleep(60)";
    private static final String SHORT = "SELECT pg_sleep(2)";
    private static final Refusal WHY = UpstreamRefusals.stopping();
    private static final String CANCELLED = "canceling statement due to user request";
    private static final String LOST = "connection to client lost";

    /// Much longer than it takes, so that a machine with other work does not fail it, and much shorter than what
    /// runs.
    private static final Duration LATEST = Duration.ofSeconds(8);

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private final List<RawClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        postgres =
                DisposablePostgres.ofVersion(PostgresVersion.newest())
                        .setting("log_connections", "on")
                        .start();
        gateway = GatewayFixture.start(postgres);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @AfterEach
    void leave() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        postgres.sql("ALTER ROLE " + GatewayFixture.ROLE + " LOGIN");
    }

    private void login(int sessions) throws IOException {
        for (int i = 0; i < sessions; i++) {
            clients.add(gateway.login());
        }
    }

    private void beginWork(int sessions) throws IOException {
        login(sessions);
        for (RawClient client : clients) {
            client.query(BUSY);
        }
        await().untilAsserted(() -> assertThat(running()).isEqualTo(sessions));
    }

    private int running() {
        return count("state = 'active' AND query = '" + BUSY + "'");
    }

    private int count(String which) {
        return Integer.parseInt(
                postgres.value("postgres", "SELECT count(*) FROM pg_stat_activity WHERE " + which));
    }

    private int logged(String words) {
        return Math.toIntExact(
                Pattern.compile(words, Pattern.LITERAL).matcher(postgres.log()).results().count());
    }

    private void endAll() {
        assertThat(gateway.registry().endAll(GatewayFixture.AGENT, WHY)).isEqualTo(clients.size());
    }

    private void everyClientIsTold() throws IOException {
        for (RawClient client : clients) {
            assertThat(client.readUntilClosed()).anyMatch(each -> each.endsWith(WHY.rule()));
        }
    }

    @Test
    void manyAreCancelledByOneStatement() throws IOException {
        // The first of them may be on their way before the last have been told.
        assertThat(requestsToCancel(SESSIONS)).isLessThan(SESSIONS / 2);
    }

    @Test
    void aFewAreCancelledByARequestEach() throws IOException {
        assertThat(requestsToCancel(FEW)).isEqualTo(FEW);
    }

    /// Ends sessions that run something, and looks that all of it was cancelled.
    ///
    /// @return how many CancelRequests that took
    private int requestsToCancel(int sessions) throws IOException {
        beginWork(sessions);
        int cancelled = logged(CANCELLED);
        int lost = logged(LOST);
        int requests = cancelRequests();
        endAll();
        everyClientIsTold();
        await().untilAsserted(() -> assertThat(logged(CANCELLED) - cancelled).isEqualTo(sessions));
        await().untilAsserted(() -> assertThat(connections()).isZero());
        assertThat(logged(LOST)).isEqualTo(lost);
        return cancelRequests() - requests;
    }

    /// Connections that nobody logged in on.
    private int cancelRequests() {
        return logged("connection received") - logged("connection authorized");
    }

    @Test
    void onlyTheirsIsCancelled() throws IOException, SQLException {
        try (Connection other =
                        postgres.connect(
                                GatewayFixture.DATABASE,
                                GatewayFixture.ROLE,
                                GatewayFixture.PASSWORD);
                Statement statement = other.createStatement()) {
            beginWork(SESSIONS);
            CompletableFuture<Boolean> others =
                    CompletableFuture.supplyAsync(() -> sleep(statement));
            await().untilAsserted(() -> assertThat(count("query = '" + SHORT + "'")).isEqualTo(1));
            endAll();
            await().untilAsserted(() -> assertThat(connections()).isEqualTo(1));
            assertThat(others.join()).isTrue();
        }
    }

    private static boolean sleep(Statement statement) {
        try {
            return statement.execute(SHORT);
        } catch (SQLException e) {
            throw new IllegalStateException("the statement of somebody else was ended", e);
        }
    }

    @Test
    void theyEndWhereNobodyCanCancelThem() throws IOException {
        beginWork(SESSIONS);
        postgres.sql("ALTER ROLE " + GatewayFixture.ROLE + " NOLOGIN");
        endAll();
        everyClientIsTold();
        await().atMost(LATEST).untilAsserted(() -> assertThat(running()).isZero());
        await().untilAsserted(() -> assertThat(connections()).isZero());
    }

    @Test
    void whatWasSentInAdvanceDoesNotRunOn() throws IOException {
        login(SESSIONS);
        for (RawClient client : clients) {
            for (int i = 0; i < 100; i++) {
                client.query(SHORT);
            }
        }
        await().untilAsserted(
                        () -> assertThat(count("query = '" + SHORT + "'")).isEqualTo(SESSIONS));
        endAll();
        everyClientIsTold();
        await().atMost(LATEST).untilAsserted(() -> assertThat(connections()).isZero());
    }

    private int connections() {
        return count("usename = '" + GatewayFixture.ROLE + "'");
    }
}
