package dev.holdfast.server.undo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.capture.ShadowTables;
import dev.holdfast.server.composition.OfflineUndo;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.undo.CommittedChanges.Committed;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.Seeds;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/// Random schemas, random writes by several sessions at once through a whole Holdfast, everything undone
/// newest first: the database's content is what it was. Meanwhile PostgreSQL's own log is read beside it
/// ([CommittedChanges]): whatever committed was within every limit, was told to the client, and is in the
/// journal. In half of the runs every table has a shadow. `-Dholdfast.undo.runs=500` for more of it.
@SideBySide
class RandomUndoIT {
    private static final int SESSIONS = 3;
    private static final int TRANSACTIONS = 4;

    @TempDir private static Path directory;

    /// What the agent's policy allows in one run; so small that many transactions exceed it.
    private record Limits(int statementMax, int transactionMax, int hourMax) {
        static Limits of(RandomGenerator random) {
            int transactionMax = List.of(12, 25, 60, 10_000).get(random.nextInt(4));
            return new Limits(
                    List.of(8, 20, 10_000).get(random.nextInt(3)),
                    transactionMax,
                    List.of(40, 120, 10_000).get(random.nextInt(3)));
        }

        String policy() {
            return """
            read: ["shop.*"], functions: [shop.churn],
            write: [{relations: ["shop.*"], operations: [insert, update, delete]}],
            limits: {rows-per-statement: %d, rows-per-transaction: %d, rows-per-hour: %d}\
            """
                    .formatted(statementMax, transactionMax, hourMax);
        }
    }

    @Test
    void everythingUndoneNewestFirstLeavesTheDatabaseAsItWasAndNoLimitWasExceeded(
            TestReporter reporter) throws Exception {
        int runs = Integer.getInteger("holdfast.undo.runs", 3);
        Map<String, Integer> outcomes = new TreeMap<>();
        try (DisposablePostgres postgres =
                DisposablePostgres.ofVersion(PostgresVersion.newest())
                        .setting("wal_level", "logical")
                        // What is committed is in the log that is read, at once.
                        .setting("synchronous_commit", "on")
                        .setting("deadlock_timeout", "100ms")
                        .start()) {
            ServedStage.prepare(postgres);
            CommittedChanges observed = new CommittedChanges(postgres);
            int[] run = new int[1];
            Seeds.check(
                    runs,
                    random -> {
                        Path place = directory.resolve("run" + run[0]++);
                        run(postgres, observed, place, random, outcomes);
                    });
        }
        // A property that holds because nothing ever ran would be worth nothing.
        reporter.publishEntry(runs + " runs", outcomes.toString());
        if (runs > 1) {
            int all = runs * SESSIONS * TRANSACTIONS;
            assertThat(outcomes.get("committed")).isGreaterThan(all / 5);
            assertThat(
                            outcomes.entrySet().stream()
                                    .filter(entry -> entry.getKey().startsWith("limit."))
                                    .mapToInt(Map.Entry::getValue)
                                    .sum())
                    .isGreaterThan(all / 5);
        }
    }

    private static void run(
            DisposablePostgres postgres,
            CommittedChanges observed,
            Path place,
            RandomGenerator random,
            Map<String, Integer> outcomes)
            throws Exception {
        RandomSchema schema = RandomSchema.of(random);
        postgres.sqlIn("shop", RandomSchema.DROP);
        postgres.sqlIn("shop", "SET search_path = shop; " + schema.definition());
        Limits limits = Limits.of(random);
        if (random.nextBoolean()) {
            shadow(postgres);
        }
        Map<String, ?> before = contents(postgres);
        observed.next();
        try (ServedStage stage = ServedStage.start(postgres, place, limits.policy())) {
            List<RandomWriter> writers = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                List<List<String>> work = new ArrayList<>();
                for (int j = 0; j < TRANSACTIONS; j++) {
                    work.add(schema.writes(random));
                }
                writers.add(
                        new RandomWriter(stage, i, work, new SplittableRandom(random.nextLong())));
            }
            writers.stream()
                    .map(writer -> CompletableFuture.runAsync(writer::write))
                    .toList()
                    .forEach(CompletableFuture::join);
            writers.forEach(writer ->
                    writer.outcomes().forEach((what, n) -> outcomes.merge(what, n, Integer::sum)));
            List<Committed> committed = observed.next();
            requireWithin(limits, committed, writers);
            List<String> newestFirst = kept(stage, committed).reversed();
            try (OfflineUndo undo = stage.undo()) {
                for (String id : newestFirst) {
                    UndoReport report = undo.undo(id, List.of(), UndoStage.WISH);
                    assertThat(report.conflicting()).as(report.toString()).isZero();
                }
            }
        }
        assertThat(contents(postgres)).isEqualTo(before);
    }

    /// Every table notes where its rows are changed.
    private static void shadow(DisposablePostgres postgres) throws Exception {
        try (Connection owner = postgres.connectAsSuperuser("shop")) {
            ShadowTables tables = new ShadowTables(owner, "restorer", "twin");
            for (List<@Nullable String> table :
                    postgres.queryIn(
                            "shop",
                            """
                            SELECT format('%I.%I', n.nspname, c.relname)
                            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname = 'shop' AND c.relkind IN ('r', 'p')
                              AND NOT c.relispartition AND EXISTS (
                                SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)\
                            """)) {
                String name = String.valueOf(table.getFirst());
                tables.run(tables.installing(name), name, true);
            }
        }
    }

    /// Without what shadows noted.
    private static Map<String, ?> contents(DisposablePostgres postgres) {
        Map<String, Object> tables = new TreeMap<>(postgres.contents("shop").tables());
        tables.remove("holdfast_shadow.places");
        return tables;
    }

    /// What committed, by PostgreSQL's log and by what the clients were told.
    private static void requireWithin(
            Limits limits, List<Committed> committed, List<RandomWriter> writers) {
        int hour = 0;
        for (Committed each : committed) {
            hour += each.rows();
            assertThat(each.rows()).as("%s", each).isLessThanOrEqualTo(limits.transactionMax());
        }
        assertThat(hour).isLessThanOrEqualTo(limits.hourMax());
        Set<Integer> told = new HashSet<>();
        Set<Integer> single = new HashSet<>();
        for (RandomWriter writer : writers) {
            told.addAll(writer.committed());
            single.addAll(writer.committedWithOneStatement());
        }
        assertThat(committed.stream().map(Committed::mark))
                .containsExactlyInAnyOrderElementsOf(told);
        for (Committed each : committed) {
            if (single.contains(each.mark())) {
                // Without the mark.
                assertThat(each.rows() - 1)
                        .as("one statement: %s", each)
                        .isLessThanOrEqualTo(limits.statementMax());
            }
        }
    }

    /// The journal's ids of what committed, in the order of PostgreSQL's log.
    private static List<String> kept(ServedStage stage, List<Committed> committed)
            throws IOException, ConfigurationException {
        try (OfflineUndo undo = stage.undo()) {
            Map<Long, String> byTransaction =
                    undo.journal().list().stream()
                            .filter(entry -> entry.state() == JournalEntry.State.COMMITTED)
                            .collect(
                                    Collectors.toMap(
                                            entry ->
                                                    Long.parseLong(entry.measured().transactionId())
                                                            & 0xFFFF_FFFFL,
                                            JournalEntry::id));
            assertThat(byTransaction.keySet())
                    .containsExactlyInAnyOrderElementsOf(
                            committed.stream().map(Committed::transactionId).toList());
            return committed.stream().map(each -> byTransaction.get(each.transactionId())).toList();
        }
    }
}
