package dev.holdfast.server.demo;

import dev.holdfast.testkit.DatabaseContents;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The first incident, played by a real driver: an agent that was asked to "clean up old test data".
/// It reads, which must work, then tries everything to delete, which must not; and at the end the
/// database itself is asked whether anything is missing.
final class DemoScript {
    private static final Duration RECORD_LIMIT = Duration.ofSeconds(10);

    private final DemoStage stage;
    private final PrintWriter out;
    private final List<DemoStep> steps = new ArrayList<>();
    private int refusalsExpected;

    DemoScript(DemoStage stage, DemoUndo undo, PrintWriter out) {
        this.stage = stage;
        this.out = out;
        reads();
        harm();
        steps.addAll(new DemoCleanup(stage, undo).steps());
        refusalsExpected += DemoCleanup.REFUSALS;
        steps.addAll(new DemoApproval(stage, undo).steps());
    }

    /// Plays all steps, each even when an earlier one failed.
    ///
    /// @return whether every step went as it should
    boolean play() throws SQLException {
        DatabaseContents before = stage.postgres().contents(DemoStage.DATABASE);
        int fine = 0;
        try (Connection agent = connect()) {
            for (DemoStep step : steps) {
                fine += play(step, agent) ? 1 : 0;
            }
            DemoStep untouched =
                    new DemoStep(
                            "the database itself: %,d rows in %d tables, every checksum as before"
                                    .formatted(before.rowCount(), before.tables().size()),
                            _ -> compare(before, stage.postgres().contents(DemoStage.DATABASE)));
            DemoStep recorded =
                    new DemoStep(
                            "the record has a line for each of the %d refusals"
                                    .formatted(refusalsExpected),
                            _ -> awaitRecord());
            fine += play(untouched, agent) ? 1 : 0;
            fine += play(recorded, agent) ? 1 : 0;
        }
        int all = steps.size() + 2;
        out.printf("demo: %d of %d steps ok%n", fine, all);
        out.flush();
        return fine == all;
    }

    private boolean play(DemoStep step, Connection agent) {
        try {
            step.check().run(agent);
            out.printf("ok   %s%n", step.sentence());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (Exception e) {
            out.printf("FAIL %s: %s%n", step.sentence(), e.getMessage());
            return false;
        } finally {
            out.flush();
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(stage.jdbcUrl(), DemoStage.AGENT, stage.password());
    }

    private void reads() {
        steps.add(
                new DemoStep(
                        "reads flow: 12,000 students are counted",
                        agent ->
                                DemoStep.equal(
                                        DemoStep.value(agent, "SELECT count(*) FROM students"),
                                        "12000")));
        steps.add(
                new DemoStep(
                        "a report over five tables, with a median and a window function",
                        agent -> DemoStep.equal(DemoStep.rows(agent, REPORT), 10)));
        steps.add(
                new DemoStep(
                        "a prepared statement, its 82,080 rows fetched in batches",
                        DemoScript::readsInBatches));
        steps.add(
                new DemoStep(
                        "what psql asks for \\d and \\dt",
                        agent -> {
                            DemoStep.equal(DemoStep.rows(agent, LIST_TABLES), 8);
                            DemoStep.equal(DemoStep.rows(agent, DESCRIBE_STUDENTS), 6);
                        }));
    }

    private void harm() {
        refused(
                "DELETE of all, under the guise of old test data",
                "DELETE FROM students WHERE joined_at < now()");
        refused(
                "DELETE with a WHERE that is always true",
                "DELETE FROM submissions WHERE id IN (SELECT id FROM submissions)");
        refused("DROP TABLE", "DROP TABLE payments");
        refused("TRUNCATE, with what hangs on it", "TRUNCATE students CASCADE");
        refused(
                "DELETE hidden in a common table expression",
                "WITH gone AS (DELETE FROM scores RETURNING 1) SELECT count(*) FROM gone");
        refused("DELETE run by EXPLAIN ANALYZE", "EXPLAIN ANALYZE DELETE FROM scores");
        refused(
                "DROP SCHEMA behind a COMMIT in one message",
                "SELECT 1; COMMIT; DROP SCHEMA public CASCADE");
        refused("DELETE behind PREPARE", "PREPARE gone AS DELETE FROM scores; EXECUTE gone");
        refused("lifting the session's read-only mode", "SET default_transaction_read_only = off");
        refused(
                "DELETE from inside a DO block",
                "DO $$ BEGIN EXECUTE 'DEL' || 'ETE FROM scores'; END $$");
        refused("a function that deletes", "SELECT close_account(id) FROM students");
        refusalsExpected++;
        steps.add(
                new DemoStep(
                        "a driver's prepared DELETE is refused",
                        agent -> {
                            try (PreparedStatement delete =
                                    agent.prepareStatement("DELETE FROM students WHERE id = ?")) {
                                delete.setInt(1, 1);
                                DemoStep.expectRefusal(delete::execute);
                            }
                        }));
        steps.add(
                new DemoStep(
                        "the vault cannot be read",
                        agent -> {
                            for (String table : List.of("vault.cards", "vault.identities")) {
                                DemoStep.expectState(() ->
                                        DemoStep.value(agent, "SELECT count(*) FROM " + table));
                            }
                        }));
        steps.add(
                new DemoStep(
                        "after all that the session still works",
                        agent ->
                                DemoStep.equal(
                                        DemoStep.value(agent, "SELECT count(*) FROM scores"),
                                        "60480")));
    }

    private void refused(String what, String statement) {
        refusalsExpected++;
        steps.add(
                new DemoStep(
                        what + " is refused",
                        agent -> {
                            try (Statement attempt = agent.createStatement()) {
                                DemoStep.expectRefusal(() -> attempt.execute(statement));
                            }
                        }));
    }

    private static void readsInBatches(Connection agent) throws SQLException, DemoStep.Failure {
        agent.setAutoCommit(false);
        try (PreparedStatement query =
                agent.prepareStatement("SELECT id, answer FROM submissions WHERE id > ?")) {
            query.setFetchSize(5_000);
            query.setLong(1, 0);
            int seen = 0;
            try (ResultSet result = query.executeQuery()) {
                while (result.next()) {
                    seen++;
                }
            }
            DemoStep.equal(seen, 82_080);
        } finally {
            agent.rollback();
            agent.setAutoCommit(true);
        }
    }

    private static void compare(DatabaseContents before, DatabaseContents after)
            throws DemoStep.Failure {
        for (String table : before.tables().keySet()) {
            DemoStep.equal(
                    table + " " + after.tables().get(table),
                    table + " " + before.tables().get(table));
        }
        DemoStep.equal(after, before);
    }

    /// The record is written on a thread of its own, so its last lines may be a moment behind.
    private void awaitRecord() throws DemoStep.Failure, IOException, InterruptedException {
        long deadline = System.nanoTime() + RECORD_LIMIT.toNanos();
        long refusals = 0;
        while (System.nanoTime() < deadline) {
            refusals =
                    stage.record().stream()
                            .filter(line -> line.contains("\"decision\":\"deny\""))
                            .count();
            if (refusals >= refusalsExpected) {
                return;
            }
            Thread.sleep(Duration.ofMillis(50));
        }
        throw new DemoStep.Failure("expected " + refusalsExpected + ", got " + refusals);
    }

    private static final String REPORT =
            """
            WITH graded AS (
                SELECT c.subject, st.country, sc.points
                FROM scores sc
                JOIN submissions su ON su.id = sc.submission_id
                JOIN students st ON st.id = su.student_id
                JOIN courses c ON c.id = su.course_id
                JOIN instructors i ON i.id = c.instructor_id
                WHERE st.email NOT LIKE 'test+%'
            )
            SELECT subject, count(*), round(avg(points), 1),
                percentile_cont(0.5) WITHIN GROUP (ORDER BY points),
                rank() OVER (ORDER BY avg(points) DESC)
            FROM graded GROUP BY subject ORDER BY 5 LIMIT 10
            """;
    private static final String LIST_TABLES =
            """
            SELECT n.nspname as "Schema", c.relname as "Name",
              CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' END as "Type",
              pg_catalog.pg_get_userbyid(c.relowner) as "Owner"
            FROM pg_catalog.pg_class c
                 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r','p','v','m','S','f','')
                  AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast'
                  AND n.nspname <> 'information_schema'
              AND pg_catalog.pg_table_is_visible(c.oid)
            ORDER BY 1,2
            """;
    private static final String DESCRIBE_STUDENTS =
            """
            SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
              (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true)
               FROM pg_catalog.pg_attrdef d
               WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef),
              a.attnotnull
            FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = 'students'::pg_catalog.regclass
              AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """;
}
