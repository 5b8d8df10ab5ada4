package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
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
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A policy that allows writes where they are measured and undoable: as long as they cannot be, they do
/// not run. Each test ends by looking at the database.
class GuardedIT {
    private static final String REFUSED = "E ERROR 0A000 guarded.unavailable";

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    /// What the built-in policy refuses is allowed, guarded.
    private static final class Writing implements Policy {
        private static final Policy READ_ONLY = new ReadOnlyPolicy();

        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            Decision decision = READ_ONLY.decide(principal, analysis);
            return decision instanceof Decision.Deny
                    ? new Decision.Allow("test.write", new Obligations(true, 0, 0, 0))
                    : decision;
        }
    }

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
        gateway.policy = new Writing();
        client = gateway.login();
    }

    @AfterEach
    void nothingChanged() throws IOException {
        client.close();
        assertThat(gateway.customers()).isEqualTo(1_000);
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
    void isRefusedOutsideATransaction() throws IOException {
        assertThat(client.query("DELETE FROM customer").readUntilReady())
                .containsExactly(REFUSED, "ZI");
        assertThat(client.send(run("DELETE FROM customer")).readUntilReady())
                .containsExactly(REFUSED, "ZI");
        assertThat(client.query("SELECT 1").readUntilReady()).contains("D 1");
    }

    @Test
    void isRefusedInATransactionWhichFails() throws IOException {
        client.query("BEGIN").readUntilReady();
        assertThat(client.query("DELETE FROM customer").readUntilReady())
                .containsExactly(REFUSED, "ZE");
        assertThat(client.query("COMMIT").readUntilReady()).containsExactly("C ROLLBACK", "ZI");
    }

    @Test
    void isRefusedInAPipelineWhichSkipsToSync() throws IOException {
        client.send(run("SELECT 1")).send(run("DELETE FROM customer")).send(run("SELECT 2"));
        assertThat(client.readUntilReady()).contains("D 1");
        assertThat(client.readUntilReady()).containsExactly(REFUSED, "ZI");
        assertThat(client.readUntilReady()).contains("D 2");
    }

    @Test
    void isRefusedBesideReads() throws IOException {
        assertThat(client.query("SELECT 1; DELETE FROM customer").readUntilReady())
                .containsExactly(REFUSED, "ZI");
    }

    /// Prepared while the policy only read, run when it would be guarded.
    @Test
    void isRefusedByItsName() throws IOException {
        gateway.policy = (_, _) -> new Decision.Allow("test.open");
        client.query("PREPARE p AS DELETE FROM customer").readUntilReady();
        client.send(new Parse("q", "DELETE FROM customer", List.of()), new Sync()).readUntilReady();
        gateway.policy = new Writing();
        for (String sql : List.of("EXECUTE p", "EXECUTE q", "EXPLAIN ANALYZE EXECUTE p")) {
            assertThat(client.query(sql).readUntilReady()).containsExactly(REFUSED, "ZI");
            assertThat(client.send(run(sql)).readUntilReady()).last().isEqualTo("ZI");
        }
        client.send(
                new Bind("", "q", List.of(), List.of(), List.of()), new Execute("", 0), new Sync());
        assertThat(client.readUntilReady()).containsExactly(REFUSED, "ZI");
    }

    @Test
    void isOnRecordAsDenied() throws IOException {
        gateway.record.entries.clear();
        client.query("DELETE FROM customer").readUntilReady();
        assertThat(gateway.record.entries)
                .extracting(e -> e.decision() + " " + e.rule() + " " + e.outcome())
                .containsExactly("deny guarded.unavailable refused");
    }
}
