package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.server.journal.JournalWriter;
import java.util.List;

/// Collects what a transaction changed, before it commits, by comparing what two sessions see: the writer,
/// and its twin, a session of another role in the same database.
///
/// A row that the twin sees and the writer does not is one that the writer updated or deleted; the twin
/// reads its before-image. A row that the writer sees and the twin does not is one that the writer
/// inserted or the new version of one that it updated: its after-image. Nothing else is taken from
/// anywhere: not which statement did it, nor by which trigger, cascade, savepoint or partition. What is
/// compared are versions of rows at their places (ctid), so that no row is mistaken for another.
///
/// That the images are complete follows from how PostgreSQL stores rows. A row that was updated or
/// deleted bears a stamp of that in `xmax` (a transaction's id, or that of a group of transactions), which
/// is 0 otherwise; a row version bears in `xmin` the id of the transaction, or of its savepoint, that
/// wrote it, and these are not older than the transaction's own. The figures of the counters are a second
/// proof, from another part of PostgreSQL: what is found must be what was counted, or less in a way that
/// rows touched twice, or savepoints rolled back, leave behind ([Tally]).
final class TwinCapture {
    private final WritingSession writer;
    private final WritingSession twin;
    private final String ownId;

    /// @param transactionId of the writer's transaction, 64 bits, in decimal
    TwinCapture(WritingSession writer, WritingSession twin, String transactionId) {
        this.writer = writer;
        this.twin = twin;
        this.ownId = TableReader.shortId(transactionId);
    }

    /// Writes the images of the tables.
    ///
    /// @throws ChangeRefusedException if they are not proven to be complete, or cannot be written
    void capture(List<CapturedTable> tables, JournalWriter journal) throws ChangeRefusedException {
        for (CapturedTable table : tables) {
            journal.relation(table.image());
            long before = before(table, journal);
            long after =
                    new ImageReader(writer, twin, table, "xmin", ownId)
                            .read(
                                    "pg_catalog.age(xmin) OPERATOR(pg_catalog.<=)"
                                            + " pg_catalog.age('%s'::pg_catalog.xid)"
                                                    .formatted(ownId),
                                    journal::after)
                            .count();
            prove(table, before, after);
        }
    }

    /// Rows that bear the transaction's own id first, which are all in most cases: then as many are found
    /// as were counted, and it is proven that there are no others. Only otherwise every row is looked at
    /// that bears any id, which are many where other transactions have locked rows, as foreign keys do.
    private long before(CapturedTable table, JournalWriter journal) throws ChangeRefusedException {
        ImageReader reader = new ImageReader(twin, writer, table, "xmax", ownId);
        ImageReader.Found own =
                reader.read(
                        "xmax OPERATOR(pg_catalog.=) '%s'::pg_catalog.xid".formatted(ownId),
                        journal::before);
        if (own.count() == table.change().updated() + table.change().deleted()
                && table.change().rows() > 0) {
            return own.count();
        }
        return own.count()
                + reader.read(
                                "xmax OPERATOR(pg_catalog.<>) '0'::pg_catalog.xid AND xmax"
                                        + " OPERATOR(pg_catalog.<>) '%s'::pg_catalog.xid"
                                                .formatted(ownId),
                                journal::before,
                                own)
                        .count();
    }

    private static void prove(CapturedTable table, long before, long after)
            throws ChangeRefusedException {
        String relation = table.change().relation();
        Tally tally = Tally.of(table.change(), before, after);
        if (table.change().rows() == 0 && before + after > 0) {
            throw new ChangeRefusedException(CaptureRefusals.hidden(relation, before, after));
        }
        if (!tally.isPossible()) {
            throw new ChangeRefusedException(CaptureRefusals.incomplete(relation, tally));
        }
    }
}
