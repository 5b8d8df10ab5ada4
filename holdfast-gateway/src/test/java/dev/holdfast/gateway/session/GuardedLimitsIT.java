package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Query;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a guarded transaction may not do leaves nothing behind, and nothing commits unless it is
/// counted, kept and on record. Each test looks at the database.
@SideBySide
class GuardedLimitsIT {
    private static final Refusal NO =
            new Refusal(ErrorCode.IO_ERROR, "test.no", "no", "Rule test.no.", "Nothing.");
    private static final String REFUSED = "E ERROR 58030 test.no";

    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    private static Policy policy(RowLimits rows, boolean shadow) {
        return new GuardedLaneIT.Writing(new Obligations(true, 0, 0, 0, rows, shadow));
    }

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        gateway = GatewayFixture.start(postgres);
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                CREATE TABLE note (id int PRIMARY KEY,
                  customer int NOT NULL REFERENCES customer ON DELETE CASCADE);
                INSERT INTO note SELECT n, n FROM generate_series(1, 1000) n;
                GRANT ALL ON note TO PUBLIC;
                CREATE FUNCTION plain(mail text) RETURNS int LANGUAGE sql IMMUTABLE
                  AS 'SELECT CASE WHEN mail LIKE ''inline%'' THEN mail::int ELSE 1 END';
                CREATE TABLE echo (id int PRIMARY KEY); GRANT ALL ON echo TO PUBLIC;
                CREATE FUNCTION echoes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
                  IF NEW.id < 100 THEN
                    INSERT INTO echo SELECT NEW.id * 100 + n FROM generate_series(1, 4) n;
                  END IF;
                  RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER echoes AFTER INSERT ON echo DEFERRABLE INITIALLY DEFERRED
                  FOR EACH ROW EXECUTE FUNCTION echoes();
                CREATE TABLE keyed (mail text PRIMARY KEY); GRANT ALL ON keyed TO PUBLIC;
                CREATE TABLE closed (id int PRIMARY KEY, shown text CHECK (shown <> 'bad'),
                  CHECK (plain(shown || mail) = 1),
                  mail text REFERENCES keyed ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
                  UNIQUE (shown, mail) DEFERRABLE INITIALLY DEFERRED);
                GRANT ALL ON closed TO PUBLIC;
                INSERT INTO keyed VALUES ('top secret');
                INSERT INTO closed VALUES (1, 'a', 'top secret'), (2, 'b', 'top secret');
                CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  RAISE NOTICE 'changed %', NEW.mail;
                  IF NEW.shown = 'raise' THEN RAISE 'no more of %', NEW.mail; END IF;
                  IF NEW.shown = 'convert' THEN NEW.id = NEW.mail::int; END IF;
                  RETURN NEW; END $$;
                CREATE TRIGGER tells BEFORE UPDATE ON closed FOR EACH ROW EXECUTE FUNCTION tells();
                """);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @BeforeEach
    void login() throws IOException {
        gateway.keeper.reset();
        gateway.record.durable = true;
        gateway.record.works = true;
        gateway.record.entries.clear();
        gateway.policy = policy(RowLimits.NONE, false);
        client = gateway.login();
    }

    @AfterEach
    void leave() throws IOException {
        client.close();
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                """
                INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 1000) n
                  ON CONFLICT (id) DO NOTHING;
                INSERT INTO note SELECT n, n FROM generate_series(1, 1000) n
                  ON CONFLICT (id) DO NOTHING;
                """);
    }

    private static FrontendMessage[] run(String sql, String... values) {
        List<@Nullable ByteBuf> parameters = new ArrayList<>();
        for (String value : values) {
            parameters.add(Unpooled.copiedBuffer(value, StandardCharsets.UTF_8));
        }
        return new FrontendMessage[] {
            new Parse("", sql, List.of()),
            new Bind("", "", List.of(), parameters, List.of()),
            new Execute("", 0),
            new Sync()
        };
    }

    /// They run when the statement was measured already.
    @Test
    void whatDeferredTriggersChangeCountsForTheirStatement() throws IOException {
        limit(4, 0, 0);
        for (FrontendMessage[] insert :
                List.of(
                        new FrontendMessage[] {new Query("INSERT INTO echo VALUES (1)")},
                        run("INSERT INTO echo VALUES ($1)", "1"))) {
            assertThat(told(insert)).contains("limit.rows-per-statement", "5 rows (allowed: 4)");
            told(new Query("BEGIN"));
            assertThat(told(insert)).contains("INSERT 0 1");
            assertThat(told(new Query("COMMIT"))).contains("limit.rows-per-statement");
        }
        assertThat(postgres.value(GatewayFixture.DATABASE, "SELECT count(*) FROM echo"))
                .isEqualTo("0");
        limit(5, 0, 0);
        assertThat(told(new Query("INSERT INTO echo VALUES (1)"))).contains("INSERT 0 1");
        assertThat(postgres.value(GatewayFixture.DATABASE, "SELECT count(*) FROM echo"))
                .isEqualTo("5");
    }

    /// Messages up to ReadyForQuery, each whole.
    private String told(FrontendMessage... messages) throws IOException {
        client.send(messages);
        StringBuilder told = new StringBuilder();
        while (true) {
            BackendMessage message = client.read();
            told.append(message).append('\n');
            if (message instanceof BackendMessage.ReadyForQuery) {
                return told.toString();
            }
        }
    }

    /// What PostgreSQL says of rows that change, on each way that its words can take to the agent.
    private String wordsAboutClosedRows() throws IOException {
        StringBuilder told = new StringBuilder();
        for (String statement :
                List.of(
                        "UPDATE closed SET id = NULL WHERE id = 1",
                        "UPDATE closed SET shown = 'bad' WHERE id = 1",
                        "UPDATE closed SET shown = 'raise' WHERE id = 1",
                        "UPDATE closed SET shown = 'convert' WHERE id = 1",
                        "UPDATE closed SET shown = 'inline' WHERE id = 1",
                        // Deferred: settled before COMMIT.
                        "UPDATE closed SET shown = 'b' WHERE id = 1",
                        "DELETE FROM keyed WHERE mail LIKE 't%'")) {
            told.append(told(new Query(statement))).append(told(run(statement)));
        }
        for (String settles : List.of("SET CONSTRAINTS ALL IMMEDIATE", "COMMIT")) {
            told.append(told(new Query("BEGIN")))
                    .append(told(run("DELETE FROM keyed WHERE mail LIKE 't%'")))
                    .append(told(run(settles)))
                    .append(told(new Query("ROLLBACK")))
                    .append(told(new Query("BEGIN")))
                    .append(told(new Query("UPDATE closed SET shown = 'b' WHERE id = 1")))
                    .append(told(new Query(settles)))
                    .append(told(new Query("ROLLBACK")));
        }
        return told.toString();
    }

    @Test
    void errorsAndNoticesQuoteNothingOfRowsThatAreClosedToTheAgent() throws IOException {
        assertThat(wordsAboutClosedRows()).contains("top secret");
        gateway.policy =
                new GuardedLaneIT.Writing(
                        new Obligations(true, 0, 0, 0, RowLimits.NONE, false, true));
        assertThat(wordsAboutClosedRows())
                .doesNotContain("secret")
                // What an agent needs to know what it did wrong.
                .contains("23502", "23514", "23503", "23505", "P0001", "22P02")
                .contains("null value in column \"id\" of relation \"closed\"")
                .contains("closed_shown_mail_key");
        assertThat(told(new Query("UPDATE closed SET id = 'x' WHERE id = 1")))
                .as("the agent's own words, not run yet")
                .contains("invalid input syntax for type integer: \"x\"");
    }

    private void limit(long statement, long transaction, long holdOver) {
        gateway.policy = policy(new RowLimits(statement, transaction, 0, 0, holdOver), false);
    }

    private static void assertUnchanged() {
        assertThat(gateway.customers()).isEqualTo(1_000);
        assertThat(postgres.value(GatewayFixture.DATABASE, "SELECT count(*) FROM note"))
                .isEqualTo("1000");
        assertThat(gateway.keeper.taken()).isZero();
        assertThat(gateway.keeper.kept).noneMatch(kept -> kept.outcome.equals("committed"));
    }

    private List<String> query(String sql) throws IOException {
        return client.query(sql).readUntilReady();
    }

    // ---- limits

    @Test
    void aCascadeCountsWhereTheTagTellsNothingOfIt() throws IOException {
        limit(5, 0, 0);
        client.query("DELETE FROM customer WHERE id < 4");
        BackendMessage.ErrorResponse error = (BackendMessage.ErrorResponse) client.read();
        assertThat(error.fields().detail())
                .startsWith("Rule limit.rows-per-statement: 6 rows (allowed: 5)")
                .contains("public.customer 3 deleted", "public.note 3 deleted");
        assertThat(client.readUntilReady()).containsExactly("ZI");
        assertUnchanged();
        assertThat(query("DELETE FROM customer WHERE id < 3")).containsExactly("C DELETE 2", "ZI");
    }

    @Test
    void aStatementOverItsLimitFailsTheTransaction() throws IOException {
        limit(4, 0, 0);
        query("BEGIN");
        assertThat(query("DELETE FROM customer WHERE id = 1")).containsExactly("C DELETE 1", "ZT");
        assertThat(query("DELETE FROM customer WHERE id < 9"))
                .containsExactly("E ERROR 54000 limit.rows-per-statement", "ZE");
        assertThat(query("DELETE FROM customer WHERE id = 9"))
                .containsExactly("E ERROR 25P02", "ZE");
        assertThat(query("COMMIT")).containsExactly("C ROLLBACK", "ZI");
        assertUnchanged();
    }

    @Test
    void manyStatementsOfATransactionCountTogether() throws IOException {
        limit(4, 5, 0);
        query("BEGIN");
        assertThat(query("DELETE FROM customer WHERE id = 1")).contains("C DELETE 1");
        assertThat(query("DELETE FROM customer WHERE id = 2")).contains("C DELETE 1");
        assertThat(query("DELETE FROM customer WHERE id = 3"))
                .containsExactly("E ERROR 54000 limit.rows-per-transaction", "ZE");
        query("ROLLBACK");
        assertThat(client.send(run("DELETE FROM customer WHERE id < 4")).readUntilReady())
                .endsWith("E ERROR 54000 limit.rows-per-statement", "ZI");
        assertUnchanged();
    }

    @Test
    void manyRowsWaitForAPerson() throws IOException {
        limit(0, 0, 5);
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 42501 hold.rows-over", "ZI");
        assertUnchanged();
    }

    @Test
    void theLedgerCanRefuse() throws IOException {
        gateway.keeper.ledgerRefusal = NO;
        assertThat(query("DELETE FROM customer")).containsExactly(REFUSED, "ZI");
        query("BEGIN");
        query("DELETE FROM customer");
        assertThat(query("COMMIT")).containsExactly(REFUSED, "ZI");
        assertThat(client.send(run("DELETE FROM customer")).readUntilReady())
                .endsWith(REFUSED, "ZI");
        assertThat(gateway.keeper.kept).isEmpty();
        gateway.keeper.ledgerRefusal = null;
        assertThat(gateway.customers()).isEqualTo(1_000);
    }

    @Test
    void aShadowedTransactionIsRolledBackAndTheAgentIsTold() throws IOException {
        gateway.policy = policy(RowLimits.NONE, true);
        client.query("DELETE FROM customer WHERE id < 4");
        BackendMessage.ErrorResponse error = (BackendMessage.ErrorResponse) client.read();
        assertThat(error.fields().detail())
                .startsWith("Rule shadow.rolled-back: it would have changed 6 rows: ");
        client.readUntilReady();
        assertUnchanged();
    }

    // ---- nothing commits unless …

    @Test
    void nothingCommitsThatIsNotKept() throws IOException {
        gateway.keeper.refusal = NO;
        assertThat(query("DELETE FROM customer")).containsExactly(REFUSED, "ZI");
        query("BEGIN");
        query("DELETE FROM customer");
        assertThat(query("COMMIT")).containsExactly(REFUSED, "ZI");
        assertThat(client.send(run("DELETE FROM customer")).readUntilReady())
                .endsWith(REFUSED, "ZI");
        assertUnchanged();
        assertThat(query("SELECT 1")).contains("D 1");
    }

    @Test
    void nothingCommitsThatIsNotOnRecord() throws IOException {
        gateway.record.durable = false;
        assertThat(query("DELETE FROM customer"))
                .containsExactly("E ERROR 58030 audit.unavailable", "ZI");
        assertUnchanged();
        assertThat(gateway.keeper.kept).isEmpty();
    }

    @Test
    void aKeeperThatFailsEndsTheSession() throws IOException {
        gateway.keeper.beforeKeeping =
                () -> {
                    throw new IllegalStateException("broken");
                };
        client.query("DELETE FROM customer");
        assertThat(client.readUntilClosed()).containsExactly("E FATAL XX000 internal.defect");
        GatewayFixture.eventually(GuardedLimitsIT::assertUnchanged);
    }

    @Test
    void nothingIsPreparedThatCannotBeKept() throws IOException {
        gateway.keeper.unavailable = NO;
        assertThat(query("DELETE FROM customer")).containsExactly(REFUSED, "ZI");
        assertThat(client.send(run("DELETE FROM customer")).readUntilReady())
                .containsExactly(REFUSED, "ZI");
        assertUnchanged();
    }

    // ---- what is kept and recorded

    @Test
    void statementsAndParametersAreKept() throws IOException {
        query("BEGIN");
        client.send(run("DELETE FROM customer WHERE id = $1", "7")).readUntilReady();
        query("UPDATE customer SET name = 'x' WHERE id = 8");
        assertThat(query("COMMIT")).containsExactly("C COMMIT", "ZI");
        MemoryKeeper.Kept kept = gateway.keeper.kept.getLast();
        assertThat(kept.outcome).isEqualTo("committed");
        assertThat(kept.measured.rows()).isEqualTo(3);
        assertThat(kept.transaction.statements())
                .extracting(run -> run.text() + " " + run.parameters())
                .containsExactly(
                        "DELETE FROM customer WHERE id = $1 [7]",
                        "UPDATE customer SET name = 'x' WHERE id = 8 []");
        assertThat(kept.rows).anyMatch(row -> row.contains("customer"));
    }

    /// The analysis of one serves the other, for they are of the same shape.
    @Test
    void aPreparedStatementIsKeptWithItsOwnLiterals() throws IOException {
        client.send(run("DELETE FROM customer WHERE id = 21")).readUntilReady();
        client.send(run("DELETE FROM customer WHERE id = 22")).readUntilReady();
        assertThat(gateway.keeper.kept.getLast().transaction.statements().getFirst().text())
                .isEqualTo("DELETE FROM customer WHERE id = 22");
    }

    @Test
    void theRecordHasTheTransactionBeforeAndAfterItCommits() throws IOException {
        query("DELETE FROM customer WHERE id = 5");
        assertThat(gateway.record.entries)
                .extracting(e -> e.outcome() + " " + e.rows() + " " + e.transaction())
                .containsExactly("committing 2 txn_0", "committed 2 txn_0", "ok 1 ");
        assertThat(gateway.record.entries)
                .extracting(AuditEntry::statement)
                .allMatch(statement -> !statement.contains("5"));
    }

    // ---- the control of transactions

    @Test
    void readsOfABlockAreNotKept() throws IOException {
        query("BEGIN");
        query("DELETE FROM customer WHERE id = -1");
        assertThat(query("COMMIT")).containsExactly("C COMMIT", "ZI");
        assertThat(gateway.keeper.kept).isEmpty();
    }

    @Test
    void aTransactionThatTheLaneDidNotBeginIsReadOnly() throws IOException {
        query("BEGIN READ ONLY");
        assertThat(query("DELETE FROM customer")).containsExactly("E ERROR 25006", "ZE");
        query("ROLLBACK");
        query("BEGIN; SAVEPOINT s");
        assertThat(query("DELETE FROM customer"))
                .containsExactly("E ERROR 0A000 guarded.transaction", "ZE");
        query("ROLLBACK");
        assertUnchanged();
    }

    /// A write that the analysis takes for a read: within a transaction that may write the database does
    /// not stop it, and no statement named a limit.
    @Test
    void whatNobodyAllowedToWriteDoesNotCommit() throws IOException {
        gateway.policy = new Blind();
        for (String commit : List.of("COMMIT", "END")) {
            query("BEGIN");
            assertThat(query("DELETE FROM customer WHERE id < 10")).contains("C DELETE 9");
            assertThat(query(commit)).containsExactly("E ERROR 42501 guarded.unforeseen", "ZI");
        }
        query("BEGIN");
        query("DELETE FROM customer WHERE id < 10");
        assertThat(client.send(run("COMMIT")).readUntilReady())
                .containsExactly(
                        "ParseComplete", "BindComplete", "E ERROR 42501 guarded.unforeseen", "ZI");
        assertThat(query("DELETE FROM customer")).containsExactly("E ERROR 25006", "ZI");
        assertUnchanged();
    }

    /// Lets everything run unguarded, although the agent may write.
    private static final class Blind implements Policy {
        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            return new Decision.Allow("test.blind");
        }

        @Override
        public boolean grantsWrites(Principal principal) {
            return true;
        }
    }

    @Test
    void whereNothingCouldBeKeptTransactionsStayReadOnly() throws IOException {
        gateway.keeper.unavailable = NO;
        gateway.policy = new Blind();
        query("BEGIN");
        assertThat(query("DELETE FROM customer")).containsExactly("E ERROR 25006", "ZE");
        query("ROLLBACK");
        assertUnchanged();
    }

    @Test
    void aTransactionIsNotChained() throws IOException {
        for (String sql : List.of("COMMIT AND CHAIN", "ROLLBACK AND /* no */ CHAIN")) {
            query("BEGIN");
            query("DELETE FROM customer WHERE id = 1");
            assertThat(query(sql)).containsExactly("E ERROR 0A000 guarded.chained", "ZE");
            query("ROLLBACK");
        }
        query("BEGIN");
        assertThat(query("COMMIT AND NO CHAIN")).containsExactly("C COMMIT", "ZI");
        assertUnchanged();
    }

    /// Each of them would commit past the measurement.
    @Test
    void aTransactionIsNotEndedAmongOtherStatements() throws IOException {
        for (String sql :
                List.of(
                        "COMMIT; BEGIN",
                        "COMMIT; COMMIT",
                        "END; START TRANSACTION",
                        "ROLLBACK; BEGIN")) {
            query("BEGIN");
            query("DELETE FROM customer WHERE id = 1");
            assertThat(query(sql))
                    .as(sql)
                    .endsWith("ZE")
                    .first()
                    .asString()
                    .startsWith("E ERROR 0A000");
            query("ROLLBACK");
            client.send(
                    new Query("BEGIN"),
                    new Query("DELETE FROM customer WHERE id = 1"),
                    new Query(sql));
            client.readUntilReady();
            client.readUntilReady();
            assertThat(client.readUntilReady()).as(sql).endsWith("ZE");
            query("ROLLBACK");
        }
        assertUnchanged();
    }

    @Test
    void namesOfTheGatewaysOwnAreRefused() throws IOException {
        client.send(new Parse("holdfast", "SELECT 1", List.of()), new Sync());
        assertThat(client.readUntilReady()).contains("E ERROR 26000 protocol.reserved-name");
        assertThat(query("PREPARE holdfast AS SELECT 1"))
                .contains("E ERROR 26000 protocol.reserved-name");
        query("BEGIN");
        assertThat(query("DECLARE holdfast CURSOR FOR SELECT 1"))
                .contains("E ERROR 26000 protocol.reserved-name");
    }

    @Test
    void aPolicyThatLetsNoLongerWriteDoesNotLetAnOpenTransactionCommitUnkept() throws IOException {
        query("BEGIN");
        client.send(new Query("DELETE FROM customer WHERE id = 1")).readUntilReady();
        gateway.policy = new Fooled();
        client.query("COMMIT");
        client.readUntilReady();
        gateway.policy = policy(RowLimits.NONE, false);
        assertThat(gateway.customers()).isEqualTo(999);
        assertThat(gateway.keeper.kept.getLast().outcome).isEqualTo("committed");
    }

    /// By a trigger, say, that the analysis takes for something else.
    @Test
    void rowsOfATableThatIsNotGrantedDoNotChangeWhateverChangedThem() throws IOException {
        gateway.policy =
                new Policy() {
                    @Override
                    public Decision decide(Principal principal, Analysis analysis) {
                        return policy(RowLimits.NONE, false).decide(principal, analysis);
                    }

                    @Override
                    public boolean grantsWrites(Principal principal) {
                        return true;
                    }

                    @Override
                    public boolean mayChange(Principal principal, String relation) {
                        return relation.equals("public.customer");
                    }
                };
        String delete = "DELETE FROM customer WHERE id = 7";
        assertThat(told(new Query(delete))).contains("write.not-granted", "public.note");
        assertThat(told(run(delete))).contains("write.not-granted");
        told(new Query("BEGIN"));
        assertThat(told(new Query(delete))).contains("DELETE 1");
        assertThat(told(new Query("COMMIT"))).contains("write.not-granted");
        assertUnchanged();
        assertThat(told(new Query("UPDATE customer SET name = 'granted' WHERE id = 7")))
                .contains("UPDATE 1");
    }

    private record Fooled() implements Policy {
        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            return new Decision.Allow("test.open");
        }
    }

    // ---- a driver

    @Test
    void aDriverWritesAsAlways() throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(
                        gateway.jdbcUrl(), GatewayFixture.AGENT, GatewayFixture.PASSWORD)) {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE customer SET name = ? WHERE id = ?")) {
                for (int round = 0; round < 12; round++) {
                    update.setString(1, "round " + round);
                    update.setInt(2, 30 + round);
                    assertThat(update.executeUpdate()).isEqualTo(1);
                }
                connection.setAutoCommit(false);
                for (int row = 100; row < 400; row++) {
                    update.setString(1, "batched");
                    update.setInt(2, row);
                    update.addBatch();
                }
                assertThat(update.executeBatch()).hasSize(300).containsOnly(1);
                connection.rollback();
                update.setString(1, "committed");
                update.setInt(2, 50);
                update.executeUpdate();
                connection.commit();
            }
            connection.setAutoCommit(true);
            try (ResultSet rows =
                    connection
                            .createStatement()
                            .executeQuery(
                                    "SELECT count(*) FROM customer WHERE name = 'batched' OR name ="
                                            + " 'committed'")) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(1);
            }
        }
        assertThat(gateway.keeper.kept)
                .hasSize(13)
                .allMatch(kept -> kept.outcome.equals("committed"));
    }
}
