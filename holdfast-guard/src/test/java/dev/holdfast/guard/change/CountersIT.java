package dev.holdfast.guard.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/// Measures what was done in every way that we know of, as an agent's role that may do it.
@OldestAndNewestPostgres
class CountersIT {
    private static @Nullable DisposablePostgres postgres;

    @Parameter @Nullable PostgresVersion version;

    private @Nullable Connection agent;

    @BeforeParameterizedClassInvocation
    static void startServer(PostgresVersion version) {
        DisposablePostgres started =
                DisposablePostgres.ofVersion(version)
                        .setting("max_prepared_transactions", "5")
                        .start();
        postgres = started;
        started.createRole("agent", "agent", "");
        started.createDatabase("shop");
        started.sqlIn("shop", CountedShop.SCHEMA);
    }

    @AfterParameterizedClassInvocation
    static void stopServer() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @BeforeEach
    void begin() throws SQLException {
        if (postgres == null) {
            throw new IllegalStateException("not started");
        }
        agent = postgres.connect("shop", "agent", "agent");
        run("BEGIN");
    }

    @AfterEach
    void rollBack() throws SQLException {
        if (agent != null) {
            agent.close();
        }
    }

    @Test
    void countsPlainStatements() throws Exception {
        run("INSERT INTO item SELECT i, 1, 'new' FROM generate_series(2001, 2007) i");
        run("UPDATE item SET name = name WHERE id <= 11");
        run("DELETE FROM item WHERE id BETWEEN 500 AND 502");
        assertThat(measured()).containsExactly("shop.item 7/11/3");
        assertThat(read().measurement().transactionId()).isEqualTo(value("SELECT txid_current()"));
    }

    @Test
    void countsNothingWhereNothingWasWritten() throws Exception {
        run("SELECT * FROM item");
        Counters.Reading reading = read();
        assertThat(reading.measurement()).isEqualTo(Measurement.NOTHING);
        assertThat(reading.virtualTransaction()).matches("\\d+/\\d+");
        assertThat(reading.measurement().leavesRowsAlone()).isTrue();
    }

    @Test
    void tellsTablesThatWereLockedOnlyApart() throws Exception {
        run("UPDATE item SET name = 'x' WHERE id = -1");
        Measurement measurement = read().measurement();
        assertThat(measurement.tables()).isEmpty();
        assertThat(measurement.uncounted()).extracting(TableChange::relation).contains("shop.item");
        assertThat(measurement.leavesRowsAlone()).isTrue();
        run("SELECT * FROM item WHERE id = 1 FOR UPDATE");
        assertThat(read().measurement().leavesRowsAlone()).isFalse();
    }

    @Test
    void countsWhatCascades() throws Exception {
        run("DELETE FROM customer WHERE id = 1");
        assertThat(measured())
                .containsExactly(
                        "shop.customer 0/0/1",
                        "shop.line 0/0/30",
                        "shop.note 0/10/0",
                        "shop.purchase 0/0/10");
    }

    @Test
    void countsUpdatesThatCascade() throws Exception {
        run("UPDATE customer SET id = 1001 WHERE id = 1");
        assertThat(measured())
                .containsExactly("shop.customer 0/1/0", "shop.note 0/10/0", "shop.purchase 0/10/0");
    }

    @Test
    void countsWhatTriggersWriteWhereTheAgentSeesNothing() throws Exception {
        run("UPDATE watched SET n = 2 WHERE id <= 4");
        assertThat(measured()).containsExactly("hidden.trail 4/0/0", "shop.watched 0/4/0");
        Measurement measurement = read().measurement();
        assertThat(measurement.tables())
                .filteredOn(table -> table.relation().equals("hidden.trail"))
                .extracting(TableChange::traits)
                .containsExactly(new TableChange.Traits(false, false, false, false));
    }

    @Test
    void countsThroughRulesViewsAndChildren() throws Exception {
        run("UPDATE redirected SET n = 1 WHERE id = 1");
        run("DELETE FROM item_view WHERE id <= 2");
        run("UPDATE parent SET n = 5");
        assertThat(measured())
                .containsExactly(
                        "shop.child 0/2/0",
                        "shop.item 0/0/2",
                        "shop.parent 0/1/0",
                        "shop.trace 1/0/0");
    }

    @Test
    void countsPartitionsEachForItself() throws Exception {
        run("UPDATE event SET day = day + 10 WHERE day IN (5, 6)");
        run("INSERT INTO event VALUES (3, 300)");
        assertThat(measured()).containsExactly("shop.event_high 2/0/0", "shop.event_low 1/0/2");
    }

    @Test
    void countsMergesUpsertsAndWritableCtes() throws Exception {
        run(
                "MERGE INTO item USING (VALUES (1), (2), (9001)) v(id) ON item.id = v.id"
                        + " WHEN MATCHED AND v.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'm'"
                        + " WHEN NOT MATCHED THEN INSERT VALUES (v.id, 1, 'm')");
        assertThat(measured()).containsExactly("shop.item 1/1/1");
        run("INSERT INTO item VALUES (3, 1, 'u') ON CONFLICT (id) DO UPDATE SET name = 'u'");
        run("INSERT INTO item VALUES (3, 1, 'u') ON CONFLICT DO NOTHING");
        run("WITH gone AS (DELETE FROM item WHERE id IN (7, 8) RETURNING *) SELECT 1");
        run("DO $$ BEGIN UPDATE item SET name = 'd' WHERE id = 9; END $$");
        assertThat(measured()).containsExactly("shop.item 1/3/3");
    }

    @Test
    void countsReleasedSavepointsAndMoreThanOnceThoseRolledBack() throws Exception {
        run("SAVEPOINT a; DELETE FROM item WHERE id = 1; RELEASE a");
        assertThat(measured()).containsExactly("shop.item 0/0/1");
        run("SAVEPOINT a; DELETE FROM item WHERE id = 2; ROLLBACK TO a; RELEASE a");
        assertThat(measured()).containsExactly("shop.item 0/0/2");
        run("UPDATE item SET name = 'a' WHERE id = 3; UPDATE item SET name = 'b' WHERE id = 3");
        assertThat(measured()).containsExactly("shop.item 0/2/2");
    }

    @Test
    void countsCopiesSerializableTransactionsAndLongValues() throws Exception {
        run("ROLLBACK");
        run("BEGIN ISOLATION LEVEL SERIALIZABLE");
        run("SELECT count(*) FROM item WHERE id > 5");
        run(
                "UPDATE item SET name = (SELECT string_agg(md5(i::text), '') FROM"
                        + " generate_series(1, 3000) i) WHERE id = 5");
        assertThat(measured()).containsExactly("shop.item 0/1/0");
    }

    @Test
    void countsDeferredTriggersOnceTheyAreSettled() throws Exception {
        run("UPDATE late SET n = 2 WHERE id <= 3");
        assertThat(measured()).containsExactly("shop.late 0/3/0");
        run(Counters.SETTLE);
        assertThat(measured()).containsExactly("shop.late 0/3/0", "shop.trace 3/0/0");
    }

    @Test
    void leavesTheCountsOfEarlierTransactionsOut() throws Exception {
        run("INSERT INTO trace VALUES (1)");
        run("COMMIT");
        run(Counters.FLUSH);
        run("BEGIN");
        run("INSERT INTO trace VALUES (2)");
        assertThat(measured()).containsExactly("shop.trace 1/0/0");
    }

    @Test
    void refusesLeftOverCountsOfATransactionThatWroteNothing() throws Exception {
        run("INSERT INTO trace VALUES (1)");
        run("COMMIT");
        run("BEGIN");
        run("UPDATE trace SET n = 0 WHERE n = -1");
        assertThat(refused()).isEqualTo("guarded.unmeasured");
    }

    @Test
    void isNotFooledByWhatTheSearchPathOffers() throws Exception {
        run("SET LOCAL search_path = evil, shop, pg_catalog");
        run("DELETE FROM item WHERE id BETWEEN 1 AND 9");
        // Those that are to fool it do work on who does not look.
        assertThat(value("SELECT pg_stat_get_xact_tuples_deleted('shop.item'::regclass)"))
                .isEqualTo("0");
        assertThat(value("SELECT 'a'::text = 'a'::text")).isEqualTo("f");
        assertThat(value("SELECT count(*) FROM pg_locks")).isEqualTo("0");
        assertThat(measured()).containsExactly("shop.item 0/0/9");
    }

    @Test
    void namesAreQuotedWhereSqlNeedsIt() throws Exception {
        run("UPDATE shop.\"Odd \"\"Table\" SET n = 1");
        assertThat(measured()).containsExactly("shop.\"Odd \"\"Table\" 0/1/0");
    }

    @Test
    void tellsWhatStandsAgainstKeeping() throws Exception {
        run(
                "INSERT INTO trace VALUES (1); UPDATE secured SET n = 1; UPDATE item SET name = '' WHERE id=1");
        run("UPDATE half SET n = 1 WHERE id = 1");
        TreeMap<String, TableChange.Traits> traits = new TreeMap<>();
        read().measurement().tables().forEach(t -> traits.put(t.relation(), t.traits()));
        assertThat(traits)
                .containsEntry("shop.trace", new TableChange.Traits(false, false, false, true))
                .containsEntry("shop.secured", new TableChange.Traits(false, true, true, true))
                .containsEntry("shop.half", new TableChange.Traits(false, true, false, false))
                .containsEntry("shop.item", TableChange.Traits.KEEPABLE);
    }

    @Test
    void refusesWhatIsNoChangeOfRows() throws Exception {
        for (String statement :
                List.of(
                        "TRUNCATE trace",
                        "ALTER TABLE own.mine ADD x int",
                        "ALTER TABLE own.mine ALTER n TYPE bigint",
                        "CREATE INDEX ON own.mine (n)",
                        "CREATE TABLE own.made AS SELECT 1 AS n",
                        "CREATE TEMP TABLE made AS SELECT 1 AS n",
                        "LOCK TABLE item IN EXCLUSIVE MODE",
                        "LOCK TABLE item IN SHARE MODE",
                        "REFRESH MATERIALIZED VIEW own.stored")) {
            assertThat(refusedAfter(statement)).as(statement).isEqualTo("guarded.lock");
        }
    }

    @Test
    void refusesADropThatHidesADelete() throws Exception {
        assertThat(refusedAfter("DELETE FROM own.mine; DROP TABLE own.mine"))
                .isEqualTo("guarded.dropped");
    }

    @Test
    void refusesWhatChangesTheCatalogAndLargeObjects() throws Exception {
        for (String statement :
                List.of(
                        "CREATE FUNCTION own.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                        "GRANT SELECT ON own.mine TO PUBLIC",
                        "COMMENT ON SCHEMA own IS 'x'",
                        "ALTER ROLE agent SET work_mem = '8MB'",
                        "CREATE TYPE own.mood AS ENUM ('good')")) {
            assertThat(refusedAfter(statement)).as(statement).isEqualTo("guarded.catalog");
        }
        assertThat(refusedAfter("SELECT lo_from_bytea(0, 'abc')"))
                .isEqualTo("guarded.large-object");
        assertThat(refusedAfter("SELECT lo_create(0)")).isEqualTo("guarded.large-object");
    }

    @Test
    void leavesOutPlacesThatShadowsNotedOnlyWhereTheRoleCannotReachThem() throws Exception {
        run("SELECT shop.note_a_place()");
        run("UPDATE shop.item SET n = 1 WHERE id = 1");
        assertThat(measured()).containsExactly("shop.item 0/1/0");
        run("ROLLBACK");
        for (String reach :
                List.of(
                        "GRANT INSERT ON holdfast_shadow.places TO agent",
                        "GRANT UPDATE (relation) ON holdfast_shadow.places TO agent",
                        "ALTER TABLE holdfast_shadow.places OWNER TO agent",
                        "ALTER TABLE holdfast_shadow.places SET LOGGED")) {
            asSuperuser(reach);
            run(Counters.FLUSH);
            run("BEGIN");
            run("SELECT shop.note_a_place()");
            assertThat(measured()).as(reach).containsExactly("holdfast_shadow.places 1/0/0");
            run("ROLLBACK");
            asSuperuser(
                    "ALTER TABLE holdfast_shadow.places OWNER TO postgres;"
                            + " REVOKE ALL ON holdfast_shadow.places FROM agent");
        }
        asSuperuser("ALTER TABLE holdfast_shadow.places SET UNLOGGED");
        run(Counters.FLUSH);
        run("BEGIN");
        run("SELECT shop.empty_places()");
        assertThat(refused()).isEqualTo("guarded.lock");
    }

    @Test
    void refusesForeignTables() throws Exception {
        assertThatCode(() -> run("SAVEPOINT a; INSERT INTO far VALUES (1)"))
                .isInstanceOf(SQLException.class);
        run("ROLLBACK TO a");
        run("WITH w AS (DELETE FROM item WHERE id = 1) SELECT 1");
        assertThat(measured()).containsExactly("shop.item 0/0/1");
        List<@Nullable String> far = new ArrayList<>(rows(Counters.MEASURE).getFirst());
        far.set(6, "f");
        assertThat(
                        catchThrowableOfType(
                                        ChangeRefusedException.class,
                                        () -> Counters.read(List.of(far)))
                                .refusal()
                                .rule())
                .isEqualTo("guarded.foreign-table");
    }

    @Test
    void refusesSessionsThatDoNotCountOrCascade() throws Exception {
        run("SELECT shop.stop_counting()");
        assertThat(refused()).isEqualTo("guarded.counting-off");
        run("ROLLBACK");
        run("BEGIN");
        run("SELECT shop.stop_cascading()");
        assertThat(refused()).isEqualTo("guarded.replication-role");
    }

    @Test
    void showsTheTablesWhoseChangesAFunctionHid() throws Exception {
        run("SELECT shop.hide_a_delete()");
        Measurement measurement = read().measurement();
        assertThat(measurement.tables()).isEmpty();
        assertThat(measurement.uncounted()).extracting(TableChange::relation).contains("shop.item");
        assertThat(measurement.leavesRowsAlone()).isFalse();
    }

    @Test
    void namesAnotherTransactionOnceThisOneHasEnded() throws Exception {
        String first = read().virtualTransaction();
        assertThat(read().virtualTransaction()).isEqualTo(first);
        run("COMMIT");
        run("BEGIN");
        assertThat(read().virtualTransaction()).isNotEqualTo(first);
    }

    private static void asSuperuser(String sql) {
        if (postgres == null) {
            throw new IllegalStateException("not started");
        }
        postgres.sqlIn("shop", sql);
    }

    private String refusedAfter(String statement) throws SQLException {
        run("SAVEPOINT attempt");
        run(statement);
        String rule = refused();
        run("ROLLBACK");
        run(Counters.FLUSH);
        run("BEGIN");
        return rule;
    }

    private String refused() throws SQLException {
        List<List<@Nullable String>> rows = rows(Counters.MEASURE);
        return catchThrowableOfType(ChangeRefusedException.class, () -> Counters.read(rows))
                .refusal()
                .rule();
    }

    private List<String> measured() throws SQLException, ChangeRefusedException {
        return read().measurement().tables().stream()
                .map(t -> t.relation() + " " + t.inserted() + "/" + t.updated() + "/" + t.deleted())
                .sorted()
                .toList();
    }

    private Counters.Reading read() throws SQLException, ChangeRefusedException {
        return Counters.read(rows(Counters.MEASURE));
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection().createStatement()) {
            statement.execute(sql);
        }
    }

    private @Nullable String value(String sql) throws SQLException {
        return rows(sql).getFirst().getFirst();
    }

    private List<List<@Nullable String>> rows(String sql) throws SQLException {
        try (Statement statement = connection().createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private Connection connection() {
        if (agent == null) {
            throw new IllegalStateException("not connected");
        }
        return agent;
    }
}
