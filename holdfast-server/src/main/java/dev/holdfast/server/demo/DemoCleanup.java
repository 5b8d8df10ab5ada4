package dev.holdfast.server.demo;

import dev.holdfast.server.demo.DemoStep.Failure;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// The second incident: an agent that was granted a cleanup. A bounded delete runs and is reported with
/// everything that went with it; more than that is stopped, at once or in small pieces; and a person
/// puts the rows back.
final class DemoCleanup {
    /// How many refusals of these steps stand in the record.
    static final int REFUSALS = 3;

    /// Every eightieth student is a test account.
    private static final int FIRST = 80;

    private static final String DELETE = "DELETE FROM submissions WHERE student_id = %d";

    /// What the sample begins with.
    private static final long SUBMISSIONS = 82_080;

    private static final long SCORES = 60_480;

    private final DemoStage stage;
    private final DemoUndo undo;
    private int lastDeleted = FIRST;

    DemoCleanup(DemoStage stage, DemoUndo undo) {
        this.stage = stage;
        this.undo = undo;
    }

    List<DemoStep> steps() {
        List<DemoStep> steps = new ArrayList<>();
        steps.add(
                new DemoStep(
                        "an agent with a grant deletes a test account's submissions; the record has the"
                                + " scores that went with them",
                        _ -> deletesWithCascade()));
        steps.add(
                new DemoStep(
                        "all test accounts at once are more rows than a statement may change: rolled"
                                + " back",
                        _ -> stopped("limit.rows-per-statement", this::deleteAllTests)));
        steps.add(
                new DemoStep(
                        "a DELETE that nothing bounds is refused for this agent too",
                        _ -> {
                            try (Connection cleaner = connect()) {
                                DemoStep.expectRefusal(() ->
                                        execute(cleaner, "DELETE FROM submissions WHERE true"));
                            }
                        }));
        steps.add(
                new DemoStep(
                        "account by account it is stopped after %d rows within the hour"
                                .formatted(DemoStage.CLEANER_ROWS_PER_HOUR),
                        _ -> stopped("limit.rows-per-hour", this::deleteInPieces)));
        steps.add(
                new DemoStep(
                        "a person undoes the first of them: its rows are back",
                        _ -> undoesTheFirst()));
        steps.add(
                new DemoStep(
                        "and then everything else that this agent did within the hour",
                        _ -> undoesTheRest()));
        return steps;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(stage.jdbcUrl(), DemoStage.CLEANER, stage.password());
    }

    private static int execute(Connection agent, String sql) throws SQLException {
        try (Statement statement = agent.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private void deletesWithCascade() throws SQLException, Failure, IOException {
        long submissions = count("submissions");
        long scores = count("scores");
        try (Connection cleaner = connect()) {
            execute(cleaner, DELETE.formatted(FIRST));
        }
        long gone = submissions - count("submissions") + scores - count("scores");
        if (gone <= submissions - count("submissions")) {
            throw new Failure("nothing went with the submissions");
        }
        String line = committed();
        if (!line.contains("\"rows\":" + gone + ",")) {
            throw new Failure("expected " + gone + " rows, got " + line);
        }
    }

    /// The record's line of the last transaction that committed; it is there before the agent is
    /// answered.
    private String committed() throws IOException, Failure {
        return stage.record().stream()
                .filter(line -> line.contains("\"outcome\":\"committing\""))
                .reduce((_, later) -> later)
                .orElseThrow(() -> new Failure("no transaction in the record"));
    }

    private void undoesTheFirst() throws IOException, Failure {
        long submissions = count("submissions");
        undo.undo(stage.configuration(), List.of(stage.transactions().getFirst()));
        long back = count("submissions") - submissions;
        if (back <= 0) {
            throw new Failure("no submission came back");
        }
    }

    private void undoesTheRest() throws IOException, Failure {
        List<String> others = stage.transactions();
        undo.undo(stage.configuration(), others.subList(1, others.size()));
        DemoStep.equal(count("submissions"), SUBMISSIONS);
        DemoStep.equal(count("scores"), SCORES);
    }

    private int deleteAllTests(Connection cleaner) throws SQLException {
        return execute(
                cleaner,
                "DELETE FROM submissions WHERE student_id IN"
                        + " (SELECT id FROM students WHERE email LIKE 'test+%')");
    }

    private int deleteInPieces(Connection cleaner) throws SQLException {
        int deleted = 0;
        for (int pieces = 0; pieces < DemoStage.CLEANER_ROWS_PER_HOUR; pieces++) {
            lastDeleted += FIRST;
            deleted += execute(cleaner, DELETE.formatted(lastDeleted));
        }
        return deleted;
    }

    @FunctionalInterface
    private interface Cleanup {
        int run(Connection cleaner) throws SQLException;
    }

    /// It must end by the limit, and what was too much must not have happened.
    private void stopped(String rule, Cleanup cleanup) throws SQLException, Failure {
        try (Connection cleaner = connect()) {
            int deleted = cleanup.run(cleaner);
            throw new Failure("it went through: " + deleted + " rows");
        } catch (PSQLException e) {
            ServerErrorMessage error = e.getServerErrorMessage();
            if (error == null || !rule.equals(error.getConstraint())) {
                throw e;
            }
        }
        if (!deletedRowsAreWithinTheLimit()) {
            throw new Failure("more rows are gone than the hour allows");
        }
    }

    private boolean deletedRowsAreWithinTheLimit() {
        long gone = SUBMISSIONS - count("submissions") + SCORES - count("scores");
        return gone <= DemoStage.CLEANER_ROWS_PER_HOUR;
    }

    private long count(String table) {
        return Long.parseLong(
                stage.postgres().value(DemoStage.DATABASE, "SELECT count(*) FROM " + table));
    }
}
