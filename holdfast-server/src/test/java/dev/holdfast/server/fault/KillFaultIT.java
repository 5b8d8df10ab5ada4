package dev.holdfast.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.fault.KillPoint.Moment;
import dev.holdfast.server.fault.KillPoint.Victim;
import dev.holdfast.server.journal.FileJournal;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A transaction of an agent's is committed and can be undone, or it is not committed, wherever the gateway
/// or PostgreSQL is killed.
///
/// | | |
/// |---|---|
/// | `-Dholdfast.kills=N` | so many kills of the gateway, and as many of PostgreSQL, rather than one at each step |
/// | `-Dholdfast.seed=N` | in another order, at other moments and occurrences |
/// | `-Dholdfast.kill=STEP,MOMENT,VICTIM,OCCURRENCE` | one of them alone, as a failure names it |
@SideBySide
class KillFaultIT {
    private static final long SEED = Long.getLong("holdfast.seed", 0);

    /// Of the gateway, and as many of PostgreSQL.
    private static final int KILLS = Integer.getInteger("holdfast.kills", Step.values().length);

    @TempDir private Path directory;

    @Test
    void killingTheGatewayLeavesWhatCanBeUndoneOrNothing()
            throws IOException, InterruptedException, SQLException {
        kill(points(List.of(Victim.GATEWAY)));
    }

    @Test
    void killingPostgresLeavesWhatCanBeUndoneOrNothing()
            throws IOException, InterruptedException, SQLException {
        List<KillPoint> points =
                new ArrayList<>(points(List.of(Victim.BACKEND, Victim.POSTMASTER)));
        if (System.getProperty("holdfast.kill") == null) {
            for (Moment moment : Step.COMMIT.moments()) {
                points.add(new KillPoint(Step.COMMIT, moment, Victim.CONNECTION, 0));
            }
        }
        kill(points);
    }

    // Each kill is named, so that it can be run again alone.
    @SuppressWarnings("SystemOut")
    private void kill(List<KillPoint> points)
            throws IOException, InterruptedException, SQLException {
        if (points.isEmpty()) {
            return;
        }
        try (FaultStage stage = new FaultStage(PostgresVersion.newest(), directory)) {
            stage.startGateway();
            for (KillPoint point : points) {
                long began = System.nanoTime();
                KillRound round = new KillRound(stage, point);
                round.run();
                round.check();
                System.out.printf(
                        "seed %d, %s: held, %d ms%n",
                        SEED, point, (System.nanoTime() - began) / 1_000_000);
            }
            undoEverything(stage);
        }
    }

    /// Every step once before any comes twice, and each with other moments and victims.
    private static List<KillPoint> points(List<Victim> victims) {
        @Nullable String only = System.getProperty("holdfast.kill");
        if (only != null) {
            String[] parts = only.split(",", -1);
            KillPoint point =
                    new KillPoint(
                            Step.valueOf(parts[0]),
                            Moment.valueOf(parts[1]),
                            Victim.valueOf(parts[2]),
                            Integer.parseInt(parts[3]));
            return victims.contains(point.victim()) ? List.of(point) : List.of();
        }
        Random random = new Random(31 * SEED + victims.size());
        List<KillPoint> points = new ArrayList<>();
        while (points.size() < KILLS) {
            List<Step> steps = new ArrayList<>(Arrays.asList(Step.values()));
            Collections.shuffle(steps, random);
            for (Step step : steps) {
                points.add(
                        new KillPoint(
                                step,
                                step.moments().get(random.nextInt(step.moments().size())),
                                victims.get(random.nextInt(victims.size())),
                                random.nextInt(4)));
            }
        }
        return points.subList(0, KILLS);
    }

    private static void undoEverything(FaultStage stage) throws IOException, SQLException {
        List<JournalView.Kept> kept = stage.journal().kept();
        try (FileJournal journal = stage.journal().open();
                Connection connection = stage.connectPast()) {
            for (JournalView.Kept each : kept) {
                Reversal.undo(journal, each.entry().id(), connection);
            }
        }
        assertThat(stage.now()).as("after %d undone", kept.size()).isEqualTo(stage.before());
    }
}
