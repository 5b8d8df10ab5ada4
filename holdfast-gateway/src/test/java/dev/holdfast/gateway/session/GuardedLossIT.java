package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.KeptTransaction.Outcome;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.FaultRelay;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients and connections that go away while a write runs: either nothing is left of it, or its outcome
/// is found out and told.
@SideBySide
class GuardedLossIT {
    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @BeforeEach
    void login() throws IOException {
        gateway.keeper.reset();
        gateway.policy = new GuardedLaneIT.Writing(new Obligations(true, 0, 0, 0));
        client = gateway.login();
    }

    @AfterEach
    void leave() throws IOException {
        client.close();
    }

    private static void assertUnchanged() {
        assertThat(gateway.customers()).isEqualTo(1_000);
        assertThat(gateway.keeper.taken()).isZero();
        assertThat(gateway.keeper.kept).noneMatch(kept -> kept.outcome.equals("committed"));
    }

    private List<String> query(String sql) throws IOException {
        return client.query(sql).readUntilReady();
    }

    @Test
    void aClientThatLeavesWhileItsChangesAreKeptLeavesNothing() throws IOException {
        gateway.keeper.beforeKeeping =
                () -> {
                    try {
                        client.close();
                        Thread.sleep(300);
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                };
        client.query("DELETE FROM customer");
        GatewayFixture.eventually(() -> assertThat(gateway.registry().count()).isZero());
        GatewayFixture.eventually(GuardedLossIT::assertUnchanged);
        GatewayFixture.eventually(() ->
                assertThat(gateway.keeper.kept)
                        .allMatch(kept -> kept.outcome.equals("rolled back")));
    }

    @Test
    void aClientThatLeavesItsTransactionOpenLeavesNothing() throws IOException {
        query("BEGIN");
        query("DELETE FROM customer");
        client.close();
        GatewayFixture.eventually(() -> assertThat(gateway.registry().count()).isZero());
        assertUnchanged();
        try (RawClient other = gateway.login()) {
            other.send(
                    new Parse("", "DELETE FROM customer", List.of()),
                    new Bind("", "", List.of(), List.of(), List.of()),
                    new Execute("", 0),
                    new FrontendMessage.Flush());
            other.read();
            other.read();
            other.read();
        }
        GatewayFixture.eventually(() -> assertThat(gateway.registry().count()).isZero());
        assertUnchanged();
    }

    @Test
    void aLostConnectionBeforeCommitLeavesNothing() throws IOException {
        gateway.keeper.beforeKeeping = () -> terminateBackends();
        client.query("DELETE FROM customer");
        assertThat(client.readUntilClosed()).containsExactly("E FATAL 57P01 upstream.lost");
        GatewayFixture.eventually(GuardedLossIT::assertUnchanged);
    }

    /// How a COMMIT comes to PostgreSQL.
    enum Commit {
        /// The gateway's own, around one query.
        OF_ONE_QUERY,
        /// The gateway's own, around a batch up to Sync.
        OF_A_BATCH,
        /// The agent's, in a query string.
        AS_QUERY,
        /// The agent's, by Execute: no ReadyForQuery is due to it.
        BY_EXECUTE;

        List<FrontendMessage> messages() {
            String write = "UPDATE customer SET name = 'y' WHERE id = 9";
            return switch (this) {
                case OF_ONE_QUERY -> List.of(new Query(write));
                case OF_A_BATCH -> extended(write);
                case AS_QUERY -> List.of(new Query("BEGIN"), new Query(write), new Query("COMMIT"));
                case BY_EXECUTE -> {
                    List<FrontendMessage> all = new ArrayList<>(extended("BEGIN"));
                    all.addAll(extended(write));
                    all.addAll(extended("COMMIT"));
                    yield all;
                }
            };
        }
    }

    private static List<FrontendMessage> extended(String sql) {
        return List.of(
                new Parse("", sql, List.of()),
                new Bind("", "", List.of(), List.of(), List.of()),
                new Execute("", 0),
                new Sync());
    }

    /// COMMIT is made to hang by synchronous replication to nobody. When the waiting process is ended,
    /// the transaction has committed, and nobody says so.
    @ParameterizedTest
    @EnumSource
    void aLostAnswerToCommitIsResolved(Commit commit) throws IOException {
        for (Outcome outcome : Outcome.values()) {
            gateway.keeper.reset();
            gateway.keeper.resolution = outcome;
            try (RawClient other = gateway.login()) {
                gateway.makeCommitsHang();
                other.send(commit.messages().toArray(FrontendMessage[]::new));
                GatewayFixture.eventually(
                        () -> assertThat(activity("wait_event = 'SyncRep'")).isEqualTo("1"));
                terminateBackends();
                assertThat(other.readUntilClosed())
                        .last()
                        .isEqualTo(
                                switch (outcome) {
                                    case COMMITTED -> "E FATAL 57P01 guarded.committed";
                                    case ROLLED_BACK -> "E FATAL 57P01 upstream.lost";
                                    case AMBIGUOUS -> "E FATAL 08007 guarded.ambiguous";
                                });
                assertThat(gateway.keeper.kept.getLast().outcome).isEqualTo("resolved");
            } finally {
                gateway.letCommitsEnd();
            }
        }
    }

    /// By Execute the client is told of its COMMIT before PostgreSQL is ready, and believes it only then.
    @Test
    void aConnectionThatIsLostBehindACommitThatWasToldSaysThatItHasHappened() throws IOException {
        try (FaultRelay relay = FaultRelay.to(postgres.host(), postgres.port());
                GatewayFixture relayed = GatewayFixture.through(relay, postgres)) {
            relayed.policy = new GuardedLaneIT.Writing(new Obligations(true, 0, 0, 0));
            try (RawClient other = relayed.login()) {
                other.query("BEGIN").readUntilReady();
                other.query("UPDATE customer SET name = 'z' WHERE id = 9").readUntilReady();
                other.send(
                        new Parse("", "COMMIT", List.of()),
                        new Bind("", "", List.of(), List.of(), List.of()),
                        new Execute("", 0),
                        new FrontendMessage.Flush());
                assertThat(List.of(other.read(), other.read(), other.read()))
                        .last()
                        .isEqualTo(new BackendMessage.CommandComplete("COMMIT"));
                relay.cut();
                assertThat(other.readUntilClosed())
                        .containsExactly("E FATAL 57P01 guarded.committed");
            }
            try (RawClient other = relayed.login()) {
                other.query("BEGIN").readUntilReady();
                other.query("UPDATE customer SET name = 'y' WHERE id = 9").readUntilReady();
                other.send(extended("COMMIT").toArray(FrontendMessage[]::new)).readUntilReady();
                relay.cut();
                assertThat(other.readUntilClosed()).containsExactly("E FATAL 57P01 upstream.lost");
            }
        }
    }

    private static String activity(String condition) {
        return postgres.value(
                GatewayFixture.DATABASE,
                "SELECT count(*) FROM pg_stat_activity WHERE usename = '"
                        + GatewayFixture.ROLE
                        + "' AND "
                        + condition);
    }

    private static void terminateBackends() {
        postgres.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                        + GatewayFixture.ROLE
                        + "'");
    }
}
