package dev.holdfast.server.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/// What cannot be rolled back: statements that PostgreSQL runs only outside a transaction block, that
/// end the transaction, or that show only after it. They run on a server that is thrown away, each is
/// seen to change something there, and each must have been predicted as something of that gravity, and
/// be refused to whoever may only read.
@SideBySide
@OldestAndNewestPostgres
class OutsideTransactionOracleIT {
    /// What a server holds, by kind of thing; what differs afterwards is what a statement did.
    private static final String FACTS =
            """
            SELECT 'database ' || datname, concat_ws('|', datdba, datconnlimit, datacl, dattablespace)
              FROM pg_database
            UNION ALL SELECT 'tablespace ' || spcname, concat_ws('|', spcowner, spcacl, spcoptions)
              FROM pg_tablespace
            UNION ALL SELECT 'configuration ' || name, setting FROM pg_file_settings
             WHERE sourcefile LIKE '%auto.conf'
            UNION ALL SELECT 'relation ' || c.oid::regclass, concat_ws('|', relkind, relispartition)
              FROM pg_class c WHERE c.oid >= 16384 AND relnamespace::regnamespace::text !~ '^pg_toast'
            UNION ALL SELECT 'file ' || c.oid::regclass, relfilenode::text FROM pg_class c
             WHERE c.oid >= 16384 AND relnamespace::regnamespace::text !~ '^pg_toast'
            UNION ALL SELECT 'upkeep ' || relid::regclass, concat_ws('|', vacuum_count, analyze_count)
              FROM pg_stat_user_tables
            UNION ALL SELECT 'rows ' || n, n::text FROM (SELECT count(*) AS n FROM lonely) x
            UNION ALL SELECT 'prepared ' || gid, gid FROM pg_prepared_xacts
            UNION ALL SELECT 'slot ' || slot_name, slot_type FROM pg_replication_slots
            """;

    /// @param setUp what runs before it and is no part of the question; empty for nothing
    /// @param changes which kind of fact must have changed
    private record Case(String setUp, String statement, String changes, StatementKind atLeast) {}

    private static final List<Case> CASES =
            List.of(
                    new Case("", "CREATE DATABASE made", "database", StatementKind.DEFINE),
                    new Case(
                            "",
                            "ALTER DATABASE made RENAME TO \"Made\"",
                            "database",
                            StatementKind.DEFINE),
                    new Case(
                            "",
                            "ALTER DATABASE \"Made\" WITH CONNECTION LIMIT 3",
                            "database",
                            StatementKind.DEFINE),
                    new Case(
                            "",
                            "DROP DATABASE \"Made\" WITH (FORCE)",
                            "database",
                            StatementKind.DESTROY),
                    new Case(
                            "SET allow_in_place_tablespaces = on",
                            "CREATE TABLESPACE place LOCATION ''",
                            "tablespace",
                            StatementKind.UNSAFE_IO),
                    new Case(
                            "",
                            "ALTER TABLESPACE place SET (random_page_cost = 2)",
                            "tablespace",
                            StatementKind.DEFINE),
                    new Case(
                            "",
                            "ALTER TABLE spare SET TABLESPACE place",
                            "file",
                            StatementKind.DEFINE),
                    new Case(
                            "ALTER TABLE spare SET TABLESPACE pg_default",
                            "DROP TABLESPACE place",
                            "tablespace",
                            StatementKind.DESTROY),
                    new Case(
                            "",
                            "ALTER SYSTEM SET work_mem = '8MB'",
                            "configuration",
                            StatementKind.UNSAFE_IO),
                    new Case(
                            "", "ALTER SYSTEM RESET ALL", "configuration", StatementKind.UNSAFE_IO),
                    new Case("", "VACUUM lonely", "upkeep", StatementKind.WRITE),
                    new Case("", "VACUUM (FULL, ANALYZE) lonely", "file", StatementKind.WRITE),
                    new Case("", "VACUUM", "upkeep", StatementKind.WRITE),
                    new Case(
                            "",
                            "CREATE INDEX CONCURRENTLY made ON lonely (t)",
                            "relation",
                            StatementKind.DEFINE),
                    new Case("", "REINDEX INDEX CONCURRENTLY made", "file", StatementKind.WRITE),
                    new Case(
                            "", "REINDEX (CONCURRENTLY) TABLE lonely", "file", StatementKind.WRITE),
                    new Case("", "REINDEX SCHEMA public", "file", StatementKind.WRITE),
                    new Case("", "REINDEX DATABASE oracle", "file", StatementKind.WRITE),
                    new Case("", "DROP INDEX CONCURRENTLY made", "relation", StatementKind.DESTROY),
                    new Case(
                            "CLUSTER lonely USING lonely_pkey",
                            "CLUSTER",
                            "file",
                            StatementKind.WRITE),
                    new Case(
                            "CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE"
                                    + " parts_1 PARTITION OF parts FOR VALUES IN (1)",
                            "ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY",
                            "relation",
                            StatementKind.DEFINE),
                    new Case(
                            "BEGIN; DELETE FROM lonely WHERE id = 1",
                            "COMMIT",
                            "rows",
                            StatementKind.TRANSACTION),
                    new Case(
                            "BEGIN; DELETE FROM lonely WHERE id = 2",
                            "PREPARE TRANSACTION 'two'",
                            "prepared",
                            StatementKind.WRITE),
                    new Case("", "COMMIT PREPARED 'two'", "rows", StatementKind.WRITE),
                    new Case(
                            "BEGIN; DELETE FROM lonely WHERE id = 3; PREPARE TRANSACTION 'three'",
                            "ROLLBACK PREPARED 'three'",
                            "prepared",
                            StatementKind.WRITE),
                    new Case(
                            "CREATE PROCEDURE gone() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM lonely"
                                    + " WHERE id = 4; COMMIT; PERFORM 1 / 0; END $$",
                            "CALL gone()",
                            "rows",
                            StatementKind.PROCEDURAL),
                    new Case(
                            "",
                            "DO $$ BEGIN DELETE FROM lonely WHERE id = 5; COMMIT; END $$",
                            "rows",
                            StatementKind.PROCEDURAL),
                    new Case(
                            "",
                            "SELECT pg_create_physical_replication_slot('made')",
                            "slot",
                            StatementKind.WRITE));

    private final PostgresVersion version;

    OutsideTransactionOracleIT(PostgresVersion version) {
        this.version = version;
    }

    @Test
    void whatCannotBeRolledBackWasPredicted() throws SQLException {
        List<String> wrong = new ArrayList<>();
        Set<String> kinds = new TreeSet<>();
        Principal agent = new Principal("agent", OracleDatabase.NAME, "read-only");
        try (OracleDatabase database = new OracleDatabase(version, "schema.sql")) {
            for (Case each : CASES) {
                if (!each.setUp().isEmpty()) {
                    for (String statement : each.setUp().split("; (?!COMMIT|PERFORM|END)", -1)) {
                        database.run(statement);
                    }
                }
                Map<String, String> before = facts(database.postgres);
                try {
                    database.run(each.statement());
                } catch (SQLException e) {
                    if (!each.statement().startsWith("CALL")) {
                        wrong.add(each.statement() + ": " + e.getMessage());
                    }
                }
                Set<String> changed = changed(before, facts(database.postgres));
                kinds.addAll(StatementKinds.in(database.parse(each.statement())));
                if (!changed.contains(each.changes())) {
                    wrong.add(each.statement() + ": changed " + changed + ": proves nothing");
                }
                Trial trial = Trial.of("outside", each.statement());
                if (!database.predict(trial).atLeast(each.atLeast())) {
                    wrong.add(each.statement() + ": not predicted: " + database.predict(trial));
                }
                boolean allowed =
                        new ReadOnlyPolicy().decide(agent, database.analyze(each.statement()))
                                instanceof Decision.Allow;
                if (allowed && each.atLeast() != StatementKind.TRANSACTION) {
                    wrong.add(each.statement() + ": allowed");
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(kinds).containsAll(StatementKinds.OUTSIDE);
    }

    @Test
    void whatOtherSessionsHearWasPredicted() throws SQLException {
        try (OracleDatabase database = new OracleDatabase(version, "reading.sql");
                Connection listener = database.postgres.connectAsSuperuser(OracleDatabase.NAME);
                Statement listening = listener.createStatement()) {
            listening.execute("LISTEN made");
            for (String sql : List.of("NOTIFY made, 'x'", "SELECT pg_notify('made', 'y')")) {
                database.run(sql);
                assertThat(listener.unwrap(PGConnection.class).getNotifications(5_000))
                        .as(sql)
                        .hasSize(1);
                assertThat(database.predict(Trial.of("outside", sql)).atLeast(StatementKind.WRITE))
                        .as(sql)
                        .isTrue();
            }
            assertThat(
                            database.predict(Trial.of("outside", "LISTEN made"))
                                    .atLeast(StatementKind.LOCK))
                    .isTrue();
        }
    }

    private static Map<String, String> facts(DisposablePostgres postgres) {
        Map<String, String> facts = new HashMap<>();
        for (List<?> row : postgres.queryIn(OracleDatabase.NAME, FACTS)) {
            facts.put(String.valueOf(row.get(0)), String.valueOf(row.get(1)));
        }
        return facts;
    }

    /// The kinds of facts, the first words of their names, that are not as they were.
    private static Set<String> changed(Map<String, String> before, Map<String, String> after) {
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        names.removeIf(
                name -> String.valueOf(before.get(name)).equals(String.valueOf(after.get(name))));
        Set<String> kinds = new TreeSet<>();
        names.forEach(name -> kinds.add(name.substring(0, name.indexOf(' '))));
        return kinds;
    }
}
