package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Flush;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Statements that do not run because something before them in the pipeline failed: they are on record
/// all the same.
class SkippedRecordIT {
    private static final String DELETE = "DELETE FROM customer";

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
        client = gateway.login();
        gateway.record.entries.clear();
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
            new Execute("", 0)
        };
    }

    /// In one packet, and all of it judged before, so that the gateway passes it on before PostgreSQL
    /// says anything.
    private void sendAtOnce(FrontendMessage[]... parts) throws IOException {
        for (FrontendMessage[] part : parts) {
            if (part[0] instanceof Parse parse) {
                client.query(parse.query()).readUntilReady();
            }
        }
        gateway.record.entries.clear();
        client.send(Stream.of(parts).flatMap(Stream::of).toArray(FrontendMessage[]::new));
    }

    private static Stream<String> recorded() {
        return gateway.record.entries.stream().map(SkippedRecordIT::brief);
    }

    private static String brief(AuditEntry entry) {
        return entry.decision()
                + " "
                + entry.outcome()
                + " "
                + entry.count()
                + " "
                + entry.statement();
    }

    @Test
    void behindAnErrorOfPostgres() throws IOException {
        sendAtOnce(
                run("SELECT 1 / (id - 1) FROM customer WHERE id = 1"),
                run("SELECT name FROM customer"),
                run("SELECT 2"),
                new FrontendMessage[] {new Sync()});
        client.readUntilReady();
        assertThat(recorded())
                .containsExactly(
                        "allow error 1 SELECT $1 / (id - $2) FROM customer WHERE id = $3",
                        "allow skipped 1 SELECT name FROM customer",
                        "allow skipped 1 SELECT $1");
    }

    @Test
    void whatWasRefusedBehindAnErrorOfPostgres() throws IOException {
        sendAtOnce(
                run("SELECT nonsense FROM customer"),
                run(DELETE),
                new FrontendMessage[] {new Sync()});
        client.readUntilReady();
        assertThat(recorded())
                .contains(
                        "allow error 1 SELECT nonsense FROM customer",
                        "deny skipped 1 DELETE FROM customer");
    }

    @Test
    void behindARefusal() throws IOException {
        client.send(run(DELETE)).send(run("SELECT 1")).send(new Query("SELECT 2"), new Sync());
        client.readUntilReady();
        assertThat(recorded())
                .containsExactly(
                        "deny refused 1 DELETE FROM customer",
                        "deny skipped 6 <messages behind an error, not looked at>");
    }

    @Test
    void behindARefusalInATransaction() throws IOException {
        client.query("BEGIN").readUntilReady();
        client.send(run("SELECT 1")).send(run(DELETE)).send(run("DROP TABLE customer"));
        client.send(new Flush(), new Sync());
        client.readUntilReady();
        assertThat(recorded().filter(entry -> entry.contains("skipped")))
                .containsExactly("deny skipped 5 <messages behind an error, not looked at>");
        assertThat(recorded()).contains("deny refused 1 DELETE FROM customer");
    }

    @Test
    void inASessionThatEndsBeforeSync() throws IOException {
        client.send(run(DELETE)).send(run("SELECT 1")).send(new FrontendMessage.Terminate());
        client.readUntilClosed();
        assertThat(recorded())
                .containsExactly(
                        "deny refused 1 DELETE FROM customer",
                        "deny skipped 5 <messages behind an error, not looked at>");
    }

    @Test
    void eachBatchIsAnEntryOfItsOwn() throws IOException {
        for (int batch = 0; batch < 2; batch++) {
            client.send(run("SELECT nonsense FROM customer"));
            client.send(new Sync()).readUntilReady();
            client.send(new Parse("", DELETE, List.of()), new Query("SELECT 1"), new Sync());
            client.readUntilReady();
        }
        assertThat(recorded().filter(entry -> entry.contains("skipped")))
                .containsExactly(
                        "deny skipped 1 <messages behind an error, not looked at>",
                        "deny skipped 1 <messages behind an error, not looked at>");
    }
}
