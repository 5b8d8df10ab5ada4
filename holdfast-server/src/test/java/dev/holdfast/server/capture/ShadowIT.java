package dev.holdfast.server.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.server.capture.ShadowTables.ShadowException;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/// Tables that note where rows are changed: what is kept of them, against full copies of all tables; what
/// the agent's role can do to the notes; and that nothing rests on them.
@OldestAndNewestPostgres
@SideBySide
class ShadowIT {
    private static final List<String> SHADOWED =
            List.of(
                    "shop.item",
                    "shop.purchase",
                    "shop.line",
                    "shop.watched",
                    "shop.event",
                    "shop.parent",
                    "shop.\"Odd \"\"Table\"");

    private static @Nullable CaptureStage started;

    @Parameter @Nullable PostgresVersion version;

    @BeforeParameterizedClassInvocation
    static void start(PostgresVersion version) throws Exception {
        CaptureStage stage = new CaptureStage(version);
        started = stage;
        stage.postgres.createRole("restore", "restore", "");
        stage.postgres.sqlIn(
                "shop",
                // Behind these, no keeper would rely on the counters, or look at notes.
                "DROP FUNCTION shop.hide_a_delete, shop.hide_among_others; GRANT CREATE ON DATABASE shop TO restore; GRANT USAGE ON SCHEMA shop TO restore;"
                        + " GRANT TRIGGER ON ALL TABLES IN SCHEMA shop TO restore");
        try (Connection restore = stage.postgres.connect("shop", "restore", "restore")) {
            ShadowTables tables = new ShadowTables(restore, "restore", "twin");
            for (String table : SHADOWED) {
                tables.run(tables.installing(table), table, true);
            }
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    @Test
    void keepsWhateverWayTheRowsAreChanged() throws Exception {
        exact("UPDATE item SET n = -1 WHERE name LIKE 'item 3_'", "DELETE FROM item WHERE n = 40");
        exact(
                "INSERT INTO item SELECT 7000 + i, 1, 'new' FROM generate_series(1, 5) i",
                "INSERT INTO item VALUES (41, 1, 'twice'), (7010, 1, 'once')"
                        + " ON CONFLICT (id) DO UPDATE SET name = 'again'",
                "WITH gone AS (DELETE FROM item WHERE n = 42 RETURNING id)"
                        + " INSERT INTO item SELECT id + 7100, 0, 'moved' FROM gone");
        // From a table without a shadow into two with one.
        exact("DELETE FROM customer WHERE id = 1", "UPDATE customer SET id = 77 WHERE id = 2");
        exact("UPDATE watched SET n = 2 WHERE n = 1");
        exact("UPDATE parent SET n = 5");
    }

    @Test
    void keepsPartitionsGeneratedColumnsAndMerges() throws Exception {
        exact(
                "UPDATE event SET day = day + 10 WHERE n IN (5, 6)",
                "DELETE FROM event WHERE n = 8",
                "INSERT INTO event VALUES (9, 99), (19, 99)");
        exact(
                "UPDATE \"Odd \"\"Table\" SET n = n + 1 WHERE double_n < 10",
                "DELETE FROM \"Odd \"\"Table\" WHERE n = 15",
                "INSERT INTO \"Odd \"\"Table\" (n) VALUES (1)");
        if (stage().postgres.version().major() >= 15) {
            exact(
                    "MERGE INTO item USING (VALUES ('item 50', 'd'), ('item 51', 'u'), ('none', 'i'))"
                            + " AS w (name, what) ON item.name = w.name"
                            + " WHEN MATCHED AND what = 'd' THEN DELETE"
                            + " WHEN MATCHED THEN UPDATE SET n = 0"
                            + " WHEN NOT MATCHED THEN INSERT VALUES (7200, 1, 'merged')");
        }
    }

    @Test
    void keepsRowsTouchedTwiceAndWhatSavepointsLeave() throws Exception {
        exact(
                "UPDATE item SET n = 1 WHERE name IN ('item 101', 'item 102')",
                "UPDATE item SET n = 2 WHERE name IN ('item 102', 'item 103')",
                "DELETE FROM item WHERE name = 'item 103'",
                "INSERT INTO item VALUES (7301, 1, 'a')",
                "DELETE FROM item WHERE name = 'a'");
        exact(
                "SAVEPOINT a; UPDATE item SET n = 0 WHERE name = 'item 111'; RELEASE a",
                "SAVEPOINT a; DELETE FROM item WHERE name = 'item 112'; ROLLBACK TO a",
                "DO $$ BEGIN UPDATE item SET n = 9 WHERE name = 'item 113'; RAISE 'x'; EXCEPTION WHEN"
                        + " OTHERS THEN DELETE FROM item WHERE name = 'item 114'; END $$");
        exact("SAVEPOINT a; DELETE FROM item; ROLLBACK TO a");
        // Counted are updates, noted is none.
        exact(
                "SAVEPOINT a; UPDATE item SET n = 0 WHERE id < 5; ROLLBACK TO a",
                "INSERT INTO item VALUES (7302, 1, 'alone')");
    }

    @Test
    void keepsMoreRowsThanAreHeldInMemory() throws Exception {
        exact(
                "UPDATE item SET n = n + 1 WHERE id BETWEEN 400 AND 2700",
                "DELETE FROM item WHERE n > 2900");
        exact(
                "SAVEPOINT a; UPDATE item SET n = n + 1 WHERE id BETWEEN 400 AND 2700; RELEASE a",
                "UPDATE item SET n = n + 1 WHERE id BETWEEN 500 AND 600");
    }

    @Test
    void readsNoShadowedTableAsAWhole() throws Exception {
        for (String statement :
                List.of(
                        "UPDATE item SET n = -7 WHERE name = 'item 211'",
                        "INSERT INTO item VALUES (-5, 1, 'not at the end')",
                        "SAVEPOINT a; UPDATE item SET n = -7 WHERE name = 'item 212'; RELEASE a",
                        "UPDATE item SET n = 1 WHERE name = 'item 213';"
                                + " UPDATE item SET n = 2 WHERE name = 'item 213'")) {
            try (Connection agent = begin()) {
                CaptureStage.run(agent, statement);
                JdbcWritingSession session = new JdbcWritingSession(agent);
                String scans =
                        "SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname = 'item'";
                Object before = session.query(scans, List.of());
                CaptureStage.keep(agent, stage().trusting, statement);
                assertThat(session.query(scans, List.of())).as(statement).isEqualTo(before);
                CaptureStage.run(agent, "ROLLBACK");
            }
        }
    }

    @Test
    void isNoTableThatAgentsChange() throws Exception {
        try (Connection agent = begin()) {
            CaptureStage.run(agent, "DELETE FROM item WHERE id BETWEEN 301 AND 303");
            assertThat(CaptureStage.measure(agent).tables())
                    .extracting(TableChange::relation)
                    .containsExactly("shop.item");
            assertThat(CaptureStage.measure(agent).rows()).isEqualTo(3);
        }
    }

    @Test
    void isOutOfTheReachOfTheAgentsRole() throws Exception {
        for (String attempt :
                List.of(
                        "SELECT * FROM holdfast_shadow.places",
                        "INSERT INTO holdfast_shadow.places (relation) VALUES (1)",
                        "UPDATE holdfast_shadow.places SET relation = 1",
                        "DELETE FROM holdfast_shadow.places",
                        "TRUNCATE holdfast_shadow.places",
                        "LOCK holdfast_shadow.places",
                        "DROP TABLE holdfast_shadow.places",
                        "DROP SCHEMA holdfast_shadow CASCADE",
                        "ALTER TABLE shop.item DISABLE TRIGGER holdfast_shadow",
                        "DROP TRIGGER holdfast_shadow ON shop.item",
                        "CREATE TABLE holdfast_shadow.mine (n int)",
                        "CREATE OR REPLACE FUNCTION holdfast_shadow.note() RETURNS trigger LANGUAGE"
                                + " plpgsql AS 'BEGIN RETURN NULL; END'",
                        "CREATE TRIGGER more AFTER INSERT ON shop.twin_secured FOR EACH ROW EXECUTE"
                                + " FUNCTION holdfast_shadow.note()",
                        "SELECT holdfast_shadow.clean()",
                        "SET session_replication_role = replica")) {
            try (Connection agent = begin()) {
                assertThat(
                                catchThrowableOfType(
                                                SQLException.class,
                                                () -> CaptureStage.run(agent, attempt))
                                        .getSQLState())
                        .as(attempt)
                        .isEqualTo("42501");
            }
        }
        // Where its own transaction changed rows, and of no other's.
        try (Connection agent = begin();
                Connection other = begin()) {
            CaptureStage.run(agent, "UPDATE item SET n = 1 WHERE id IN (311, 312)");
            CaptureStage.run(other, "UPDATE item SET n = 1 WHERE id = 313");
            assertThat(count(agent, "holdfast_shadow.noted()")).isEqualTo("2");
            assertThat(count(other, "holdfast_shadow.noted()")).isEqualTo("1");
        }
    }

    @Test
    void isNotBelieved() throws Exception {
        try (Connection liar = stage().postgres.connectAsSuperuser("shop")) {
            try (Connection agent = begin()) {
                CaptureStage.run(agent, "UPDATE item SET n = 3 WHERE name = 'item 321'");
                Object id =
                        new JdbcWritingSession(agent)
                                .query("SELECT pg_current_xact_id()", List.of())
                                .getFirst()
                                .getFirst();
                CaptureStage.run(
                        liar,
                        ("INSERT INTO holdfast_shadow.places SELECT '%s', 'shop.item'::regclass, ctid,"
                                        + " ctid FROM shop.item WHERE id < 20")
                                .formatted(id));
                CaptureStage.keep(agent, stage().trusting);
                assertThat(stage().trusted.before.get("shop.item")).hasSize(1);
                assertThat(stage().trusted.after.get("shop.item")).hasSize(1);
            }
            for (String harm :
                    List.of(
                            "ALTER TABLE shop.item DISABLE TRIGGER holdfast_shadow",
                            "ALTER TABLE shop.item ALTER n TYPE bigint, ADD COLUMN more int DEFAULT 5",
                            "GRANT INSERT ON holdfast_shadow.places TO agent",
                            "CREATE OR REPLACE FUNCTION holdfast_shadow.note() RETURNS trigger LANGUAGE"
                                    + " plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END'",
                            "DROP FUNCTION holdfast_shadow.noted()")) {
                CaptureStage.run(liar, harm);
                exact(
                        "UPDATE item SET n = n + 1 WHERE id % 100 = 31",
                        "DELETE FROM item WHERE id = 332");
            }
            assertThat(states(liar)).containsEntry("shop.item", "disabled");
            assertThat(states(liar)).containsEntry("shop.purchase", "altered");
            CaptureStage.run(
                    liar,
                    "ALTER TABLE shop.item ENABLE TRIGGER holdfast_shadow;"
                            + " REVOKE ALL ON holdfast_shadow.places FROM agent");
        }
        try (Connection restore = stage().postgres.connect("shop", "restore", "restore")) {
            ShadowTables tables = new ShadowTables(restore, "restore", "twin");
            assertThat(
                            catchThrowableOfType(
                                    ShadowException.class,
                                    () ->
                                            tables.run(
                                                    tables.installing("shop.item"),
                                                    "shop.item",
                                                    true)))
                    .hasMessageContaining("must own it");
            // Whoever may, runs the same SQL.
            try (Connection owner = stage().postgres.connectAsSuperuser("shop")) {
                ShadowTables own = new ShadowTables(owner, "restore", "twin");
                own.run(own.installing("shop.item"), "shop.item", true);
            }
            assertThat(tables.installing("shop.item")).isEmpty();
            assertThat(states(restore)).containsEntry("shop.line", "whole");
        }
    }

    @Test
    void notesNothingForOthersAndIsEmptiedBehindAgents() throws Exception {
        try (Connection application = stage().postgres.connectAsSuperuser("shop")) {
            CaptureStage.run(application, "UPDATE shop.item SET n = 4 WHERE id = 341");
            stage().keeper(stage().source("shop", "twin", "twin")).close();
            assertThat(count(application, "holdfast_shadow.places")).isEqualTo("0");
            try (Connection agent = begin()) {
                CaptureStage.run(agent, "UPDATE item SET n = 4 WHERE id = 342; COMMIT");
                assertThat(count(application, "holdfast_shadow.places")).isEqualTo("1");
                // Not alone with the table: row by row.
                CaptureStage.run(agent, "BEGIN; UPDATE item SET n = 4 WHERE id = 343");
                stage().keeper(stage().source("shop", "twin", "twin")).close();
                assertThat(count(application, "holdfast_shadow.places")).isEqualTo("0");
                assertThat(count(agent, "holdfast_shadow.noted()")).isEqualTo("1");
            }
        }
    }

    @Test
    void goesAsItCame() throws Exception {
        try (Connection owner = stage().postgres.connectAsSuperuser("shop")) {
            CaptureStage.run(owner, "CREATE DATABASE bare");
        }
        try (Connection owner = stage().postgres.connectAsSuperuser("bare")) {
            CaptureStage.run(
                    owner,
                    "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);"
                            + " CREATE TABLE keyless (n int); CREATE VIEW v AS SELECT 1");
            ShadowTables tables = new ShadowTables(owner, "restore", "twin");
            assertThat(
                            catchThrowableOfType(
                                    ShadowException.class,
                                    () -> tables.installing("public.keyless")))
                    .hasMessageContaining("no primary key");
            for (String none : List.of("public.v", "pg_catalog.pg_class")) {
                assertThat(
                                catchThrowableOfType(
                                        ShadowException.class, () -> tables.installing(none)))
                        .hasMessageContaining("no ordinary or partitioned table");
            }
            for (String table : List.of("public.a", "public.b")) {
                tables.run(tables.installing(table), table, true);
            }
            tables.run(tables.removing("public.a"), "public.a", false);
            assertThat(states(owner)).isEqualTo(Map.of("public.b", "whole"));
            tables.run(tables.removing("public.b"), "public.b", false);
            assertThat(count(owner, "pg_namespace WHERE nspname LIKE 'holdfast%'")).isEqualTo("0");
        }
    }

    private static Map<String, String> states(Connection connection) throws ShadowException {
        return new ShadowTables(connection, "restore", "twin")
                .all().stream()
                        .collect(
                                java.util.stream.Collectors.toMap(
                                        ShadowTables.Shadowed::table,
                                        ShadowTables.Shadowed::state));
    }

    private static @Nullable String count(Connection connection, String from) throws Exception {
        return new JdbcWritingSession(connection)
                .query("SELECT count(*) FROM " + from, List.of())
                .getFirst()
                .getFirst();
    }

    /// A session as the gateway opens it.
    private static Connection begin() throws SQLException {
        Connection agent = stage().begin();
        CaptureStage.run(agent, "SET holdfast.lane = on");
        return agent;
    }

    /// What is kept is what changed, by the shadow and without one.
    private static void exact(String... statements) throws Exception {
        Map<String, Set<String>> before = stage().everything();
        try (Connection agent = begin()) {
            CaptureStage.run(agent, "COMMIT; " + Counters.FLUSH);
            CaptureStage.run(agent, "BEGIN");
            for (String statement : statements) {
                CaptureStage.run(agent, statement);
            }
            CaptureStage.keep(agent, stage().trusting);
            stage().keep(agent);
            CaptureStage.run(agent, "COMMIT");
        }
        Map<String, Set<String>> after = stage().everything();
        for (KeptInMemory journal : List.of(stage().journal, stage().trusted)) {
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
