package dev.holdfast.server.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/// What is kept of a transaction, against full copies of all tables before and after it; and what is
/// refused, with nothing committed.
@SideBySide
@OldestAndNewestPostgres
class TwinCaptureIT {
    private static @Nullable CaptureStage started;

    @Parameter @Nullable PostgresVersion version;

    @BeforeParameterizedClassInvocation
    static void start(PostgresVersion version) {
        started = new CaptureStage(version);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    @Test
    void keepsPlainChanges() throws Exception {
        exact(
                "INSERT INTO item SELECT i, 1, 'new' FROM generate_series(5001, 5007) i",
                "UPDATE item SET name = name WHERE id BETWEEN 30 AND 41",
                "DELETE FROM item WHERE id BETWEEN 50 AND 52");
    }

    @Test
    void keepsMoreRowsThanOneChunkHolds() throws Exception {
        exact("UPDATE item SET n = n + 1 WHERE id <= 2900", "DELETE FROM item WHERE id > 2950");
    }

    @Test
    void readsNoTableAsAWholeWhereTheStatementsNameTheKeys() throws Exception {
        for (String statement :
                List.of(
                        "UPDATE item SET n = -7 WHERE id IN (61, 62)",
                        "DELETE FROM item WHERE id = 63",
                        "INSERT INTO item VALUES (99001, 1, 'named')",
                        "INSERT INTO item SELECT max(id) + 1, 1, 'last' FROM item")) {
            try (Connection agent = stage().begin()) {
                CaptureStage.run(agent, "SET LOCAL enable_seqscan = off; " + statement);
                String scans =
                        "SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname = 'item'";
                JdbcWritingSession session = new JdbcWritingSession(agent);
                Object before = session.query(scans, List.of());
                CaptureStage.keep(agent, stage().trusting, statement);
                assertThat(session.query(scans, List.of())).as(statement).isEqualTo(before);
                CaptureStage.run(agent, "ROLLBACK");
            }
        }
    }

    @Test
    void findsRowsThatNoStatementNames() throws Exception {
        exact("UPDATE item SET n = 64 WHERE id = 65 OR name = 'item ' || 32 * 2");
        exact("DELETE FROM item WHERE id - 1 = 70", "UPDATE item SET n = 70 WHERE n = 71 + 1");
    }

    @Test
    void keepsWhatCascadesAndWhatTriggersWrite() throws Exception {
        exact("DELETE FROM customer WHERE id = 1", "UPDATE customer SET id = 77 WHERE id = 2");
        exact("UPDATE watched SET n = 2 WHERE id <= 4");
    }

    @Test
    void keepsPartitionsAndChildrenEachForItself() throws Exception {
        exact(
                "UPDATE event SET day = day + 10 WHERE day IN (5, 6)",
                "DELETE FROM event WHERE day = 8");
        exact("UPDATE parent SET n = 5");
    }

    @Test
    void keepsValuesOfEveryKind() throws Exception {
        exact(
                "SET LOCAL DateStyle = 'ISO, DMY'; SET LOCAL TimeZone = 'Asia/Tokyo';"
                        + " SET LOCAL IntervalStyle = iso_8601; SET LOCAL bytea_output = escape;"
                        + " SET LOCAL extra_float_digits = 0",
                "UPDATE \"Odd \"\"Table\" SET n = n + 1, \"xmax \" = NULL WHERE \"the ID\" <= 5",
                "UPDATE \"Odd \"\"Table\" SET big = 'short' WHERE \"the ID\" = 6",
                "DELETE FROM \"Odd \"\"Table\" WHERE \"the ID\" = 7",
                "INSERT INTO \"Odd \"\"Table\" (n) VALUES (1)");
        assertThat(stage().journal.relation("shop.Odd \"Table"))
                .satisfies(image -> {
                    assertThat(image.primaryKey()).containsExactly("the ID");
                    assertThat(image.columns())
                            .filteredOn(column -> column.generated())
                            .extracting(column -> column.name())
                            .containsExactly("double_n");
                    assertThat(image.columns().getFirst().identityAlways()).isTrue();
                    assertThat(image.columns())
                            .extracting(column -> column.type())
                            .contains("shop.mood", "bit(3)", "text[]");
                });
    }

    @Test
    void keepsTheNetChangeOfRowsTouchedTwice() throws Exception {
        exact(
                "INSERT INTO item VALUES (6001, 1, 'a'), (6002, 1, 'b')",
                "DELETE FROM item WHERE id = 6001",
                "UPDATE item SET n = 1 WHERE id IN (101, 102, 6002)",
                "UPDATE item SET n = 2 WHERE id IN (102, 103)",
                "DELETE FROM item WHERE id IN (103, 104)",
                "INSERT INTO item VALUES (104, 1, 'again')");
    }

    @Test
    void keepsWhatSavepointsAndExceptionBlocksLeave() throws Exception {
        exact(
                "SAVEPOINT a; UPDATE item SET n = 0 WHERE id = 111; RELEASE a",
                "SAVEPOINT a; UPDATE item SET n = 0 WHERE id = 112; DELETE FROM item WHERE id = 114;"
                        + " ROLLBACK TO a",
                "SAVEPOINT b; SAVEPOINT c; DELETE FROM item WHERE id = 113; RELEASE c",
                "DO $$ BEGIN UPDATE item SET n = 9 WHERE id = 115; RAISE 'x'; EXCEPTION WHEN OTHERS THEN"
                        + " DELETE FROM item WHERE id = 116; END $$",
                "DO $$ BEGIN UPDATE item SET n = 9 WHERE id = 117; EXCEPTION WHEN OTHERS THEN NULL; END $$");
    }

    @Test
    void keepsWhatIsUndoneAgainAsNothing() throws Exception {
        exact(
                "SAVEPOINT a; DELETE FROM item; ROLLBACK TO a",
                "INSERT INTO item VALUES (6100, 1, '')",
                "DELETE FROM item WHERE id = 6100");
    }

    @Test
    void keepsRowsThatOthersHaveLocked() throws Exception {
        try (Connection other = stage().postgres.connectAsSuperuser("shop");
                Connection third = stage().postgres.connectAsSuperuser("shop")) {
            // Locks that are gone leave their stamp in the rows.
            CaptureStage.run(
                    other, "BEGIN; SELECT FROM shop.item WHERE id <= 500 FOR SHARE; COMMIT");
            CaptureStage.run(other, "BEGIN; DELETE FROM shop.item WHERE id <= 400; ROLLBACK");
            CaptureStage.run(other, "BEGIN; SELECT FROM shop.item WHERE id = 201 FOR KEY SHARE");
            CaptureStage.run(
                    third, "BEGIN; SELECT FROM shop.item WHERE id IN (201, 202) FOR KEY SHARE");
            CaptureStage.run(
                    third, "SELECT FROM shop.item WHERE id BETWEEN 300 AND 320 FOR UPDATE");
            CaptureStage.run(third, "DELETE FROM shop.item WHERE id BETWEEN 330 AND 340");
            exact(
                    "UPDATE item SET n = -1 WHERE id IN (201, 202, 203)",
                    "SAVEPOINT a; UPDATE item SET n = -2 WHERE id IN (201, 204); RELEASE a");
            CaptureStage.run(third, "ROLLBACK");
        }
    }

    @Test
    void keepsRowsThatOthersLockAfterwards() throws Exception {
        try (Connection other = stage().postgres.connectAsSuperuser("shop")) {
            CaptureStage.run(other, "BEGIN");
            AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
            exact(
                    () -> {
                        try {
                            CaptureStage.run(
                                    other,
                                    "SELECT FROM shop.item WHERE id BETWEEN 211 AND 215 FOR KEY SHARE");
                        } catch (SQLException e) {
                            failure.set(e);
                        }
                    },
                    "UPDATE item SET n = -1 WHERE id IN (211, 212, 213)");
            assertThat(failure).hasNullValue();
        }
    }

    @Test
    void keepsTransactionsOfEveryIsolation() throws Exception {
        for (String level : List.of("REPEATABLE READ", "SERIALIZABLE")) {
            exact(
                    "ROLLBACK; BEGIN ISOLATION LEVEL " + level,
                    "SELECT count(*) FROM item WHERE id < 10",
                    "UPDATE item SET n = 5 WHERE id = 121",
                    "SAVEPOINT a; DELETE FROM item WHERE id = (SELECT max(id) FROM item); RELEASE a");
        }
    }

    @Test
    void isNotFooledByWhatTheSearchPathOffers() throws Exception {
        exact(
                "DELETE FROM item WHERE id BETWEEN 131 AND 133",
                "SET LOCAL search_path = evil, shop, pg_catalog");
    }

    @Test
    void keepsNothingOfWhatOthersChangeAtTheSameTime()
            throws SQLException, ChangeRefusedException, InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
        stage().postgres
                .sqlIn(
                        "shop",
                        "INSERT INTO shop.item SELECT i, 1, 'busy' FROM"
                                + " generate_series(10001, 10400) i");
        Thread busy = Thread.ofPlatform().start(() -> keepBusy(ended, failure));
        try {
            for (int round = 0; round < 10; round++) {
                try (Connection agent = stage().begin()) {
                    if (round % 2 == 0) {
                        CaptureStage.run(agent, "ROLLBACK; BEGIN");
                    }
                    CaptureStage.run(
                            agent, "UPDATE item SET n = n + 1 WHERE id BETWEEN 601 AND 640");
                    CaptureStage.run(
                            agent,
                            "SAVEPOINT a; UPDATE item SET n = n + 1 WHERE id BETWEEN 631 AND 650;"
                                    + " RELEASE a");
                    KeptTransaction kept = stage().keep(agent);
                    CaptureStage.run(agent, "COMMIT");
                    kept.committed();
                }
                assertThat(keys(stage().journal.before)).hasSize(50).allMatch(id -> id < 700);
                assertThat(keys(stage().journal.after)).hasSize(50).allMatch(id -> id < 700);
            }
        } finally {
            ended.set(true);
            busy.join();
        }
        assertThat(failure).hasNullValue();
    }

    private void keepBusy(AtomicBoolean ended, AtomicReference<@Nullable SQLException> failure) {
        try (Connection other = stage().postgres.connectAsSuperuser("shop")) {
            while (!ended.get()) {
                CaptureStage.run(other, "UPDATE shop.item SET n = n + 1 WHERE id > 10000");
                CaptureStage.run(
                        other,
                        "WITH gone AS (DELETE FROM shop.item WHERE id > 10200 RETURNING *)"
                                + " INSERT INTO shop.item SELECT id + 20000, n, name FROM gone");
                CaptureStage.run(other, "UPDATE shop.item SET id = id - 20000 WHERE id > 30000");
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }

    private static List<Integer> keys(Map<String, List<String>> images) {
        return images.getOrDefault("shop.item", List.of()).stream()
                .map(line -> Integer.valueOf(line.split("\t", -1)[1]))
                .toList();
    }

    @Test
    void refusesWhatCannotBeProven() throws Exception {
        assertThat(refused("UPDATE keyless SET n = 2").rule()).isEqualTo("guarded.no-key");
        assertThat(refused("UPDATE secured SET n = 2").rule()).isEqualTo("guarded.row-security");
        assertThat(refused("UPDATE spied SET n = 2"))
                .satisfies(refusal -> {
                    assertThat(refusal.rule()).isEqualTo("guarded.not-readable");
                    assertThat(refusal.hint()).contains("GRANT SELECT ON hidden.trail");
                });
        assertThat(refused("UPDATE untwinned SET n = 2"))
                .satisfies(refusal -> {
                    assertThat(refusal.rule()).isEqualTo("guarded.not-captured");
                    assertThat(refusal.hint())
                            .contains("GRANT SELECT ON shop.untwinned TO \"twin\"");
                });
        assertThat(refused("UPDATE twin_secured SET n = 2"))
                .satisfies(refusal -> {
                    assertThat(refusal.rule()).isEqualTo("guarded.not-captured");
                    assertThat(refusal.hint()).contains("ALTER ROLE \"twin\" BYPASSRLS");
                });
    }

    /// Rows that are older than a constraint, and values whose text means another value or none.
    @Test
    void refusesChangesOfRowsThatPostgresqlWouldNotTakeBack() throws Exception {
        boolean newest = stage().postgres.version().major() >= 18;
        stage().postgres
                .sqlIn(
                        "shop",
                        """
                        SET search_path = shop;
                        CREATE DOMAIN late AS int;
                        CREATE TYPE holder AS (v late[]);
                        CREATE FUNCTION fine(int) RETURNS boolean LANGUAGE sql IMMUTABLE
                          AS 'SELECT $1 > 0';
                        CREATE TABLE elder (id int PRIMARY KEY); INSERT INTO elder VALUES (1);
                        CREATE TABLE checked (id int PRIMARY KEY, n int);
                        CREATE TABLE timed (id int PRIMARY KEY, n timestamptz);
                        CREATE TABLE coded (id int PRIMARY KEY, n int);
                        CREATE TABLE orphaned (id int PRIMARY KEY, n int);
                        CREATE TABLE domained (id int PRIMARY KEY, n late);
                        CREATE TABLE nested (id int PRIMARY KEY, n holder[]);
                        CREATE TABLE gapped (id int PRIMARY KEY, n int);
                        CREATE TABLE lax (id int PRIMARY KEY, n int);
                        CREATE TABLE named (id int PRIMARY KEY, n regproc);
                        CREATE TABLE granted (id int PRIMARY KEY, n aclitem[]);
                        CREATE TABLE parsed (id int PRIMARY KEY, n pg_node_tree);
                        INSERT INTO checked VALUES (1, -1), (2, 1);
                        INSERT INTO timed VALUES (1, '2000-01-01');
                        INSERT INTO coded VALUES (1, 1);
                        INSERT INTO orphaned VALUES (1, -1), (2, 1), (3, NULL);
                        INSERT INTO domained VALUES (1, -1);
                        INSERT INTO nested VALUES (1, ARRAY[ROW(ARRAY[-1])::holder]);
                        INSERT INTO gapped VALUES (1, NULL), (2, 1);
                        INSERT INTO lax VALUES (1, -1);
                        INSERT INTO named VALUES (1, 'now'); INSERT INTO granted VALUES (1, '{}');
                        INSERT INTO parsed VALUES (1, NULL);
                        ALTER TABLE checked ADD CHECK (n > 0) NOT VALID;
                        ALTER TABLE timed ADD CHECK (n > now()) NOT VALID;
                        ALTER TABLE coded ADD CHECK (fine(n)) NOT VALID;
                        ALTER TABLE orphaned ADD FOREIGN KEY (n) REFERENCES elder NOT VALID;
                        ALTER DOMAIN late ADD CHECK (VALUE > 0) NOT VALID;
                        GRANT SELECT ON ALL TABLES IN SCHEMA shop TO twin; REVOKE ALL ON untwinned FROM twin;
                        GRANT ALL ON ALL TABLES IN SCHEMA shop TO agent;
                        """
                                + (newest
                                        ? """
                                        ALTER TABLE gapped ADD CONSTRAINT g NOT NULL n NOT VALID;
                                        ALTER TABLE lax ADD CHECK (n > 0) NOT ENFORCED;
                                        """
                                        : ""));
        List<String> unrestorable =
                new ArrayList<>(
                        List.of(
                                "DELETE FROM checked WHERE id = 1",
                                "UPDATE checked SET n = 1",
                                "WITH d AS (DELETE FROM checked RETURNING n) SELECT FROM d",
                                "DELETE FROM timed",
                                "UPDATE coded SET n = 2",
                                "DELETE FROM orphaned WHERE id = 1",
                                "DELETE FROM domained",
                                "UPDATE nested SET id = 2",
                                "INSERT INTO named VALUES (2, 'now')",
                                "DELETE FROM granted",
                                "UPDATE parsed SET id = 3"));
        if (newest) {
            unrestorable.add("DELETE FROM gapped WHERE id = 1");
        }
        for (String statement : unrestorable) {
            assertThat(refused(statement).rule()).as(statement).isEqualTo("guarded.not-restorable");
        }
        exact(
                "DELETE FROM checked WHERE id = 2",
                "INSERT INTO checked VALUES (3, 3)",
                "INSERT INTO coded VALUES (3, 3)",
                "DELETE FROM orphaned WHERE id > 1",
                "INSERT INTO domained VALUES (3, 3)",
                "DELETE FROM gapped WHERE id = 2",
                "DELETE FROM lax");
    }

    @Test
    void refusesChangesThatAFunctionHides() throws Exception {
        assertThat(refused("SELECT hide_a_delete()").rule()).isEqualTo("guarded.hidden-change");
        assertThat(refused("SELECT hide_among_others()").rule()).isEqualTo("guarded.hidden-change");
    }

    @Test
    void refusesWhenTheTwinIsElsewhere() throws Exception {
        stage().postgres.sql("DROP DATABASE IF EXISTS elsewhere");
        stage().postgres.sql("CREATE DATABASE elsewhere TEMPLATE template0");
        try (TwinKeeper lost = stage().keeper(stage().source("elsewhere", "twin", "twin"));
                Connection agent = stage().begin()) {
            CaptureStage.run(agent, "DELETE FROM item WHERE id = 140");
            assertThat(
                            catchThrowableOfType(
                                            ChangeRefusedException.class,
                                            () -> CaptureStage.keep(agent, lost))
                                    .refusal()
                                    .rule())
                    .isEqualTo("guarded.not-captured");
        }
    }

    /// What uses people's word commits only where others can ask for its outcome, and while the word stands.
    @Test
    void tellsWhichTransactionUsesAWordAndRefusesWhereThatIsClosed() throws Exception {
        List<CommitPoint> told = new ArrayList<>();
        CommitNotice closed =
                (approvals, point) -> {
                    assertThat(approvals).containsExactly("apr_1");
                    told.add(point);
                    throw new ChangeRefusedException(HoldRefusals.notApproved("apr_1", "closed"));
                };
        stage().journal.outcomes.clear();
        try (TwinKeeper keeper = stage().telling(closed);
                Connection agent = stage().begin()) {
            CaptureStage.run(agent, "DELETE FROM item WHERE id = 142");
            Measurement measured = CaptureStage.measure(agent);
            assertThatThrownBy(() ->
                            keeper.keep(
                                    new WriteTransaction(
                                            CaptureStage.PRINCIPAL,
                                            1,
                                            0,
                                            List.of(),
                                            List.of("apr_1")),
                                    measured,
                                    new JdbcWritingSession(agent)))
                    .isInstanceOf(ChangeRefusedException.class)
                    .hasMessageContaining("approval.void");
            assertThat(told)
                    .containsExactly(
                            new CommitPoint(
                                    measured.transactionId(),
                                    stage().journal.cluster.system(),
                                    stage().journal.cluster.timeline()));
            assertThat(stage().journal.cluster.system()).isNotEmpty();
        }
        assertThat(stage().journal.outcomes).containsExactly(KeptTransaction.Outcome.ROLLED_BACK);
    }

    @Test
    void refusesToWaitForALockForLong()
            throws SQLException, ChangeRefusedException, InterruptedException {
        try (Connection other = stage().postgres.connectAsSuperuser("shop");
                Connection agent = stage().begin()) {
            CaptureStage.run(agent, "DELETE FROM item WHERE id = 141");
            Thread waiting =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    CaptureStage.run(
                                            other,
                                            "BEGIN; LOCK TABLE shop.item IN ACCESS EXCLUSIVE"
                                                    + " MODE; ROLLBACK");
                                } catch (SQLException _) {
                                    // Ended by the test.
                                }
                            });
            while (stage().postgres.query("SELECT FROM pg_locks WHERE NOT granted").isEmpty()) {
                Thread.sleep(5);
            }
            ChangeRefusedException refused =
                    catchThrowableOfType(ChangeRefusedException.class, () -> stage().keep(agent));
            assertThat(refused.refusal().detail()).contains("55P03");
            CaptureStage.run(agent, "ROLLBACK");
            waiting.join();
        }
    }

    @Test
    void knowsRolesThatAreUnfit() {
        stage().postgres.sql("DROP ROLE IF EXISTS writer");
        stage().postgres.createRole("writer", "writer", "");
        stage().postgres.sqlIn("shop", "GRANT UPDATE (n) ON shop.item TO writer");
        assertThat(unavailable("writer", "writer")).contains("may write to shop.item");
        stage().postgres.sqlIn("shop", "REVOKE UPDATE (n) ON shop.item FROM writer");
        assertThat(unavailable(stage().postgres.superuser(), stage().postgres.superuserPassword()))
                .contains("is a superuser");
        assertThat(unavailable("twin", "wrong")).contains("cannot connect");
        assertThat(stage().keeper.unavailable(CaptureStage.PRINCIPAL)).isNull();
        try (TwinKeeper none = stage().keeper()) {
            assertThat(String.valueOf(none.unavailable(CaptureStage.PRINCIPAL)))
                    .contains("guarded.unavailable", "has no capture role");
        }
    }

    private String unavailable(String role, String password) {
        try (TwinKeeper keeper = stage().keeper(stage().source("shop", role, password))) {
            return String.valueOf(keeper.unavailable(CaptureStage.PRINCIPAL));
        }
    }

    @Test
    void tellsTheJournalWhereAndHowATransactionEnded() throws Exception {
        try (Connection agent = stage().begin()) {
            CaptureStage.run(agent, "UPDATE item SET n = 3 WHERE id = 151");
            stage().journal.outcomes.clear();
            KeptTransaction kept = stage().keep(agent);
            assertThat(stage().journal.cluster.system()).isNotEmpty();
            assertThat(stage().journal.outcomes).isEmpty();
            kept.rolledBack();
            kept.committed();
            assertThat(stage().journal.outcomes)
                    .containsExactly(
                            KeptTransaction.Outcome.ROLLED_BACK, KeptTransaction.Outcome.COMMITTED);
            assertThat(kept.resolve()).isEqualTo(KeptTransaction.Outcome.AMBIGUOUS);
        }
    }

    @Test
    void survivesThatItsWarmConnectionsAreCut() throws Exception {
        exact("UPDATE item SET n = 3 WHERE id = 161");
        stage().postgres
                .sql(
                        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = 'twin'");
        exact("UPDATE item SET n = 4 WHERE id = 161");
    }

    private Refusal refused(String statement) throws SQLException, ChangeRefusedException {
        Map<String, Set<String>> before = stage().everything();
        Refusal refusal;
        try (Connection agent = stage().begin()) {
            CaptureStage.run(agent, statement);
            refusal =
                    catchThrowableOfType(ChangeRefusedException.class, () -> stage().keep(agent))
                            .refusal();
        }
        assertThat(stage().everything()).isEqualTo(before);
        return refusal;
    }

    private void exact(String... statements) throws SQLException, ChangeRefusedException {
        exact(() -> {}, statements);
    }

    /// Runs and keeps a transaction, by a keeper that relies on the counters and by one that does not, and
    /// compares what was kept with what changed.
    ///
    /// @param meanwhile runs before it is kept
    private void exact(Runnable meanwhile, String... statements)
            throws SQLException, ChangeRefusedException {
        Map<String, Set<String>> before = stage().everything();
        try (Connection agent = stage().begin()) {
            for (String statement : statements) {
                CaptureStage.run(agent, statement);
            }
            meanwhile.run();
            CaptureStage.keep(agent, stage().trusting, statements);
            KeptTransaction kept = stage().keep(agent);
            CaptureStage.run(agent, "COMMIT");
            kept.committed();
        }
        Map<String, Set<String>> after = stage().everything();
        for (KeptInMemory journal : List.of(stage().journal, stage().trusted)) {
            assertThat(journal.sealed).isTrue();
            assertThat(CaptureStage.sets(journal.before))
                    .isEqualTo(CaptureStage.without(before, after));
            assertThat(CaptureStage.sets(journal.after))
                    .isEqualTo(CaptureStage.without(after, before));
        }
    }

    private static CaptureStage stage() {
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }
}
