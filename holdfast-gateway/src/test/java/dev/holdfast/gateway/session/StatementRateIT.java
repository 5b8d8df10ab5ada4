package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How many statements an agent may ask for within a minute. Each test has a gateway of its own: the
/// minute outlasts it.
@SideBySide
class StatementRateIT {
    private static final String OVER = "E ERROR 53400 limit.statements-per-minute";

    private static DisposablePostgres postgres;
    private GatewayFixture gateway;

    private record AtMost(int perMinute) implements Policy {
        private static final Policy READ_ONLY = new ReadOnlyPolicy();

        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            return READ_ONLY.decide(principal, analysis);
        }

        @Override
        public int statementsPerMinuteMax(Principal principal) {
            return perMinute;
        }
    }

    @BeforeAll
    static void start() {
        postgres = DisposablePostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() throws IOException {
        gateway = GatewayFixture.start(postgres);
        gateway.policy = new AtMost(5);
    }

    @AfterEach
    void close() {
        assertThat(gateway.customers()).isEqualTo(1_000);
        gateway.close();
        postgres.sql("DROP DATABASE shop WITH (FORCE)");
        postgres.sql("DROP ROLE holdfast_agent");
    }

    private static FrontendMessage[] run(String sql) {
        return new FrontendMessage[] {
            new Parse("", sql, List.of()),
            new Bind("", "", List.of(), List.of(), List.of()),
            new Execute("", 0),
            new Sync()
        };
    }

    @Test
    void allSessionsOfAnAgentCountTogetherAndTheSessionGoesOn() throws IOException {
        try (RawClient one = gateway.login();
                RawClient other = gateway.login()) {
            for (int i = 0; i < 3; i++) {
                assertThat(one.query("SELECT 1").readUntilReady()).contains("D 1");
            }
            assertThat(other.send(run("SELECT 2")).readUntilReady()).contains("D 2");
            assertThat(other.send(run("SELECT 3")).readUntilReady()).contains("D 3");
            assertThat(one.query("SELECT 4").readUntilReady()).containsExactly(OVER, "ZI");
            assertThat(other.send(run("SELECT 5")).readUntilReady())
                    .containsExactly("ParseComplete", "BindComplete", OVER, "ZI");
            gateway.policy = new ReadOnlyPolicy();
            assertThat(one.query("SELECT 6").readUntilReady()).contains("D 6");
        }
    }

    @Test
    void everyStatementOfAQueryStringCounts() throws IOException {
        try (RawClient client = gateway.login()) {
            client.query("SELECT 1; SELECT 2; SELECT 3").readUntilReady();
            assertThat(client.query("SELECT 4; SELECT 5; SELECT 6").readUntilReady())
                    .containsExactly(OVER, "ZI");
            assertThat(client.query("SELECT 4; SELECT 5").readUntilReady()).contains("D 4", "D 5");
            assertThat(client.query("SELECT 1;".repeat(6)).readUntilReady())
                    .containsExactly(OVER, "ZI");
        }
    }

    @Test
    void whatIsRefusedForAnotherReasonCountsToo() throws IOException {
        try (RawClient client = gateway.login()) {
            client.query("DELETE FROM customer").readUntilReady();
            client.send(run("DELETE FROM customer")).readUntilReady();
            client.query("nonsense").readUntilReady();
            client.send(new Parse("", "DROP TABLE customer", List.of()), new Sync())
                    .readUntilReady();
            client.query("SELECT 1").readUntilReady();
            assertThat(client.query("SELECT 2").readUntilReady()).containsExactly(OVER, "ZI");
            assertThat(client.send(run("DELETE FROM customer")).readUntilReady())
                    .containsExactly(OVER, "ZI");
        }
    }

    @Test
    void aTransactionFailsAndCanBeEnded() throws IOException {
        try (RawClient client = gateway.login()) {
            client.query("BEGIN").readUntilReady();
            for (int i = 0; i < 4; i++) {
                client.query("SELECT 1").readUntilReady();
            }
            assertThat(client.query("SELECT 2").readUntilReady()).containsExactly(OVER, "ZE");
            assertThat(client.query("ROLLBACK").readUntilReady())
                    .containsExactly("C ROLLBACK", "ZI");
            assertThat(client.query("COMMIT; SELECT 1").readUntilReady()).last().isEqualTo("ZI");
            assertThat(client.query("BEGIN").readUntilReady()).containsExactly(OVER, "ZI");
        }
    }

    @Test
    void aStormOfRetriesIsAFewEntriesThatCountThemAll() throws IOException {
        gateway.policy = new AtMost(1);
        try (RawClient client = gateway.login()) {
            gateway.record.entries.clear();
            client.query("SELECT 1").readUntilReady();
            long end = System.nanoTime() + Duration.ofMillis(2_500).toNanos();
            int retries = 0;
            while (System.nanoTime() < end) {
                retries++;
                client.query("SELECT " + retries).readUntilReady();
            }
            int sent = retries;
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(refused()).isEqualTo(sent));
            assertThat(retries).isGreaterThan(50);
            assertThat(gateway.record.entries).hasSizeLessThan(10);
        }
    }

    @Test
    void aStormOfOneRefusedStatementIsAFewEntriesThatCountThemAll() throws IOException {
        gateway.policy = new ReadOnlyPolicy();
        int storm = 2_000;
        gateway.record.entries.clear();
        try (RawClient client = gateway.login()) {
            for (int i = 0; i < storm; i++) {
                client.query("DELETE FROM customer").readUntilReady();
            }
        }
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(refused()).isEqualTo(storm));
        assertThat(gateway.record.entries)
                .hasSizeLessThan(60)
                .allMatch(e -> e.statement().equals("DELETE FROM customer"));
    }

    private long refused() {
        return gateway.record.entries.stream()
                .filter(e -> e.outcome().equals("refused"))
                .mapToLong(AuditEntry::count)
                .sum();
    }
}
