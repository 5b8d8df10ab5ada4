package dev.holdfast.server.demo;

import dev.holdfast.server.demo.DemoStep.Failure;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The third incident: an agent whose deletes wait for a person. The person sees what would be lost, and
/// approves with a passkey; it runs, is undone, and the agent's access is cut while it works.
final class DemoApproval {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DELETE = "DELETE FROM submissions WHERE student_id IN (160, 240)";

    private final DemoStage stage;
    private final DemoUndo undo;
    private @Nullable DemoPerson person;
    private @Nullable CompletableFuture<Integer> waiting;
    private String approval = "";
    private long submissions;
    private long scores;
    private int journaled;

    DemoApproval(DemoStage stage, DemoUndo undo) {
        this.stage = stage;
        this.undo = undo;
    }

    List<DemoStep> steps() {
        List<DemoStep> steps = new ArrayList<>();
        steps.add(
                new DemoStep(
                        "a person opens the invite, and enrols a passkey",
                        _ -> {
                            DemoPerson invited = new DemoPerson(stage.console());
                            invited.enrol(
                                    stage.invite("reviewer").replaceFirst(".*[/=#]", ""),
                                    stage.password());
                            person = invited;
                        }));
        steps.add(
                new DemoStep(
                        "another agent's DELETE is held: it waits, nothing has changed",
                        _ -> isHeld()));
        steps.add(
                new DemoStep(
                        "the person sees which rows of which tables would be gone, cascades included",
                        _ -> showsWhatWouldBeLost()));
        steps.add(
                new DemoStep(
                        "approved with the phrase and the passkey, the waiting statement runs: the rows"
                                + " as approved",
                        _ -> runsOnceApproved()));
        steps.add(new DemoStep("the person undoes it: every row is back", _ -> comesBack()));
        steps.add(
                new DemoStep(
                        "the person ends the agent's session: its query is cut within a second",
                        _ -> isCut()));
        return steps;
    }

    private DemoPerson person() throws Failure {
        DemoPerson known = person;
        if (known == null) {
            throw new Failure("nobody is enrolled");
        }
        return known;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(stage.jdbcUrl(), DemoStage.ARCHIVIST, stage.password());
    }

    private CompletableFuture<Integer> running(String sql) {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (Connection agent = connect();
                            Statement statement = agent.createStatement()) {
                        statement.execute(sql);
                        done.complete(statement.getUpdateCount());
                    } catch (SQLException e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    private void isHeld() throws IOException, InterruptedException, Failure {
        submissions = count("submissions");
        scores = count("scores");
        journaled = stage.transactions().size();
        CompletableFuture<Integer> sent = running(DELETE);
        waiting = sent;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (approval.isEmpty() && System.nanoTime() < end && !sent.isDone()) {
            approval = person().waiting();
            Thread.sleep(50);
        }
        if (approval.isEmpty()) {
            throw new Failure("nothing waits for a person: " + sent);
        }
        DemoStep.equal(count("submissions"), submissions);
    }

    private void showsWhatWouldBeLost() throws IOException, InterruptedException, Failure {
        String shown = person().approval(approval).toString();
        for (String expected : List.of("public.submissions", "public.scores")) {
            if (!shown.contains(expected)) {
                throw new Failure("no figures of " + expected + " in " + shown);
            }
        }
    }

    private void runsOnceApproved()
            throws IOException,
                    InterruptedException,
                    Failure,
                    ExecutionException,
                    TimeoutException {
        CompletableFuture<Integer> sent = waiting;
        if (sent == null) {
            throw new Failure("nothing was sent");
        }
        person().approve(approval);
        long deleted = sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        DemoStep.equal(submissions - count("submissions"), deleted);
        if (deleted <= 0 || count("scores") >= scores) {
            throw new Failure(deleted + " submissions are gone, and no scores with them");
        }
    }

    private void comesBack() throws IOException, Failure {
        List<String> all = stage.transactions();
        if (all.size() <= journaled) {
            throw new Failure("the journal has nothing of it");
        }
        undo.undo(stage.configuration(), List.of(all.getLast()));
        DemoStep.equal(count("submissions"), submissions);
        DemoStep.equal(count("scores"), scores);
    }

    private void isCut() throws IOException, InterruptedException, Failure, TimeoutException {
        CompletableFuture<Integer> busy =
                running("SELECT count(*) FROM generate_series(1, 2000000000)");
        long end = System.nanoTime() + PATIENCE.toNanos();
        int ended = 0;
        long asked = 0;
        while (ended == 0 && System.nanoTime() < end) {
            asked = System.nanoTime();
            ended = person().endSessions(DemoStage.ARCHIVIST);
        }
        try {
            throw new Failure("the query ended: " + busy.get(1, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
            if (ended == 0 || millis > 1_000) {
                throw new Failure("%d sessions, %d ms: %s".formatted(ended, millis, e));
            }
        }
    }

    private long count(String table) {
        return Long.parseLong(
                stage.postgres().value(DemoStage.DATABASE, "SELECT count(*) FROM " + table));
    }
}
