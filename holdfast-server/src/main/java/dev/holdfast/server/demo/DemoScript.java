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
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// The first incident, played by a real driver: an agent that was asked to "clean up old test data".
/// It reads, which must work, then tries everything to delete, which must not; and at the end the
/// database itself is asked whether anything is missing.
final class DemoScript {
    private static final Duration RECORD_LIMIT = Duration.ofSeconds(10);

    private final DemoStage stage;
    private final PrintWriter out;
    private final List<Step> steps = new ArrayList<>();
    private int refusalsExpected;

    DemoScript(DemoStage stage, PrintWriter out) {
        this.stage = stage;
        this.out = out;
        reads();
        harm();
    }

    private record Step(String sentence, Check check) {}

    @FunctionalInterface
    private interface Check {
        void run(Connection agent) throws Exception;
    }

    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }

    /// Plays all steps, each even when an earlier one failed.
    ///
    /// @return whether every step went as it should
    boolean play() throws SQLException {
        DatabaseContents before = stage.postgres().contents(DemoStage.DATABASE);
        int fine = 0;
        try (Connection agent = connect()) {
            for (Step step : steps) {
                fine += play(step, agent) ? 1 : 0;
            }
            Step untouched =
                    new Step(
                            "the database itself: %,d rows in %d tables, every checksum as before"
                                    .formatted(before.rowCount(), before.tables().size()),
                            _ -> compare(before, stage.postgres().contents(DemoStage.DATABASE)));
            Step recorded =
                    new Step(
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

    private boolean play(Step step, Connection agent) {
        try {
            step.check.run(agent);
            out.printf("ok   %s%n", step.sentence);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (Exception e) {
            out.printf("FAIL %s: %s%n", step.sentence, e.getMessage());
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
                new Step(
                        "reads flow: 12,000 students are counted",
                        agent -> equal(value(agent, "SELECT count(*) FROM students"), "12000")));
        steps.add(
                new Step(
                        "a report over five tables, with a median and a window function",
                        agent -> equal(rows(agent, REPORT), 10)));
        steps.add(
                new Step(
                        "a prepared statement, its 82,080 rows fetched in batches",
                        DemoScript::readsInBatches));
        steps.add(
                new Step(
                        "what psql asks for \\d and \\dt",
                        agent -> {
                            equal(rows(agent, LIST_TABLES), 8);
                            equal(rows(agent, DESCRIBE_STUDENTS), 6);
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
                new Step(
                        "a driver's prepared DELETE is refused",
                        agent -> {
                            try (PreparedStatement delete =
                                    agent.prepareStatement("DELETE FROM students WHERE id = ?")) {
                                delete.setInt(1, 1);
                                expectRefusal(delete::execute);
                            }
                        }));
        steps.add(
                new Step(
                        "the vault cannot be read",
                        agent -> {
                            for (String table : List.of("vault.cards", "vault.identities")) {
                                expectState(() -> value(agent, "SELECT count(*) FROM " + table));
                            }
                        }));
        steps.add(
                new Step(
                        "after all that the session still works",
                        agent -> equal(value(agent, "SELECT count(*) FROM scores"), "60480")));
    }

    private void refused(String what, String statement) {
        refusalsExpected++;
        steps.add(
                new Step(
                        what + " is refused",
                        agent -> {
                            try (Statement attempt = agent.createStatement()) {
                                expectRefusal(() -> attempt.execute(statement));
                            }
                        }));
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws SQLException, Failure;
    }

    private static ServerErrorMessage expectState(Attempt attempt) throws Failure, SQLException {
        try {
            attempt.run();
        } catch (PSQLException e) {
            @Nullable ServerErrorMessage error = e.getServerErrorMessage();
            if (error == null
                    || !List.of("42501", "25006").contains(String.valueOf(error.getSQLState()))) {
                throw e;
            }
            return error;
        }
        throw new Failure("it went through");
    }

    /// A refusal says what was refused, by which rule, and what to do instead.
    private static void expectRefusal(Attempt attempt) throws Failure, SQLException {
        ServerErrorMessage error = expectState(attempt);
        if (error.getDetail() == null || error.getHint() == null) {
            throw new Failure("refused without DETAIL or HINT: " + error);
        }
    }

    private static void readsInBatches(Connection agent) throws SQLException, Failure {
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
            equal(seen, 82_080);
        } finally {
            agent.rollback();
            agent.setAutoCommit(true);
        }
    }

    private static String value(Connection agent, String query) throws SQLException {
        try (Statement statement = agent.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
    }

    private static int rows(Connection agent, String query) throws SQLException {
        try (Statement statement = agent.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int rows = 0;
            while (result.next()) {
                rows++;
            }
            return rows;
        }
    }

    private static void equal(Object actual, Object expected) throws Failure {
        if (!actual.equals(expected)) {
            throw new Failure("expected " + expected + ", got " + actual);
        }
    }

    private static void compare(DatabaseContents before, DatabaseContents after) throws Failure {
        for (String table : before.tables().keySet()) {
            equal(
                    table + " " + after.tables().get(table),
                    table + " " + before.tables().get(table));
        }
        equal(after, before);
    }

    /// The record is written on a thread of its own, so its last lines may be a moment behind.
    private void awaitRecord() throws Failure, IOException, InterruptedException {
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
        throw new Failure("expected " + refusalsExpected + ", got " + refusals);
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
