package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Close;
import dev.holdfast.pgwire.FrontendMessage.Describe;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Flush;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The message flow of a session, as no driver would send it. Each test ends by looking at the
/// database.
@SideBySide
class SessionIT {
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
        gateway.policy = new dev.holdfast.guard.policy.ReadOnlyPolicy();
        client = gateway.login();
    }

    @AfterEach
    void nothingChanged() throws IOException {
        client.close();
        assertThat(gateway.customers()).isEqualTo(1_000);
        assertThat(
                        postgres.value(
                                GatewayFixture.DATABASE,
                                "SELECT count(*) FROM pg_class WHERE relname = 'made'"))
                .isEqualTo("0");
    }

    private static Parse parse(String name, String sql) {
        return new Parse(name, sql, List.of());
    }

    private static Bind bind(String portal, String statement) {
        return new Bind(portal, statement, List.of(), List.of(), List.of());
    }

    private static FrontendMessage[] run(String sql) {
        return new FrontendMessage[] {parse("", sql), bind("", ""), new Execute("", 0), new Sync()};
    }

    @Test
    void aReadIsAnswered() throws IOException {
        client.query("SELECT count(*) FROM customer");
        assertThat(client.readUntilReady())
                .containsExactly("RowDescription", "D 1000", "C SELECT 1", "ZI");
    }

    @Test
    void aRefusedQueryIsAnsweredAndTheSessionGoesOn() throws IOException {
        client.query("DELETE FROM customer");
        assertThat(client.readUntilReady())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("E ERROR 42501");
        client.query("SELECT 1");
        assertThat(client.readUntilReady())
                .containsExactly("RowDescription", "D 1", "C SELECT 1", "ZI");
    }

    @Test
    void aRefusalFailsTheTransactionBlockAsPostgresWould() throws IOException {
        client.query("BEGIN");
        assertThat(client.readUntilReady()).containsExactly("C BEGIN", "ZT");
        client.query("DELETE FROM customer");
        assertThat(client.readUntilReady()).hasSize(2).last().isEqualTo("ZE");
        client.query("SELECT 1");
        assertThat(client.readUntilReady()).containsExactly("E ERROR 25P02", "ZE");
        client.query("COMMIT");
        assertThat(client.readUntilReady()).containsExactly("C ROLLBACK", "ZI");
    }

    @Test
    void aSavepointSurvivesARefusal() throws IOException {
        client.send(
                new Query("BEGIN"), new Query("SAVEPOINT s"), new Query("DELETE FROM customer"));
        client.send(new Query("ROLLBACK TO s"), new Query("SELECT 7"), new Query("COMMIT"));
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.addAll(client.readUntilReady());
        }
        assertThat(all)
                .containsSubsequence(
                        "C SAVEPOINT", "ZT", "ZE", "C ROLLBACK", "ZT", "D 7", "C COMMIT", "ZI");
    }

    @Test
    void answersToPipelinedQueriesKeepTheirOrder() throws IOException {
        client.send(
                new Query("SELECT 1"),
                new Query("DELETE FROM customer"),
                new Query("SELECT 2"),
                new Query("DROP TABLE customer"),
                new Query("SELECT 3"));
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.addAll(client.readUntilReady());
        }
        assertThat(all.stream().map(m -> m.startsWith("E ERROR 42501") ? "E" : m))
                .containsExactly(
                        "RowDescription",
                        "D 1",
                        "C SELECT 1",
                        "ZI",
                        "E",
                        "ZI",
                        "RowDescription",
                        "D 2",
                        "C SELECT 1",
                        "ZI",
                        "E",
                        "ZI",
                        "RowDescription",
                        "D 3",
                        "C SELECT 1",
                        "ZI");
    }

    @Test
    void aRefusedParseSkipsToSync() throws IOException {
        client.send(run("DELETE FROM customer"));
        assertThat(client.readUntilReady()).hasSize(2).last().isEqualTo("ZI");
        client.send(run("SELECT 5"));
        assertThat(client.readUntilReady())
                .containsExactly("ParseComplete", "BindComplete", "D 5", "C SELECT 1", "ZI");
    }

    @Test
    void aRefusalInTheMiddleOfAPipelineSkipsTheRestOfItOnly() throws IOException {
        client.send(parse("", "SELECT 1"), bind("", ""), new Execute("", 0));
        client.send(parse("", "DELETE FROM customer"), bind("", ""), new Execute("", 0));
        client.send(parse("", "SELECT 2"), bind("", ""), new Execute("", 0), new Sync());
        client.send(run("SELECT 3"));
        assertThat(
                        client.readUntilReady().stream()
                                .map(m -> m.startsWith("E ERROR 42501") ? "E" : m))
                .containsExactly("ParseComplete", "BindComplete", "D 1", "C SELECT 1", "E", "ZI");
        assertThat(client.readUntilReady())
                .containsExactly("ParseComplete", "BindComplete", "D 3", "C SELECT 1", "ZI");
    }

    @Test
    void flushWithoutSyncGivesTheAnswersSoFar() throws IOException {
        client.send(
                parse("s", "SELECT 1"), new Describe(DescribeTarget.STATEMENT, "s"), new Flush());
        assertThat(client.read().getClass().getSimpleName()).isEqualTo("ParseComplete");
        assertThat(client.read().getClass().getSimpleName()).isEqualTo("ParameterDescription");
        assertThat(client.read().getClass().getSimpleName()).isEqualTo("RowDescription");
        client.send(parse("t", "DELETE FROM customer"), new Flush());
        assertThat(client.read().getClass().getSimpleName()).isEqualTo("ErrorResponse");
        client.send(parse("u", "SELECT 2"), new Flush());
        assertThat(client.silentFor(Duration.ofMillis(300))).isTrue();
        client.send(new Sync());
        assertThat(client.readUntilReady()).containsExactly("ZI");
    }

    @Test
    void aFailedParseLeavesNoName() throws IOException {
        client.send(
                parse("s", "SELECT nonsense_column"),
                bind("", "s"),
                new Execute("", 0),
                new Sync());
        assertThat(client.readUntilReady()).containsExactly("E ERROR 42703", "ZI");
        client.send(bind("", "s"), new Execute("", 0), new Sync());
        assertThat(client.readUntilReady())
                .containsExactly("E ERROR 26000 protocol.unknown-statement", "ZI");
        client.send(parse("s", "SELECT 1"), bind("", "s"), new Execute("", 0), new Sync());
        assertThat(client.readUntilReady())
                .containsExactly("ParseComplete", "BindComplete", "D 1", "C SELECT 1", "ZI");
    }

    @Test
    void aNameInUseKeepsItsStatement() throws IOException {
        client.send(parse("s", "SELECT 1"), new Sync());
        client.readUntilReady();
        client.send(parse("s", "SELECT 2"), new Sync());
        assertThat(client.readUntilReady()).containsExactly("E ERROR 42P05", "ZI");
        client.send(bind("", "s"), new Execute("", 0), new Sync());
        assertThat(client.readUntilReady())
                .containsExactly("BindComplete", "D 1", "C SELECT 1", "ZI");
        client.send(
                new Close(DescribeTarget.STATEMENT, "s"), parse("s", "SELECT 2"), bind("", "s"));
        client.send(new Execute("", 0), new Sync());
        assertThat(client.readUntilReady())
                .containsExactly(
                        "CloseComplete",
                        "ParseComplete",
                        "BindComplete",
                        "D 2",
                        "C SELECT 1",
                        "ZI");
    }

    @Test
    void preparedBySqlIsKnownToTheProtocolAndTheOtherWayRound() throws IOException {
        client.query("PREPARE p AS SELECT 8");
        client.readUntilReady();
        client.send(bind("", "p"), new Execute("", 0), new Sync());
        assertThat(client.readUntilReady()).contains("D 8");
        client.send(parse("q", "SELECT 9"), new Sync());
        client.readUntilReady();
        client.query("EXECUTE q");
        assertThat(client.readUntilReady()).contains("D 9");
        client.query("DEALLOCATE ALL");
        client.readUntilReady();
        client.query("EXECUTE q");
        assertThat(client.readUntilReady())
                .containsExactly("E ERROR 26000 protocol.unknown-statement", "ZI");
    }

    @Test
    void aPortalBoundBeforeThePolicyChangedDoesNotRunAfterIt() throws IOException {
        client.query("BEGIN");
        client.readUntilReady();
        client.send(
                parse("s", "SELECT id FROM customer"),
                bind("c", "s"),
                new Execute("c", 1),
                new Sync());
        assertThat(client.readUntilReady()).contains("PortalSuspended", "ZT");
        gateway.policy =
                (_, _) ->
                        new Decision.Deny(
                                new Refusal(
                                        ErrorCode.INSUFFICIENT_PRIVILEGE,
                                        "test.closed",
                                        "m",
                                        "d",
                                        "h"));
        client.send(new Execute("c", 1), new Sync());
        assertThat(client.readUntilReady()).containsExactly("E ERROR 42501 test.closed", "ZE");
        client.send(bind("d", "s"), new Sync());
        assertThat(client.readUntilReady()).containsExactly("E ERROR 42501 test.closed", "ZE");
    }

    @Test
    void functionCallIsRefused() throws IOException {
        FrontendMessage.FunctionCall call =
                new FrontendMessage.FunctionCall(
                        1598, List.of(), List.of(), dev.holdfast.pgwire.Format.TEXT);
        client.send(call);
        assertThat(client.readUntilReady())
                .containsExactly("E ERROR 0A000 protocol.function-call", "ZI");
        client.query("BEGIN");
        client.readUntilReady();
        client.send(call);
        assertThat(client.readUntilReady())
                .containsExactly("E ERROR 0A000 protocol.function-call", "ZE");
    }

    @Test
    void copyDataWithoutACopyIsDroppedHoweverMuch() throws IOException {
        ByteBuf megabyte = Unpooled.wrappedBuffer(new byte[1 << 20]);
        for (int i = 0; i < 64; i++) {
            client.send(new FrontendMessage.CopyData(megabyte));
        }
        client.send(new FrontendMessage.CopyDone(), new FrontendMessage.CopyFail("no"));
        client.query("SELECT 1");
        assertThat(client.readUntilReady()).contains("D 1", "ZI");
    }

    @Test
    void copyInIsRefusedAndItsDataGoesNowhere() throws IOException {
        client.query("COPY customer FROM STDIN");
        assertThat(client.readUntilReady()).hasSize(2).last().isEqualTo("ZI");
        client.send(
                new FrontendMessage.CopyData(
                        Unpooled.copiedBuffer("7\tx\n", StandardCharsets.UTF_8)),
                new FrontendMessage.CopyDone());
        client.query("SELECT 2");
        assertThat(client.readUntilReady()).contains("D 2", "ZI");
    }

    @Test
    void copyOutFlows() throws IOException {
        client.query("COPY (SELECT * FROM customer WHERE id < 3 ORDER BY id) TO STDOUT");
        assertThat(client.readUntilReady())
                .containsExactly(
                        "CopyOutResponse", "CopyData", "CopyData", "CopyDone", "C COPY 2", "ZI");
    }

    @ParameterizedTest
    @ValueSource(strings = {"p", "!", "R", "Z"})
    void aMessageThatDoesNotBelongEndsTheSession(String type) throws IOException {
        client.sendRaw(type.charAt(0), Unpooled.copiedBuffer("x\0", StandardCharsets.UTF_8));
        assertThat(client.readUntilClosed()).first().asString().startsWith("E FATAL 08P01");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aLyingLengthEndsTheSession(int length) throws IOException {
        client.write(Unpooled.buffer().writeByte('Q').writeInt(length));
        assertThat(client.readUntilClosed()).first().asString().startsWith("E FATAL 08P01");
    }

    @Test
    void aQueryWithANulInItIsRefusedWhole() throws IOException {
        client.sendRaw(
                'Q',
                Unpooled.copiedBuffer(
                        "SELECT 1\0; DELETE FROM customer\0", StandardCharsets.UTF_8));
        assertThat(client.readUntilReady()).hasSize(2).first().asString().startsWith("E ERROR");
    }

    @Test
    void aQueryWithoutATerminatorEndsTheSession() throws IOException {
        client.sendRaw('Q', Unpooled.copiedBuffer("SELECT 1", StandardCharsets.UTF_8));
        assertThat(client.readUntilClosed()).first().asString().startsWith("E FATAL 08P01");
    }

    @Test
    void bytesThatTrickleInAreOneMessage() throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        for (FrontendMessage message : run("SELECT 11")) {
            message.encode(bytes);
        }
        while (bytes.isReadable()) {
            client.write(bytes.readSlice(1));
        }
        assertThat(client.readUntilReady()).contains("D 11", "ZI");
    }

    @Test
    void aDeepPipelineIsAnsweredWholeAndInOrder() throws IOException {
        int depth = 20_000;
        Thread writer =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                for (int i = 0; i < depth; i++) {
                                    client.send(
                                            parse("", "SELECT " + i),
                                            bind("", ""),
                                            new Execute("", 0));
                                }
                                client.send(new Sync());
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
        List<String> rows =
                client.readUntilReady().stream().filter(m -> m.startsWith("D ")).toList();
        assertThat(rows).hasSize(depth).first().isEqualTo("D 0");
        assertThat(rows).last().isEqualTo("D " + (depth - 1));
        assertThat(writer.isAlive()).isFalse();
    }

    @Test
    void nothingRunsWhileTheRecordCannotBeWritten() throws IOException {
        gateway.record.works = false;
        try {
            client.query("SELECT 1");
            assertThat(client.readUntilClosed()).first().asString().contains("58030");
        } finally {
            gateway.record.works = true;
        }
        try (RawClient later = gateway.login()) {
            later.query("SELECT 1");
            assertThat(later.readUntilReady()).contains("D 1");
        }
    }

    @Test
    void everyStatementIsOnRecordWithItsRowsAndWithoutItsLiterals() throws IOException {
        gateway.record.entries.clear();
        client.query("SELECT id FROM customer WHERE name <> 'secret one' LIMIT 17");
        client.readUntilReady();
        client.send(run("SELECT id FROM customer LIMIT 5"));
        client.readUntilReady();
        client.query("DELETE FROM customer WHERE name = 'secret two'");
        client.readUntilReady();
        client.query("SELECT nonsense FROM customer");
        client.readUntilReady();
        assertThat(gateway.record.entries)
                .extracting(
                        e -> e.decision() + " " + e.outcome() + " " + e.sqlState() + " " + e.rows())
                .containsExactly(
                        "allow ok 00000 17",
                        "allow ok 00000 5",
                        "deny refused 42501 -1",
                        "allow error 42703 -1");
        assertThat(gateway.record.entries).noneMatch(e -> e.statement().contains("secret"));
        assertThat(gateway.record.entries).allMatch(e -> e.agent().equals(GatewayFixture.AGENT));
    }

    @Test
    void theLossOfPostgresIsAFatalErrorAndTheGatewayServesOn() throws IOException {
        client.query("SELECT pg_backend_pid()");
        String pid = client.readUntilReady().get(1).substring(2);
        postgres.sql("SELECT pg_terminate_backend(" + pid + ")");
        assertThat(client.readUntilClosed()).first().asString().startsWith("E FATAL 57P01");
        try (RawClient later = gateway.login()) {
            later.query("SELECT 1");
            assertThat(later.readUntilReady()).contains("D 1");
        }
    }

    @Test
    void aClientThatLeavesTakesItsStatementWithIt() throws IOException {
        client.query("SELECT pg_sleep(60)");
        await().untilAsserted(() -> assertThat(sleeping()).isEqualTo("1"));
        client.close();
        await().atMost(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(sleeping()).isEqualTo("0"));
    }

    private static String sleeping() {
        return postgres.value(
                "postgres",
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'");
    }

    @Test
    void anEndedSessionIsToldWhyAndItsStatementIsCancelled() throws IOException {
        client.query("SELECT pg_sleep(60)");
        await().untilAsserted(() -> assertThat(sleeping()).isEqualTo("1"));
        gateway.registry()
                .endAll(
                        GatewayFixture.AGENT,
                        new Refusal(ErrorCode.ADMIN_SHUTDOWN, "session.revoked", "m", "d", "h"));
        assertThat(client.readUntilClosed()).first().isEqualTo("E FATAL 57P01 session.revoked");
        await().atMost(Duration.ofSeconds(1))
                .untilAsserted(() -> assertThat(sleeping()).isEqualTo("0"));
    }
}
