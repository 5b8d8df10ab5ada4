package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.pgwire.BackendLimits;
import dev.holdfast.pgwire.FrontendLimits;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Flush;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a session may take of time.
class TimeLimitIT {
    private static final long MILLIS_MAX = 700;

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        SessionSettings defaults = SessionSettings.defaults();
        gateway =
                GatewayFixture.start(
                        postgres,
                        new SessionSettings(
                                FrontendLimits.defaults(),
                                BackendLimits.defaults(),
                                defaults.verdictCacheBytesMax(),
                                defaults.cachedTextBytesMax(),
                                defaults.namesMax(),
                                defaults.namesBytesMax(),
                                defaults.loopNamesBytesMax(),
                                defaults.pipelineDepthMax(),
                                MILLIS_MAX));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @Test
    void aStatementThatRunsTooLongIsCancelledWhateverTheAgentSet() throws IOException {
        try (RawClient client = gateway.login()) {
            client.query("SET statement_timeout = 0");
            client.readUntilReady();
            client.query("SELECT pg_sleep(60)");
            assertThat(client.readUntilReady())
                    .contains("E ERROR 57014 limit.statement-time", "ZI");
            client.query("SELECT 1");
            assertThat(client.readUntilReady()).contains("D 1");
        }
    }

    @Test
    void aTransactionThatIsLeftOpenEndsTheSession() throws IOException {
        try (RawClient client = gateway.login()) {
            client.query("SET idle_in_transaction_session_timeout = 0");
            client.readUntilReady();
            client.query("BEGIN");
            client.readUntilReady();
            assertThat(client.readUntilClosed())
                    .containsExactly("E FATAL 25P03 limit.transaction-idle");
        }
        assertThat(
                        postgres.value(
                                "postgres",
                                "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"))
                .isEqualTo("0");
    }

    @Test
    void anIdleSessionWithoutATransactionStays() throws IOException, InterruptedException {
        try (RawClient client = gateway.login()) {
            client.query("SELECT 1");
            client.readUntilReady();
            Thread.sleep(2 * MILLIS_MAX);
            client.query("SELECT 2");
            assertThat(client.readUntilReady()).contains("D 2");
        }
    }

    @Test
    void aWriteThatRunsTooLongIsCancelledAndNothingOfItCommits() throws IOException {
        gateway.policy = new GuardedLaneIT.Writing(new Obligations(true, 0, 0, 0));
        try (RawClient client = gateway.login()) {
            client.query("DELETE FROM customer WHERE pg_sleep(60) IS NULL");
            assertThat(client.readUntilReady())
                    .containsExactly("E ERROR 57014 limit.statement-time", "ZI");
        }
        assertThat(gateway.customers()).isEqualTo(1_000);
    }

    /// It holds locks as a transaction does, although its client was never told of one.
    @Test
    void aBatchThatWritesIsNotLeftOpen() throws IOException {
        gateway.policy = new GuardedLaneIT.Writing(new Obligations(true, 0, 0, 0));
        try (RawClient client = gateway.login()) {
            client.send(
                    new Parse("", "DELETE FROM customer", List.of()),
                    new Bind("", "", List.of(), List.of(), List.of()),
                    new Execute("", 0),
                    new Flush());
            assertThat(client.readUntilClosed())
                    .containsExactly(
                            "ParseComplete",
                            "BindComplete",
                            "C DELETE 1000",
                            "E FATAL 25P03 limit.transaction-idle");
        }
        assertThat(gateway.customers()).isEqualTo(1_000);
    }

    /// The time is that of its own waiting: not what the session waited before, nor what it worked.
    @Test
    void aBatchMayWaitForItsClientForAsLongAsATransaction()
            throws IOException, InterruptedException {
        gateway.policy = new GuardedLaneIT.Writing(new Obligations(true, 0, 0, 0));
        try (RawClient client = gateway.login()) {
            Thread.sleep(MILLIS_MAX + MILLIS_MAX / 2);
            for (int id = 1; id <= 4; id++) {
                client.send(
                        new Parse("", "UPDATE customer SET name = 'w' WHERE id = " + id, List.of()),
                        new Bind("", "", List.of(), List.of(), List.of()),
                        new Execute("", 0),
                        new Flush());
                Thread.sleep(MILLIS_MAX / 3);
            }
            client.send(new Sync());
            assertThat(client.readUntilReady()).contains("C UPDATE 1").endsWith("ZI");
        }
    }

    /// Whoever waits is told that the outcome is not known, and not merely that time was up.
    @Test
    void aCommitThatIsNotAnsweredInTimeIsResolved() throws IOException {
        gateway.policy = new GuardedLaneIT.Writing(new Obligations(true, 0, 0, 0));
        gateway.makeCommitsHang();
        try (RawClient client = gateway.login()) {
            client.send(
                    new Parse("", "UPDATE customer SET name = 'y' WHERE id = 9", List.of()),
                    new Bind("", "", List.of(), List.of(), List.of()),
                    new Execute("", 0),
                    new Sync());
            assertThat(client.readUntilClosed())
                    .last()
                    .isEqualTo("E FATAL 08007 guarded.ambiguous");
            assertThat(gateway.keeper.kept.getLast().outcome).isEqualTo("resolved");
        } finally {
            gateway.letCommitsEnd();
        }
    }
}
