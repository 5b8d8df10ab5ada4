package dev.holdfast.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.Format;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.Bind;
import dev.holdfast.pgwire.FrontendMessage.Execute;
import dev.holdfast.pgwire.FrontendMessage.Parse;
import dev.holdfast.pgwire.FrontendMessage.Sync;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is held is rehearsed, waits for people, runs once on their word for exactly that effect, and leaves
/// nothing behind otherwise. Each test looks at the database.
@SideBySide
class HoldIT {
    private static DisposablePostgres postgres;
    private static GatewayFixture gateway;
    private RawClient client;

    /// Holds everything that the read-only policy denies, and reads of `closed`.
    private record HoldingPolicy(RowLimits limits) implements Policy {
        private static final Policy READ_ONLY = new ReadOnlyPolicy();

        @Override
        public Decision decide(Principal principal, Analysis analysis) {
            if (!(analysis instanceof Analysis.Understood understood)) {
                return READ_ONLY.decide(principal, analysis);
            }
            StatementEffects first = understood.statements().getFirst();
            Obligations owed = new Obligations(true, 0, 0, 0, limits, false);
            if (first.command().equals("DROP TABLE")) {
                return new Decision.Hold(held(), Decision.Hold.Kind.DESTROY, Obligations.NONE);
            }
            if (first.relations().contains("closed")) {
                return new Decision.Hold(held(), Decision.Hold.Kind.READ, Obligations.NONE);
            }
            if (first.command().equals("SET")) {
                return new Decision.Allow("test.set", Obligations.NONE);
            }
            if (first.command().equals("INSERT")) {
                return new Decision.Allow("test.insert", owed);
            }
            return READ_ONLY.decide(principal, analysis) instanceof Decision.Deny
                    ? new Decision.Hold(held(), Decision.Hold.Kind.ROWS, owed)
                    : READ_ONLY.decide(principal, analysis);
        }

        private static Refusal held() {
            return new Refusal(
                    ErrorCode.INSUFFICIENT_PRIVILEGE,
                    "hold.test",
                    "it waits for a person",
                    "Rule hold.test.",
                    "Ask.");
        }

        @Override
        public boolean grantsWrites(Principal principal) {
            return true;
        }

        @Override
        public Set<String> settings() {
            return Set.of("app.tenant", "work_mem");
        }
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
                CREATE TABLE closed (id int PRIMARY KEY);
                INSERT INTO closed VALUES (1);
                CREATE TABLE log (id int PRIMARY KEY);
                GRANT ALL ON note, closed, log TO PUBLIC;
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
        gateway.approvals.reset();
        gateway.policy = new HoldingPolicy(RowLimits.NONE);
        gateway.copies = RehearsalCopies.NONE;
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
                TRUNCATE log;
                """);
    }

    private static void approve() {
        gateway.approvals.people = asked -> new Standing.Approved(asked.id());
    }

    private static MeasuredEffect asked() {
        return gateway.approvals.asked.getLast().effect();
    }

    private static long notes() {
        return Long.parseLong(postgres.value(GatewayFixture.DATABASE, "SELECT count(*) FROM note"));
    }

    private List<String> query(String sql) throws IOException {
        return client.query(sql).readUntilReady();
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

    private static void assertNothingChanged() {
        assertThat(gateway.customers()).isEqualTo(1_000);
        assertThat(notes()).isEqualTo(1_000);
        assertThat(gateway.keeper.kept).noneMatch(kept -> kept.outcome.equals("committed"));
    }

    // ---- simple queries

    @Test
    void aHeldDeleteIsRehearsedWithItsCascadeAndChangesNothing() throws IOException {
        client.query("DELETE FROM customer WHERE id < 4");
        assertThat(((BackendMessage.NoticeResponse) client.read()).fields().message())
                .contains("apr_1");
        BackendMessage.ErrorResponse error = (BackendMessage.ErrorResponse) client.read();
        assertThat(error.fields().hint()).contains("apr_1").contains("exactly the same statement");
        assertThat(client.readUntilReady()).containsExactly("ZI");
        assertThat(asked().rows()).isEqualTo(6);
        assertThat(asked().tables())
                .extracting(table -> table.relation() + " " + table.deleted())
                .containsExactlyInAnyOrder("public.customer 3", "public.note 3");
        assertThat(asked().locks()).anyMatch(lock -> lock.contains("public.note RowExclusiveLock"));
        assertNothingChanged();
    }

    @Test
    void anApprovedDeleteRunsOnTheWire() throws IOException {
        approve();
        assertThat(query("DELETE FROM customer WHERE id < 4")).containsExactly("C DELETE 3", "ZI");
        assertThat(gateway.customers()).isEqualTo(997);
        assertThat(notes()).isEqualTo(997);
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
    }

    @Test
    void theIdenticalStatementUsesWhatWasApprovedMeanwhileAndOnlyOnce() throws IOException {
        query("DELETE FROM customer WHERE id = 7");
        approve();
        assertThat(query("DELETE FROM customer WHERE id = 7")).containsExactly("C DELETE 1", "ZI");
        assertThat(gateway.approvals.asked).hasSize(1);
        gateway.approvals.people = asked -> new Standing.Pending(asked.id(), 0);
        assertThat(query("DELETE FROM customer WHERE id = 7")).contains("E ERROR 42501 hold.test");
        assertThat(gateway.approvals.asked).hasSize(2);
    }

    @Test
    void anotherLiteralIsAnotherStatement() throws IOException {
        query("DELETE FROM customer WHERE id = 7");
        String first = gateway.approvals.asked.getFirst().statement().key();
        gateway.approvals.people =
                asked ->
                        asked.statement().key().equals(first)
                                ? new Standing.Approved(asked.id())
                                : new Standing.Pending(asked.id(), 0);
        assertThat(query("DELETE FROM customer WHERE id = 8")).contains("E ERROR 42501 hold.test");
        assertNothingChanged();
    }

    @Test
    void anEffectThatGrewIsRolledBack() throws IOException {
        query("DELETE FROM customer WHERE id > 990");
        postgres.sqlIn(GatewayFixture.DATABASE, "INSERT INTO customer VALUES (1001, 'late')");
        approve();
        assertThat(query("DELETE FROM customer WHERE id > 990"))
                .containsExactly("E ERROR 42501 approval.effect-grew", "ZI");
        assertThat(gateway.customers()).isEqualTo(1_001);
        assertThat(gateway.approvals.ended).containsExactly("apr_1 GREW");
        postgres.sqlIn(GatewayFixture.DATABASE, "DELETE FROM customer WHERE id = 1001");
    }

    @Test
    void lessThanWasApprovedMayRun() throws IOException {
        query("DELETE FROM customer WHERE id > 990");
        postgres.sqlIn(GatewayFixture.DATABASE, "DELETE FROM customer WHERE id = 1000");
        approve();
        assertThat(query("DELETE FROM customer WHERE id > 990"))
                .containsExactly("C DELETE 9", "ZI");
    }

    @Test
    void whatPeopleAnswerReachesTheAgent() throws IOException {
        gateway.approvals.people =
                asked -> new Standing.Rejected(asked.id(), "ann", "not on a friday");
        assertThat(query("DELETE FROM customer WHERE id = 1"))
                .containsExactly("E ERROR 42501 approval.rejected", "ZI");
        gateway.approvals.people =
                asked -> new Standing.ChangesRequested(asked.id(), "ann", "only those of 2019");
        assertThat(query("DELETE FROM customer WHERE id = 2"))
                .containsExactly("E ERROR 42501 approval.changes-requested", "ZI");
        assertNothingChanged();
    }

    @Test
    void aStatementThatFailsIsNotBroughtBeforePeople() throws IOException {
        assertThat(query("UPDATE customer SET id = 2 WHERE id = 1"))
                .containsExactly("E ERROR 42501 hold.rehearsal-failed", "ZI");
        assertThat(gateway.approvals.asked).isEmpty();
        assertThat(query("SELECT 1")).endsWith("C SELECT 1", "ZI");
    }

    @Test
    void whatALimitForbidsIsNotBroughtBeforePeople() throws IOException {
        gateway.policy = new HoldingPolicy(new RowLimits(5, 0, 0, 0, 0));
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 54000 limit.rows-per-statement", "ZI");
        assertThat(gateway.approvals.asked).isEmpty();
    }

    @Test
    void aHeldReadRunsOnAWordToo() throws IOException {
        assertThat(query("SELECT * FROM closed")).contains("E ERROR 42501 hold.test");
        approve();
        assertThat(query("SELECT * FROM closed")).endsWith("C SELECT 1", "ZI");
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
        assertThat(asked().rows()).isZero();
    }

    @Test
    void whatDestroysIsCarriedOutByHoldfastAndNeverReachesPostgresql() throws IOException {
        assertThat(query("DROP TABLE customer")).contains("E ERROR 42501 hold.test");
        approve();
        assertThat(query("DROP TABLE customer")).containsExactly("C DROP TABLE", "ZI");
        assertThat(client.send(run("DROP TABLE customer")).readUntilReady())
                .contains("C DROP TABLE", "ZI");
        assertThat(gateway.approvals.destroyed)
                .containsExactly("DROP TABLE customer", "DROP TABLE customer");
        assertNothingChanged();
    }

    @Test
    void whatDestroysIsNotCarriedOutWithinATransaction() throws IOException {
        approve();
        query("BEGIN");
        assertThat(query("DROP TABLE customer")).containsExactly("E ERROR 42501 hold.test", "ZE");
        query("ROLLBACK");
        assertThat(gateway.approvals.destroyed).isEmpty();
    }

    // ---- transactions and the extended protocol

    @Test
    void withinATransactionARehearsalLeavesNothingInItsCounts() throws IOException {
        query("BEGIN");
        query("INSERT INTO log VALUES (1)");
        approve();
        assertThat(query("DELETE FROM customer WHERE id < 4")).containsExactly("C DELETE 3", "ZT");
        assertThat(asked().rows()).isEqualTo(6);
        assertThat(query("COMMIT")).containsExactly("C COMMIT", "ZI");
        assertThat(gateway.customers()).isEqualTo(997);
        assertThat(gateway.keeper.kept.getFirst().measured.rows()).isEqualTo(7);
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
    }

    @Test
    void aHeldStatementThatWaitsInVainFailsItsTransaction() throws IOException {
        query("BEGIN");
        query("INSERT INTO log VALUES (1)");
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .contains("E ERROR 42501 hold.test", "ZE");
        assertThat(query("COMMIT")).containsExactly("C ROLLBACK", "ZI");
        assertNothingChanged();
        assertThat(postgres.value(GatewayFixture.DATABASE, "SELECT count(*) FROM log"))
                .isEqualTo("0");
    }

    @Test
    void aTransactionThatIsRolledBackGivesTheWordBack() throws IOException {
        approve();
        query("BEGIN");
        query("DELETE FROM customer WHERE id < 4");
        query("ROLLBACK");
        assertThat(gateway.approvals.ended).containsExactly("apr_1 ROLLED_BACK");
        query("BEGIN");
        assertThat(query("DELETE FROM customer WHERE id < 5")).containsExactly("C DELETE 4", "ZT");
        client.close();
        GatewayFixture.eventually(() ->
                assertThat(gateway.approvals.ended)
                        .containsExactly("apr_1 ROLLED_BACK", "apr_2 ROLLED_BACK"));
        assertNothingChanged();
    }

    @Test
    void parametersArePartOfTheStatement() throws IOException {
        approve();
        assertThat(client.send(run("DELETE FROM customer WHERE id = $1", "7")).readUntilReady())
                .containsExactly("ParseComplete", "BindComplete", "C DELETE 1", "ZI");
        String key = gateway.approvals.asked.getLast().statement().key();
        gateway.approvals.people = asked -> new Standing.Pending(asked.id(), 0);
        client.send(run("DELETE FROM customer WHERE id = $1", "8")).readUntilReady();
        assertThat(gateway.approvals.asked.getLast().statement().key()).isNotEqualTo(key);
        client.send(
                        new Parse("", "DELETE FROM customer WHERE name = $1", List.of()),
                        new Bind(
                                "",
                                "",
                                List.of(),
                                java.util.Collections.singletonList(null),
                                List.of()),
                        new Execute("", 0),
                        new Sync())
                .readUntilReady();
        String ofNull = gateway.approvals.asked.getLast().statement().key();
        client.send(run("DELETE FROM customer WHERE name = $1", "")).readUntilReady();
        assertThat(gateway.approvals.asked.getLast().statement().key()).isNotEqualTo(ofNull);
        assertThat(gateway.customers()).isEqualTo(999);
    }

    // ---- plans

    @Test
    void peopleSeeByWhichPlanItRanAndNoConstantOfIt() throws IOException {
        query("/* why */ DELETE FROM customer WHERE id < 4 AND name <> 'secret' -- so");
        assertThat(asked().plan().getFirst()).startsWith("Delete on customer  (cost=");
        assertThat(String.join("\n", asked().plan()))
                .contains("Index Cond: (id < ?)", "name <> ?::text")
                .doesNotContain("secret");
        client.send(run("UPDATE customer SET name = 'x' WHERE id = $1", "7")).readUntilReady();
        assertThat(asked().plan()).anyMatch(line -> line.contains("Index Cond: (id = ?)"));
        assertNothingChanged();
    }

    @Test
    void aBinaryValueIsPlannedAsItWasBound() throws IOException {
        FrontendMessage[] messages = {
            new Parse("", "DELETE FROM note WHERE customer = $1", List.of(23)),
            new Bind(
                    "",
                    "",
                    List.of(Format.BINARY),
                    List.of(Unpooled.copyInt(5)),
                    List.of(Format.BINARY)),
            new Execute("", 0),
            new Sync()
        };
        query("BEGIN");
        query("INSERT INTO log VALUES (1)");
        approve();
        assertThat(client.send(messages).readUntilReady()).contains("C DELETE 1", "ZT");
        assertThat(asked().plan()).anyMatch(line -> line.contains("Filter: (customer = ?)"));
        assertThat(asked().rows()).isEqualTo(1);
        assertThat(query("COMMIT")).containsExactly("C COMMIT", "ZI");
        assertThat(gateway.keeper.kept.getFirst().measured.rows()).isEqualTo(2);
    }

    @Test
    void whatHasNoPlanIsRehearsedWithout() throws IOException {
        query("DO 'BEGIN DELETE FROM customer WHERE id < 4; END'");
        assertThat(asked().rows()).isEqualTo(6);
        assertThat(asked().plan()).isEmpty();
        assertNothingChanged();
    }

    // ---- on a staging copy

    private static final String COPY = "shop_copy";

    /// With 500 customers, of whom each has a note.
    private static void useCopy() {
        if (postgres.value(
                        "postgres",
                        "SELECT count(*) FROM pg_database WHERE datname = '" + COPY + "'")
                .equals("0")) {
            postgres.createDatabase(COPY);
            postgres.sqlIn(
                    COPY,
                    """
                    CREATE TYPE unknown_elsewhere AS ENUM ('x');
                    CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
                    CREATE TABLE note (id int PRIMARY KEY,
                      customer int NOT NULL REFERENCES customer ON DELETE CASCADE);
                    CREATE TYPE mood AS ENUM ('sad', 'glad');
                    CREATE TABLE feeling (id int PRIMARY KEY, mood mood);
                    INSERT INTO feeling VALUES (1, 'sad'), (2, 'glad'), (3, 'glad');
                    INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 500) n;
                    INSERT INTO note SELECT n, n FROM generate_series(1, 500) n;
                    GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
                    """);
            postgres.sqlIn(
                    GatewayFixture.DATABASE,
                    """
                    CREATE TYPE mood AS ENUM ('sad', 'glad');
                    CREATE TABLE feeling (id int PRIMARY KEY, mood mood);
                    INSERT INTO feeling VALUES (1, 'sad'), (2, 'glad');
                    GRANT ALL ON feeling TO PUBLIC;
                    """);
        }
        gateway.rehearseOn(COPY, postgres.port());
    }

    private static String connections() {
        return postgres.value(
                "postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '" + COPY + "'");
    }

    @Test
    void theCopysFiguresAreShownAsSuchAndTheRealOnesCountWhenItRuns() throws IOException {
        useCopy();
        query("DELETE FROM customer WHERE id > 498");
        assertThat(asked().copy()).isEqualTo("copy");
        assertThat(asked().tables())
                .extracting(table -> table.relation() + " " + table.deleted())
                .containsExactlyInAnyOrder("public.customer 2", "public.note 2");
        assertThat(asked().plan()).isNotEmpty();
        approve();
        assertThat(query("DELETE FROM customer WHERE id > 498"))
                .containsExactly("E ERROR 42501 approval.effect-grew", "ZI");
        assertNothingChanged();
        assertThat(query("DELETE FROM customer WHERE id IN (7, 8)"))
                .containsExactly("C DELETE 2", "ZI");
        assertThat(gateway.customers()).isEqualTo(998);
        assertThat(postgres.value(COPY, "SELECT count(*) FROM customer")).isEqualTo("500");
        GatewayFixture.eventually(() -> assertThat(connections()).isEqualTo("0"));
    }

    @Test
    void whatTheSessionIsSetToIsTheSameOnTheCopy() throws Exception {
        useCopy();
        postgres.sqlIn(
                GatewayFixture.DATABASE,
                "ALTER ROLE %s IN DATABASE shop SET app.role_tenant = '41, \"x\\y'"
                        .formatted(GatewayFixture.ROLE));
        try (RawClient settled = gateway.login()) {
            settled.query("SET DateStyle = 'German'").readUntilReady();
            settled.query("SET app.tenant = 'seven'").readUntilReady();
            settled.query(
                            "UPDATE customer SET name = current_setting('app.tenant')"
                                    + " || current_setting('app.role_tenant')"
                                    + " || ('1.12.2026'::date - 11) WHERE id = 3"
                                    + " AND '1.12.2026'::date = make_date(2026, 12, 1)")
                    .readUntilReady();
        } finally {
            postgres.sqlIn(
                    GatewayFixture.DATABASE,
                    "ALTER ROLE %s IN DATABASE shop RESET app.role_tenant"
                            .formatted(GatewayFixture.ROLE));
        }
        assertThat(asked().copy()).isEqualTo("copy");
        assertThat(asked().rows()).isEqualTo(1);
    }

    @Test
    void aTypeOfTheirOwnIsTheSameTypeOnTheCopyByItsName() throws IOException {
        useCopy();
        int mood =
                Integer.parseInt(
                        postgres.value(GatewayFixture.DATABASE, "SELECT 'mood'::regtype::oid"));
        client.send(
                        new Parse("", "DELETE FROM feeling WHERE mood = $1", List.of(mood)),
                        new Bind(
                                "",
                                "",
                                List.of(),
                                List.of(Unpooled.copiedBuffer("glad", StandardCharsets.UTF_8)),
                                List.of()),
                        new Execute("", 0),
                        new Sync())
                .readUntilReady();
        assertThat(asked().rows()).isEqualTo(2);
    }

    @Test
    void aTransactionThatHasChangedNothingIsRehearsedOnTheCopyAnyOtherNot() throws IOException {
        useCopy();
        query("BEGIN");
        query("SELECT 1");
        approve();
        assertThat(client.send(run("DELETE FROM customer WHERE id = $1", "9")).readUntilReady())
                .contains("C DELETE 1", "ZT");
        assertThat(asked().copy()).isEqualTo("copy");
        assertThat(query("DELETE FROM customer WHERE id = 10"))
                .containsExactly("E ERROR 42501 hold.copy-cannot-know", "ZE");
        query("ROLLBACK");
        assertNothingChanged();
    }

    @Test
    void withoutAUsableCopyNobodyIsAskedAndTheDatabaseIsNotTried() throws IOException {
        useCopy();
        gateway.rehearseOn(COPY, 1);
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 58030 hold.copy-unavailable", "ZI");
        gateway.rehearseOn("nothing", postgres.port());
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 58030 hold.copy-unavailable", "ZI");
        // The very database, by another address.
        gateway.rehearseOn(GatewayFixture.DATABASE, postgres.port());
        assertThat(query("DELETE FROM customer WHERE id < 4"))
                .containsExactly("E ERROR 58030 hold.copy-is-original", "ZI");
        assertThat(gateway.approvals.asked).isEmpty();
        assertThat(query("SELECT 1")).endsWith("C SELECT 1", "ZI");
        assertNothingChanged();
    }

    @Test
    void whatFailsOrWaitsOnTheCopyIsTold() throws Exception {
        useCopy();
        assertThat(query("UPDATE customer SET id = 2 WHERE id = 1"))
                .containsExactly("E ERROR 42501 hold.rehearsal-failed", "ZI");
        client.query("UPDATE customer SET id = 2 WHERE id = 1");
        assertThat(((BackendMessage.ErrorResponse) client.read()).fields().detail())
                .contains("tried out on staging copy copy");
        client.readUntilReady();
        try (Connection locking = postgres.connectAsSuperuser(COPY);
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE customer");
            client.query("DELETE FROM customer WHERE id = 11");
            GatewayFixture.eventually(() ->
                    assertThat(
                                    postgres.value(
                                            "postgres",
                                            "SELECT count(*) FROM pg_stat_activity WHERE"
                                                    + " wait_event_type = 'Lock'"))
                            .isEqualTo("1"));
            assertThat(gateway.registry().endAll(GatewayFixture.AGENT, HoldingPolicy.held()))
                    .isEqualTo(1);
            GatewayFixture.eventually(() -> assertThat(gateway.registry().count()).isZero());
            GatewayFixture.eventually(() -> assertThat(connections()).isEqualTo("1"));
        }
        assertThat(gateway.approvals.asked).isEmpty();
    }

    @Test
    void aDriverWaitsForPeopleAndNeverKnows() throws Exception {
        approve();
        for (boolean autoCommit : List.of(true, false)) {
            try (Connection connection =
                            DriverManager.getConnection(
                                    gateway.jdbcUrl(),
                                    GatewayFixture.AGENT,
                                    GatewayFixture.PASSWORD);
                    PreparedStatement delete =
                            connection.prepareStatement(
                                    "DELETE FROM customer WHERE id = ? OR id = ?")) {
                connection.setAutoCommit(autoCommit);
                delete.setInt(1, autoCommit ? 10 : 20);
                delete.setInt(2, autoCommit ? 11 : 21);
                assertThat(delete.executeUpdate()).isEqualTo(2);
                if (!autoCommit) {
                    connection.commit();
                }
            }
        }
        assertThat(gateway.customers()).isEqualTo(996);
        assertThat(notes()).isEqualTo(996);
    }

    @Test
    void aDriverTriesAgainAfterTheApproval() throws Exception {
        try (Connection connection =
                DriverManager.getConnection(
                        gateway.jdbcUrl(), GatewayFixture.AGENT, GatewayFixture.PASSWORD)) {
            connection.setAutoCommit(false);
            try (PreparedStatement delete =
                    connection.prepareStatement("DELETE FROM customer WHERE id = ?")) {
                delete.setInt(1, 30);
                assertThat(catching(delete)).contains("hold").contains("apr_1");
                connection.rollback();
                approve();
                assertThat(delete.executeUpdate()).isEqualTo(1);
                connection.commit();
            }
        }
        assertThat(gateway.approvals.asked).hasSize(1);
        assertThat(gateway.customers()).isEqualTo(999);
    }

    private static String catching(PreparedStatement statement) {
        try {
            statement.executeUpdate();
            return "";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void manyMoreThanMayRunWithoutAPersonAreAskedAboutForTheNextTime() throws IOException {
        gateway.policy = new HoldingPolicy(new RowLimits(0, 0, 0, 0, 2));
        String insert = "INSERT INTO log SELECT generate_series(1, 3)";
        assertThat(query(insert)).containsExactly("E ERROR 42501 hold.rows-over", "ZI");
        assertThat(asked().rows()).isEqualTo(3);
        assertThat(query("INSERT INTO log VALUES (9)")).containsExactly("C INSERT 0 1", "ZI");
        approve();
        assertThat(query(insert)).containsExactly("C INSERT 0 3", "ZI");
        assertThat(gateway.approvals.ended).containsExactly("apr_1 COMMITTED");
    }

    @Test
    void whoLeavesWhileWaitingLeavesNothingBehind() throws IOException {
        client.query("DELETE FROM customer WHERE id < 4");
        GatewayFixture.eventually(() -> assertThat(gateway.approvals.asked).hasSize(1));
        assertThat(gateway.registry().endAll(GatewayFixture.AGENT, HoldingPolicy.held()))
                .isEqualTo(1);
        GatewayFixture.eventually(() -> assertThat(gateway.registry().count()).isZero());
        assertNothingChanged();
    }
}
