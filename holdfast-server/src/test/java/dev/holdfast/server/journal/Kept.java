package dev.holdfast.server.journal;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Transactions for tests of the journal.
final class Kept {
    static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    static final ClusterFacts CLUSTER = new ClusterFacts("7212345678901234567", "00000001");
    static final RelationImage ORDERS =
            new RelationImage(
                    16_384,
                    "public",
                    "orders",
                    List.of(
                            new ColumnImage("id", "bigint", false, true),
                            new ColumnImage("total", "numeric(10,2)", true, false)),
                    List.of("id"));

    private Kept() {}

    static FileJournal.Settings settings(Path directory) {
        return new FileJournal.Settings(
                directory, Duration.ofDays(30), 64L << 20, 16L << 20, List.of());
    }

    static FileJournal open(Path directory) throws IOException {
        return FileJournal.open(settings(directory), InstantSource.fixed(NOW));
    }

    @SuppressWarnings("NullAway") // a record's constructor in a class file has lost who may be null
    static WriteTransaction transaction() {
        List<@Nullable String> parameters = new ArrayList<>();
        parameters.add("4711");
        parameters.add(null);
        parameters.add("\\x00ff");
        return new WriteTransaction(
                new Principal("cleaner", "shop", "cleaning"),
                42,
                1_700_000_000_000_000L,
                List.of(
                        new WriteTransaction.Run(
                                "DELETE FROM orders WHERE id = 4711 OR id = $1",
                                "DELETE FROM orders WHERE id = ? OR id = $1",
                                parameters,
                                "cleaning/write")));
    }

    static Measurement measured() {
        return new Measurement("748", List.of(new TableChange(16_384, "public.orders", 0, 0, 2)));
    }

    /// Writes a transaction of some rows and seals it.
    static String sealed(Journal journal, int rows) throws ChangeRefusedException {
        try (JournalWriter writer = journal.begin(transaction(), measured(), CLUSTER)) {
            writer.relation(ORDERS);
            for (int i = 0; i < rows; i++) {
                writer.before(line(i));
            }
            writer.after(line(-1));
            writer.seal();
            return writer.id();
        }
    }

    static byte[] line(int number) {
        return "(0,%d)\t%d\t%d.00"
                .formatted(number + 1, number, number * 7919L % 1_000)
                .getBytes(StandardCharsets.UTF_8);
    }

    /// Reads a transaction to its end.
    static List<String> pieces(Journal journal, String id, String... identities)
            throws IOException {
        List<String> pieces = new ArrayList<>();
        try (JournalReader reader = journal.open(id, List.of(identities))) {
            for (JournalReader.Piece piece = reader.next(); piece != null; piece = reader.next()) {
                pieces.add(
                        switch (piece) {
                            case JournalReader.Relation(RelationImage image) -> image.toString();
                            case JournalReader.Before(byte[] row) -> "- " + text(row);
                            case JournalReader.After(byte[] row) -> "+ " + text(row);
                        });
            }
        }
        return pieces;
    }

    private static String text(byte[] row) {
        return new String(row, StandardCharsets.UTF_8);
    }
}
