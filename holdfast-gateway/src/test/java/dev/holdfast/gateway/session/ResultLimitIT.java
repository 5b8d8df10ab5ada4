package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Flush;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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

/// Results that are larger than the policy lets them be, in every way in which rows come out.
@SideBySide
class ResultLimitIT {
    private static final String TOO_MANY_ROWS = "E ERROR 54000 limit.result-rows";
    private static final String TOO_MANY_BYTES = "E ERROR 54000 limit.result-bytes";

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    /// Reads as the built-in policy does, and owes limits for what it reads.
    private record Limited(Obligations owed) implements Policy {
        private static final Policy READ_ONLY = new ReadOnlyPolicy();

        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            Decision decision = READ_ONLY.decide(principal, analysis);
            return decision instanceof Decision.Allow allow
                    ? new Decision.Allow(allow.rule(), owed)
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
        gateway.policy = new ReadOnlyPolicy();
        client = gateway.login();
        gateway.record.entries.clear();
    }

    @AfterEach
    void theSessionServesOnAndNothingRuns() throws IOException {
        gateway.policy = new ReadOnlyPolicy();
        client.query("SELECT 'still here'");
        assertThat(client.readUntilReady()).contains("D still here");
        client.close();
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() ->
                        assertThat(
                                        postgres.value(
                                                "postgres",
                                                "SELECT count(*) FROM pg_stat_activity WHERE"
                                                        + " state = 'active' AND usename ="
                                                        + " 'holdfast_agent'"))
                                .isEqualTo("0"));
    }

    private static void rowsAtMost(long rows) {
        gateway.policy = new Limited(new Obligations(false, rows, 0, 0));
    }

    private static void bytesAtMost(long bytes) {
        gateway.policy = new Limited(new Obligations(false, 0, bytes, 0));
    }

    private static Parse parse(String name, String sql) {
        return new Parse(name, sql, List.of());
    }

    private static Bind bind(String portal, String statement) {
        return new Bind(portal, statement, List.of(), List.of(), List.of());
    }

    private static FrontendMessage[] run(String sql) {
        return new FrontendMessage[] {parse("", sql), bind("", ""), new Execute("", 0)};
    }

    private static long rows(List<String> messages) {
        return messages.stream().filter(m -> m.startsWith("D ") || m.equals("CopyData")).count();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT generate_series(1, 100000000)",
                "VALUES (1), (2), (3), (4)",
                "TABLE customer",
                "SELECT 1; SELECT 2; SELECT 3; SELECT id FROM customer",
                "COPY (SELECT generate_series(1, 100000000)) TO STDOUT",
                "COPY customer TO STDOUT (FORMAT csv)",
                "COPY customer TO STDOUT (FORMAT binary)",
                "EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM customer a JOIN customer b USING (id)",
                "SHOW ALL",
                "PREPARE p AS SELECT id FROM customer; EXECUTE p"
            })
    void noMoreRowsThanAllowedComeBackInASimpleQuery(String sql) throws IOException {
        rowsAtMost(3);
        List<String> answers = client.query(sql).readUntilReady();
        assertThat(rows(answers)).isEqualTo(3);
        assertThat(answers.subList(answers.size() - 2, answers.size()))
                .containsExactly(TOO_MANY_ROWS, "ZI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT generate_series(1, 100000000)",
                "TABLE customer",
                "COPY (SELECT generate_series(1, 100000000)) TO STDOUT"
            })
    void noMoreRowsThanAllowedComeBackInAnExtendedQuery(String sql) throws IOException {
        rowsAtMost(3);
        List<String> answers = client.send(run(sql)).send(new Sync()).readUntilReady();
        assertThat(rows(answers)).isEqualTo(3);
        assertThat(answers.subList(answers.size() - 2, answers.size()))
                .containsExactly(TOO_MANY_ROWS, "ZI");
    }

    @Test
    void exactlyAsManyRowsAsAllowedAreFine() throws IOException {
        rowsAtMost(1_000);
        assertThat(client.query("TABLE customer").readUntilReady()).endsWith("C SELECT 1000", "ZI");
        rowsAtMost(999);
        assertThat(client.query("TABLE customer").readUntilReady()).endsWith(TOO_MANY_ROWS, "ZI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT repeat('x', 1000), generate_series(1, 100000000)",
                "SELECT repeat('x', 20000000)",
                "COPY (SELECT repeat('x', 1000), generate_series(1, 100000000)) TO STDOUT",
                "SELECT 1; SELECT repeat('x', 20000)"
            })
    void noMoreBytesThanAllowedComeBack(String sql) throws IOException {
        bytesAtMost(10_000);
        List<String> answers = client.query(sql).readUntilReady();
        assertThat(answers).endsWith(TOO_MANY_BYTES, "ZI");
        assertThat(answers.stream().mapToLong(String::length).sum()).isLessThan(11_000);
    }

    @Test
    void aTransactionFailsWithTheStatement() throws IOException {
        client.query("BEGIN").readUntilReady();
        rowsAtMost(3);
        assertThat(client.query("SELECT generate_series(1, 100000000)").readUntilReady())
                .endsWith(TOO_MANY_ROWS, "ZE");
        assertThat(client.query("SELECT 1").readUntilReady())
                .containsExactly("E ERROR 25P02", "ZE");
        assertThat(client.query("ROLLBACK").readUntilReady()).containsExactly("C ROLLBACK", "ZI");
    }

    @Test
    void aSavepointIsReturnedTo() throws IOException {
        client.query("BEGIN").readUntilReady();
        client.query("SAVEPOINT s").readUntilReady();
        rowsAtMost(3);
        assertThat(client.query("SELECT generate_series(1, 100000000)").readUntilReady())
                .endsWith(TOO_MANY_ROWS, "ZE");
        client.query("ROLLBACK TO s").readUntilReady();
        assertThat(client.query("SELECT 1").readUntilReady()).contains("D 1", "ZT");
        client.query("COMMIT").readUntilReady();
    }

    @Test
    void aPipelineSkipsToSyncAndGoesOnBehindIt() throws IOException {
        rowsAtMost(3);
        client.send(run("SELECT 7"));
        client.send(run("SELECT generate_series(1, 100000000)"));
        client.send(run("SELECT 8")).send(run("DELETE FROM customer")).send(new Sync());
        client.send(run("SELECT 9")).send(new Sync());
        List<String> first = client.readUntilReady();
        assertThat(first)
                .containsExactly(
                        "ParseComplete",
                        "BindComplete",
                        "D 7",
                        "C SELECT 1",
                        "ParseComplete",
                        "BindComplete",
                        "D 1",
                        "D 2",
                        "D 3",
                        TOO_MANY_ROWS,
                        "ZI");
        assertThat(client.readUntilReady())
                .containsExactly("ParseComplete", "BindComplete", "D 9", "C SELECT 1", "ZI");
    }

    /// The statement is over before PostgreSQL hears of the cancellation: nothing of what it says then
    /// may reach the client, whatever was sent behind.
    @Test
    void aStatementThatIsFasterThanItsCancellationIsSwallowedToo() throws IOException {
        rowsAtMost(3);
        for (int round = 0; round < 20; round++) {
            client.send(run("VALUES (1), (2), (3), (4)"));
            client.send(parse("s" + round, "SELECT 5"), bind("", "s" + round), new Execute("", 0));
            client.send(new Sync());
            assertThat(client.readUntilReady())
                    .containsExactly(
                            "ParseComplete",
                            "BindComplete",
                            "D 1",
                            "D 2",
                            "D 3",
                            TOO_MANY_ROWS,
                            "ZI");
            assertThat(client.query("SELECT " + round).readUntilReady())
                    .containsExactly("RowDescription", "D " + round, "C SELECT 1", "ZI");
        }
    }

    @Test
    void whatIsSentBehindBeforeSyncIsSkipped() throws IOException {
        rowsAtMost(3);
        client.send(run("SELECT generate_series(1, 100000000)")).send(new Flush());
        List<String> answers = new ArrayList<>();
        while (!answers.contains("ErrorResponse")) {
            answers.add(client.read().getClass().getSimpleName());
        }
        assertThat(answers)
                .containsExactly(
                        "ParseComplete",
                        "BindComplete",
                        "DataRow",
                        "DataRow",
                        "DataRow",
                        "ErrorResponse");
        client.send(run("SELECT 1")).send(new Query("SELECT 2"), new Flush());
        assertThat(client.silentFor(Duration.ofMillis(300))).isTrue();
        assertThat(client.send(new Sync()).readUntilReady()).containsExactly("ZI");
    }

    @Test
    void fetchesOfAPortalCountTogether() throws IOException {
        client.query("BEGIN").readUntilReady();
        rowsAtMost(5);
        client.send(parse("s", "SELECT id FROM customer ORDER BY id"), bind("p", "s"));
        client.send(new Execute("p", 2), new Execute("p", 2), new Sync());
        assertThat(rows(client.readUntilReady())).isEqualTo(4);
        List<String> last = client.send(new Execute("p", 2), new Sync()).readUntilReady();
        assertThat(last).hasSize(3).startsWith("D 5", TOO_MANY_ROWS);
        client.query("ROLLBACK").readUntilReady();
    }

    @Test
    void aPortalBoundAnewCountsAnew() throws IOException {
        rowsAtMost(5);
        for (int round = 0; round < 3; round++) {
            client.send(parse("", "SELECT id FROM customer LIMIT 4"), bind("", ""));
            client.send(new Execute("", 2), new Execute("", 0), new Sync());
            assertThat(rows(client.readUntilReady())).isEqualTo(4);
        }
    }

    /// The Bind that fails leaves the portal, and what was fetched of it, as they were.
    @Test
    void aFailedBindDoesNotStartTheCountAnew() throws IOException {
        client.query("BEGIN").readUntilReady();
        rowsAtMost(5);
        client.send(parse("s", "SELECT id FROM customer ORDER BY id"), bind("p", "s"));
        client.send(new Execute("p", 4), new Sync()).readUntilReady();
        client.query("SAVEPOINT x").readUntilReady();
        assertThat(client.send(bind("p", "s"), new Sync()).readUntilReady())
                .containsExactly("E ERROR 42P03", "ZE");
        client.query("ROLLBACK TO x").readUntilReady();
        // A statement that was faster than its cancellation leaves the transaction as it is.
        assertThat(client.send(new Execute("p", 4), new Sync()).readUntilReady())
                .hasSize(3)
                .startsWith("D 5", TOO_MANY_ROWS);
        client.query("ROLLBACK").readUntilReady();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FETCH 2 FROM c",
                "FETCH FORWARD 2 IN c",
                "FETCH 2 c",
                "FETCH FORWARD 2 FROM c"
            })
    void fetchesOfACursorCountTogether(String fetch) throws IOException {
        client.query("BEGIN").readUntilReady();
        rowsAtMost(5);
        client.query("DECLARE c CURSOR FOR SELECT id FROM customer ORDER BY id").readUntilReady();
        assertThat(rows(client.query(fetch).readUntilReady())).isEqualTo(2);
        assertThat(rows(client.query(fetch).readUntilReady())).isEqualTo(2);
        assertThat(client.query(fetch).readUntilReady())
                .hasSize(4)
                .startsWith("RowDescription", "D 5", TOO_MANY_ROWS);
        client.query("ROLLBACK").readUntilReady();
    }

    @Test
    void aHeldCursorIsCountedBeyondItsTransaction() throws IOException {
        rowsAtMost(5);
        client.query("DECLARE c CURSOR WITH HOLD FOR SELECT id FROM customer").readUntilReady();
        client.query("FETCH 4 FROM c").readUntilReady();
        assertThat(client.query("FETCH ALL FROM c").readUntilReady()).endsWith(TOO_MANY_ROWS, "ZI");
    }

    @Test
    void theErrorTellsMeasuredAndAllowedFigures() throws SQLException {
        rowsAtMost(10);
        try (Connection connection =
                        DriverManager.getConnection(
                                gateway.jdbcUrl(), GatewayFixture.AGENT, GatewayFixture.PASSWORD);
                Statement statement = connection.createStatement()) {
            assertThat(failure(statement, "TABLE customer"))
                    .contains("11 rows or more (allowed: 10)")
                    .contains("Select fewer rows");
            try (ResultSet one = statement.executeQuery("SELECT 1")) {
                assertThat(one.next()).isTrue();
            }
            bytesAtMost(100);
            assertThat(failure(statement, "SELECT repeat('x', 5000)"))
                    .contains("5011 bytes or more (allowed: 100)");
        }
    }

    private static String failure(Statement statement, String sql) {
        try {
            statement.executeQuery(sql).close();
            return "none";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void theRecordTellsTheLimitAndTheRowsThatPassed() throws IOException {
        rowsAtMost(3);
        client.query("SELECT generate_series(1, 100000000)").readUntilReady();
        client.send(run("TABLE customer")).send(run("SELECT 1")).send(new Sync()).readUntilReady();
        assertThat(gateway.record.entries)
                .filteredOn(e -> e.outcome().equals("canceled"))
                .extracting(AuditEntry::rule, AuditEntry::sqlState, AuditEntry::rows)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("limit.result-rows", "54000", 3L),
                        org.assertj.core.groups.Tuple.tuple("limit.result-rows", "54000", 3L));
    }

    @Test
    void theSmallerTimeWins() throws IOException {
        gateway.policy = new Limited(new Obligations(false, 0, 0, 300));
        long before = System.nanoTime();
        assertThat(client.query("SELECT pg_sleep(60)").readUntilReady())
                .containsExactly("RowDescription", "E ERROR 57014 limit.statement-time", "ZI");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        assertThat(client.send(run("SELECT pg_sleep(60)")).send(new Sync()).readUntilReady())
                .containsExactly(
                        "ParseComplete",
                        "BindComplete",
                        "E ERROR 57014 limit.statement-time",
                        "ZI");
    }

    @Test
    void whatWaitedBehindASlowStatementIsNotTakenForSlow() throws IOException {
        gateway.policy = new Limited(new Obligations(false, 0, 0, 1_500));
        client.send(run("SELECT pg_sleep(1)")).send(run("SELECT pg_sleep(1)")).send(new Sync());
        assertThat(client.readUntilReady()).doesNotContain("E ERROR 57014 limit.statement-time");
    }
}
