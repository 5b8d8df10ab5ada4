package dev.holdfast.server.undo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.testkit.DatabaseContents;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.Seeds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random schemas, random writes by several sessions at once, everything undone newest first: the
/// database's content is what it was. `-Dholdfast.undo.runs=500` for more of it.
class RandomUndoIT {
    private static final int SESSIONS = 3;
    private static final int TRANSACTIONS = 3;

    @TempDir private static Path directory;

    private record Kept(String id, long order) {}

    @Test
    void everythingUndoneNewestFirstLeavesTheDatabaseAsItWas() throws Exception {
        int runs = Integer.getInteger("holdfast.undo.runs", 3);
        int[] transactions = new int[2];
        try (UndoStage stage =
                new UndoStage(PostgresVersion.newest(), directory.resolve("journal"))) {
            Seeds.check(runs, random -> run(stage, random, transactions));
        }
        // A property that holds because nothing ever ran would be worth nothing.
        assertThat(transactions[0]).isGreaterThan(runs * 3);
    }

    private static void run(UndoStage stage, RandomGenerator random, int[] counts)
            throws Exception {
        stage.postgres.sqlIn("shop", RandomSchema.DROP);
        stage.given(RandomSchema.of(random));
        DatabaseContents before = stage.postgres.contents("shop");
        List<Kept> kept = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Void>> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            List<List<String>> work = new ArrayList<>();
            for (int j = 0; j < TRANSACTIONS; j++) {
                work.add(RandomSchema.writes(random));
            }
            sessions.add(CompletableFuture.runAsync(() -> write(stage, work, kept)));
        }
        sessions.forEach(CompletableFuture::join);
        counts[0] += kept.size();
        // By the order in which they committed: rows are locked until then.
        List<Kept> newestFirst =
                kept.stream()
                        .sorted((one, other) -> Long.compare(other.order(), one.order()))
                        .toList();
        for (Kept each : newestFirst) {
            UndoReport report = stage.undo(each.id());
            assertThat(report.conflicting()).as(report.toString()).isZero();
        }
        assertThat(stage.postgres.contents("shop").tables()).isEqualTo(before.tables());
    }

    private static void write(UndoStage stage, List<List<String>> work, List<Kept> kept) {
        try (Connection agent = stage.postgres.connect("shop", "agent", "agent")) {
            UndoStage.execute(agent, "SET lock_timeout = '300ms'");
            for (List<String> statements : work) {
                try {
                    String id = stage.transaction(agent, statements.toArray(String[]::new));
                    if (!id.isEmpty()) {
                        kept.add(new Kept(id, committedAt(stage, id)));
                    }
                } catch (SQLException | ChangeRefusedException _) {
                    // Constraints, locks, deadlocks, nothing changed: rolled back, and nothing to
                    // undo.
                    agent.rollback();
                    agent.setAutoCommit(true);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long committedAt(UndoStage stage, String id) {
        // Timestamps of commits are kept by the server of the stage: the true order.
        try {
            String xid =
                    stage.journal.list().stream()
                            .filter(entry -> entry.id().equals(id))
                            .findFirst()
                            .orElseThrow()
                            .measured()
                            .transactionId();
            return Long.parseLong(
                    stage.value(
                            "SELECT (extract(epoch FROM pg_xact_commit_timestamp('"
                                    + Long.parseLong(xid) % (1L << 32)
                                    + "'::xid)) * 1000000)::bigint"));
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
