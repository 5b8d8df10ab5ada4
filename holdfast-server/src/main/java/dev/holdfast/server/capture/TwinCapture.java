package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Meanwhile;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.server.journal.JournalWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
///
/// Because the counters are a proof, not every row need be looked at. Every row that is found was counted at
/// least once: where as many are found as were counted, there are no others, wherever they were looked for.
/// So few changed rows are first looked for by what the statements name ([KeyHints]), then by the
/// transaction's own id, by both sessions at once; and where nothing was counted that leaves a row before or
/// after, no such row is looked for. Not so where functions of the database may hide rows from the counters.
///
/// Where a table has a [Shadow], the places that it noted are looked at instead. What is found there counts
/// as all under the same condition, or if every counted change was noted as well: rows touched twice are
/// found so, too. Otherwise the table is passed over, as without a shadow.
final class TwinCapture {
    /// So many rows of a table are held in memory.
    private static final int FEW_ROWS_MAX = 1_000;

    /// The condition that a row version may have been updated or deleted by somebody.
    private static final String LEFT = "xmax OPERATOR(pg_catalog.<>) '0'::pg_catalog.xid";

    private final WritingSession writer;
    private final WritingSession twin;
    private final String ownId;
    private final boolean mayBeHidden;
    private final KeyHints hints;

    /// @param transactionId of the writer's transaction, 64 bits, in decimal
    /// @param mayBeHidden whether changes may have gone uncounted in tables where others were counted
    TwinCapture(
            WritingSession writer,
            WritingSession twin,
            String transactionId,
            boolean mayBeHidden,
            KeyHints hints) {
        this.writer = writer;
        this.twin = twin;
        this.ownId = TableReader.shortId(transactionId);
        this.mayBeHidden = mayBeHidden;
        this.hints = hints;
    }

    /// Writes the images of the tables.
    ///
    /// @throws ChangeRefusedException if they are not proven to be complete, or cannot be written
    void capture(List<CapturedTable> tables, JournalWriter journal) throws ChangeRefusedException {
        Map<Long, NotedPlaces> noted = noted(tables);
        for (CapturedTable table : tables) {
            journal.relation(table.image());
            NotedPlaces places = noted.get(table.change().oid());
            if (few(table, places, journal)) {
                continue;
            }
            ImageReader.Found before = ImageReader.Found.NONE;
            ImageReader.Found after = ImageReader.Found.NONE;
            if (places != null) {
                before = reader(table, true).readAt(places.before(), LEFT, journal::before);
                after = reader(table, false).readAt(places.after(), written(), journal::after);
                if (areAll(table.change(), places, before.count(), after.count())) {
                    continue;
                }
            }
            prove(
                    table,
                    before.count() + before(table, journal, before),
                    after.count() + after(table, journal, after));
        }
    }

    /// What shadows noted, by the table's oid; nothing where it cannot be relied on.
    private Map<Long, NotedPlaces> noted(List<CapturedTable> tables) throws ChangeRefusedException {
        boolean any =
                tables.stream().anyMatch(table -> table.shadowed() && table.change().rows() > 0);
        if (!any || mayBeHidden) {
            return Map.of();
        }
        Map<Long, NotedPlaces> noted = NotedPlaces.of(writer);
        Map<Long, NotedPlaces> trusted = new HashMap<>();
        for (CapturedTable table : tables) {
            NotedPlaces places = noted.get(table.change().oid());
            if (table.shadowed()
                    && places != null
                    && table.change().rows() > 0
                    && places.mayBeAllOf(table.change())) {
                trusted.put(table.change().oid(), places);
            }
        }
        return trusted;
    }

    private static boolean areAll(TableChange change, NotedPlaces places, long before, long after) {
        boolean asCounted = before == leavesBefore(change) && after == leavesAfter(change);
        return asCounted
                || (places.isAllOf(change) && Tally.of(change, before, after).isPossible());
    }

    private ImageReader reader(CapturedTable table, boolean ofBefore) {
        return ofBefore
                ? new ImageReader(twin, writer, table, "xmax", ownId)
                : new ImageReader(writer, twin, table, "xmin", ownId);
    }

    /// The condition that a row version may have been written by the transaction.
    private String written() {
        return "pg_catalog.age(xmin) OPERATOR(pg_catalog.<=)"
                + " pg_catalog.age('%s'::pg_catalog.xid)".formatted(ownId);
    }

    /// Few rows, if it can be proven that they are all.
    ///
    /// @return whether they are in the journal; otherwise nothing is
    private boolean few(CapturedTable table, @Nullable NotedPlaces places, JournalWriter journal)
            throws ChangeRefusedException {
        TableChange change = table.change();
        if (mayBeHidden || change.rows() == 0 || change.rows() > FEW_ROWS_MAX) {
            return false;
        }
        Few found =
                places == null
                        ? fewAnywhere(table)
                        : found(table, at(places.before()), at(places.after()));
        if (found == null) {
            return false;
        }
        for (ImageReader.Candidate row : found.before) {
            journal.before(row.line());
        }
        for (ImageReader.Candidate row : found.after) {
            journal.after(row.line());
        }
        return true;
    }

    private @Nullable Few fewAnywhere(CapturedTable table) throws ChangeRefusedException {
        String hint = hints.condition(table, table.change().inserted());
        Few found = hint == null ? null : found(table, hint + " AND ", hint + " AND ");
        return found == null ? found(table, "", "") : found;
    }

    private static String at(long[] places) {
        return ImageReader.at(places, 0, places.length) + " AND ";
    }

    /// All rows of a table that were changed.
    private record Few(List<ImageReader.Candidate> before, List<ImageReader.Candidate> after) {}

    /// Both sessions look, then each is asked about what the other found.
    ///
    /// @param whereBefore the beginning of the condition for rows as they were
    /// @param whereAfter the beginning of the condition for rows as they are now
    /// @return null if that is not proven to be all
    private @Nullable Few found(CapturedTable table, String whereBefore, String whereAfter)
            throws ChangeRefusedException {
        TableChange change = table.change();
        ImageReader before = reader(table, true);
        ImageReader after = reader(table, false);
        List<ImageReader.Candidate> old;
        List<ImageReader.Candidate> fresh;
        try (Meanwhile<@Nullable List<ImageReader.Candidate>> read =
                Meanwhile.begin(
                        "twin", () -> gathered(before, whereBefore, leavesBefore(change)))) {
            fresh = gathered(after, whereAfter, leavesAfter(change));
            old = read.result();
        }
        if (old == null || fresh == null) {
            return null;
        }
        List<ImageReader.Candidate> candidates = fresh;
        try (Meanwhile<List<ImageReader.Candidate>> asked =
                Meanwhile.begin("twin", () -> after.unseen(candidates))) {
            old = before.unseen(old);
            fresh = asked.result();
        }
        return old.size() == leavesBefore(change) && fresh.size() == leavesAfter(change)
                ? new Few(old, fresh)
                : null;
    }

    /// @return null if there are fewer than were counted, or too many
    private @Nullable List<ImageReader.Candidate> gathered(
            ImageReader reader, String where, long counted) throws ChangeRefusedException {
        if (counted == 0) {
            return List.of();
        }
        List<ImageReader.Candidate> rows =
                reader.gather(
                        "%s%s OPERATOR(pg_catalog.=) '%s'::pg_catalog.xid"
                                .formatted(where, reader.stamp(), ownId),
                        FEW_ROWS_MAX);
        return rows == null || rows.size() < counted ? null : rows;
    }

    private static long leavesBefore(TableChange change) {
        return change.updated() + change.deleted();
    }

    private static long leavesAfter(TableChange change) {
        return change.inserted() + change.updated();
    }

    private boolean isNone(TableChange change, long counted) {
        return counted == 0 && change.rows() > 0 && !mayBeHidden;
    }

    /// @param known are found already, and not found again
    /// @return how many others there are
    private long after(CapturedTable table, JournalWriter journal, ImageReader.Found known)
            throws ChangeRefusedException {
        if (isNone(table.change(), leavesAfter(table.change()))) {
            return 0;
        }
        return reader(table, false).read(written(), journal::after, known).count();
    }

    /// Rows that bear the transaction's own id first, which are all in most cases: then as many are found
    /// as were counted, and it is proven that there are no others. Only otherwise every row is looked at
    /// that bears any id, which are many where other transactions have locked rows, as foreign keys do.
    ///
    /// @param known are found already, and not found again
    /// @return how many others there are
    private long before(CapturedTable table, JournalWriter journal, ImageReader.Found known)
            throws ChangeRefusedException {
        if (isNone(table.change(), leavesBefore(table.change()))) {
            return 0;
        }
        ImageReader reader = reader(table, true);
        ImageReader.Found own =
                reader.read(
                        "xmax OPERATOR(pg_catalog.=) '%s'::pg_catalog.xid".formatted(ownId),
                        journal::before,
                        known);
        if (known.count() + own.count() == leavesBefore(table.change())
                && table.change().rows() > 0) {
            return own.count();
        }
        return own.count()
                + reader.read(
                                "%s AND xmax OPERATOR(pg_catalog.<>) '%s'::pg_catalog.xid"
                                        .formatted(LEFT, ownId),
                                journal::before,
                                own.and(known))
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
