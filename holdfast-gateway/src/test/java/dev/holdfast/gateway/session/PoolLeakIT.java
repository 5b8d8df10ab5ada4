package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Flush;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.pgwire.FrontendMessage.Terminate;
import dev.holdfast.testkit.DisposablePostgres;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that leave at the worst moment: whoever gets the connection next finds nothing of theirs. The
/// policy lets everything through, so that there is something to find.
class PoolLeakIT {
    /// What a session can leave behind, each as a number that is 0 in a new one.
    private static final String LEFTOVERS =
            "SELECT (SELECT count(*) FROM pg_prepared_statements WHERE name <> ''),"
                    + " (SELECT count(*) FROM pg_cursors WHERE name <> ''),"
                    + " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                    + " AND pid = pg_backend_pid()),"
                    + " (SELECT count(*) FROM pg_listening_channels()),"
                    + " (SELECT count(*) FROM pg_settings WHERE source = 'session'),"
                    + " (SELECT count(*) FROM pg_class WHERE relpersistence = 't')";

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
        gateway.policy = (_, _) -> new Decision.Allow("test.everything");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    private static Parse parse(String name, String sql) {
        return new Parse(name, sql, List.of());
    }

    private static Bind bind(String portal, String statement) {
        return new Bind(portal, statement, List.of(), List.of(), List.of());
    }

    static Stream<Arguments> lastWords() {
        return Stream.of(
                words("nothing"),
                words("a transaction", new Query("BEGIN")),
                words("a failed transaction", new Query("BEGIN"), new Query("SELECT 1/0")),
                words("a statement without Sync", parse("left", "SELECT 1")),
                words("a portal without Sync", parse("left", "SELECT 1"), bind("left", "left")),
                words(
                        "a portal half run",
                        parse("left", "SELECT generate_series(1, 100)"),
                        bind("left", "left"),
                        new Execute("left", 10),
                        new Flush()),
                words("an error before Sync", parse("left", "SELECT 1/0"), bind("", "left")),
                words("a skipped query", parse("x", "SELECT nothing"), new Query("SELECT 1")),
                words("a long answer", new Query("SELECT generate_series(1, 1000000)")),
                words("a long wait", new Query("SELECT pg_sleep(60)")),
                words("a COPY", new Query("COPY (SELECT generate_series(1, 1000000)) TO STDOUT")),
                words("a goodbye in the pipeline", new Query("SELECT 1"), new Terminate()),
                words("a goodbye in a batch", parse("left", "SELECT 1"), new Terminate()),
                words("a Sync", new Sync(), new Sync(), new Sync()),
                words(
                        "a commit",
                        new Query("BEGIN"),
                        parse("left", "COMMIT"),
                        bind("", "left"),
                        new Execute("", 0)));
    }

    private static Arguments words(String what, FrontendMessage... messages) {
        return Arguments.of(what, List.of(messages));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lastWords")
    void nothingOfAClientIsFoundByTheNext(String what, List<FrontendMessage> messages)
            throws IOException {
        for (int times = 0; times < 3; times++) {
            try (RawClient client = gateway.login()) {
                client.send(
                        new Query("PREPARE made AS SELECT 1"),
                        new Query("SET application_name = 'left'"),
                        new Query("SET work_mem = '1MB'"),
                        new Query("SELECT pg_advisory_lock(7)"),
                        new Query("LISTEN left_behind"),
                        new Query("BEGIN; DECLARE made CURSOR WITH HOLD FOR SELECT 1; COMMIT"));
                for (int answers = 0; answers < 6; answers++) {
                    assertThat(client.readUntilReady()).last().isEqualTo("ZI");
                }
                client.send(messages.toArray(FrontendMessage[]::new));
                if (times > 0) {
                    // Half a message on top.
                    client.write(Unpooled.copiedBuffer(new byte[] {'Q', 0, 0, 1}));
                }
            } catch (IOException e) {
                assertThat(what).contains("goodbye");
            }
            List<RawClient> next = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    RawClient client = gateway.login();
                    next.add(client);
                    client.query(LEFTOVERS);
                    assertThat(client.readUntilReady())
                            .containsExactly("RowDescription", "D 0,0,0,0,0,0", "C SELECT 1", "ZI");
                }
            } finally {
                for (RawClient client : next) {
                    client.close();
                }
            }
        }
        // Nobody who left keeps PostgreSQL busy.
        await().untilAsserted(() ->
                assertThat(
                                postgres.value(
                                        GatewayFixture.DATABASE,
                                        "SELECT count(*) FROM pg_stat_activity"
                                                + " WHERE usename = 'holdfast_agent'"
                                                + " AND state <> 'idle'"))
                        .isEqualTo("0"));
    }
}
