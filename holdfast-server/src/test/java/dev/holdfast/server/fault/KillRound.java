package dev.holdfast.server.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.fault.KillPoint.Victim;
import dev.holdfast.server.fault.Workload.Attempt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Several agents write, one of them meets the point at which somebody is killed, everything is started
/// again, and what the database, the journal, the record and the agents say is compared.
final class KillRound {
    private static final int AGENTS = 3;
    private static final Duration REACHED_MAX = Duration.ofSeconds(20);
    private static final Duration ENDS_MAX = Duration.ofSeconds(45);
    private static final Duration RESOLVED_MAX = Duration.ofSeconds(30);

    private final FaultStage stage;
    private final KillPoint point;
    private final ConcurrentLinkedQueue<Attempt> attempts = new ConcurrentLinkedQueue<>();

    KillRound(FaultStage stage, KillPoint point) {
        this.stage = stage;
        this.point = point;
    }

    void run() throws IOException, InterruptedException {
        KillSwitch killSwitch = stage.killSwitch();
        killSwitch.arm(point);
        List<Thread> agents = new ArrayList<>();
        for (int agent = 0; agent < AGENTS; agent++) {
            boolean simple = agent % 2 == 0;
            agents.add(
                    Thread.ofPlatform().daemon().name("agent-" + agent).start(() -> write(simple)));
        }
        boolean reached = killSwitch.awaitFired(REACHED_MAX.toMillis());
        if (reached) {
            stage.revive(point.victim());
        } else {
            killSwitch.disarm();
        }
        for (Thread agent : agents) {
            agent.join(ENDS_MAX);
            assertThat(agent.isAlive()).as("%s: an agent waits for ever", point).isFalse();
        }
        assertThat(reached)
                .as("%s is reached; tried: %s; log:%n%s", point, attempts, stage.logged())
                .isTrue();
        assertThat(stage.violations()).as("%s", point).isEmpty();
        awaitResolved();
    }

    private void write(boolean simple) {
        try (Connection connection = stage.connect(simple)) {
            while (!stage.killSwitch().isOver() && connection.isValid(5)) {
                attempts.add(Workload.run(connection, stage.nextMark()));
            }
        } catch (SQLException _) {
            // The gateway was killed, or PostgreSQL is down: what was tried before counts.
        }
    }

    /// Until PostgreSQL has noticed that nobody is there, and the journal knows every outcome.
    private void awaitResolved() {
        long deadline = System.nanoTime() + RESOLVED_MAX.toNanos();
        while (true) {
            String open = open();
            if (open.isEmpty()) {
                return;
            }
            assertThat(System.nanoTime())
                    .as("%s: %s have no outcome", point, open)
                    .isLessThan(deadline);
            FaultStage.pause();
        }
    }

    private String open() {
        String running =
                stage.postgres()
                        .value(
                                "postgres",
                                """
                                SELECT coalesce(string_agg(usename || ': ' || query, '; '), '')
                                FROM pg_stat_activity
                                WHERE usename IN ('cleaner_role', 'capture')
                                  AND xact_start IS NOT NULL\
                                """);
        String undecided =
                stage.journal().kept().stream()
                        .filter(each ->
                                switch (each.entry().state()) {
                                    case COMMITTED -> false;
                                    case UNSEALED, PENDING, AMBIGUOUS, DAMAGED -> true;
                                })
                        .map(each -> each.entry().id() + " " + each.entry().state())
                        .collect(Collectors.joining(", "));
        return running + undecided;
    }

    /// Holds what was promised against what there is.
    void check() throws IOException {
        List<JournalView.Kept> kept = stage.journal().kept();
        Set<Long> journaled = new HashSet<>();
        kept.forEach(each -> journaled.addAll(each.marks()));
        Set<Long> committed = committed();
        String record = record();
        assertThat(journaled)
                .as("%s: what the journal says is committed, and what is", point)
                .isEqualTo(committed);
        for (JournalView.Kept each : kept) {
            assertThat(record.contains(each.entry().id()))
                    .as("%s: the record has %s", point, each.entry().id())
                    .isTrue();
        }
        for (Attempt attempt : attempts) {
            boolean isThere = committed.contains(attempt.mark());
            switch (attempt.told()) {
                case COMMITTED -> assertThat(isThere).as("%s: %s", point, attempt).isTrue();
                case NOTHING_CHANGED, ROLLED_BACK ->
                        assertThat(isThere).as("%s: %s", point, attempt).isFalse();
                case UNKNOWN ->
                        // COMMIT may be lost on its way: the relay need not have seen it.
                        assertThat(attempt.words())
                                .as("%s: COMMIT was sent, hence it is kept: %s", point, attempt)
                                .contains("txn_");
                case LEFT_WAITING ->
                        throw new AssertionError(
                                "%s: %s; log:%n%s".formatted(point, attempt, stage.logged()));
                case CUT -> {
                    // Nothing was claimed.
                }
            }
        }
        if (point.victim() != Victim.GATEWAY) {
            assertThat(attempts)
                    .as("%s: agents are told more than that the connection is gone", point)
                    .isNotEmpty();
        }
    }

    private Set<Long> committed() {
        return stage.postgres().queryIn("shop", "SELECT id FROM marker").stream()
                .map(row -> Long.parseLong(String.valueOf(row.getFirst())))
                .collect(Collectors.toSet());
    }

    private String record() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(stage.directory().resolve("audit"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }
}
