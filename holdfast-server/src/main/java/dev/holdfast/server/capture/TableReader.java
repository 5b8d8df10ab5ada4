package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.server.journal.ColumnImage;
import dev.holdfast.server.journal.RelationImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads, as the capture role, what the changed tables look like, and refuses those that cannot be kept.
///
/// The tables cannot change while they are read: the transaction holds locks on them that keep every
/// ALTER out. That it holds them is checked here, in the same query. It proves that the capture role's
/// session is in the same database of the same server; in any other, there would be no before-images, as
/// if nothing had been changed.
final class TableReader {
    private static final String COLUMNS =
            """
            WITH writer AS (
              SELECT virtualtransaction FROM pg_locks
              WHERE locktype = 'transactionid' AND transactionid = $1::xid
                AND mode = 'ExclusiveLock' AND granted)
            SELECT c.oid, n.nspname, c.relname,
              has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE'),
              row_security_active(c.oid),
              c.relpages,
              EXISTS (SELECT FROM pg_locks l JOIN writer w USING (virtualtransaction)
                WHERE l.locktype = 'relation' AND l.relation = c.oid AND l.mode = 'RowExclusiveLock'
                  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())),
              a.attname, format_type(a.atttypid, a.atttypmod),
              a.attgenerated <> '', a.attidentity = 'a',
              coalesce((SELECT k.place FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
                WHERE k.attnum = a.attnum AND k.place <= i.indnkeyatts LIMIT 1), 0),
              d.shadowed, d.doubtful
            FROM pg_class c
            JOIN (SELECT c.oid, %s AS shadowed, %s AS doubtful
              FROM pg_class c WHERE c.oid = ANY ($2::oid[])) d ON d.oid = c.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              AND a.attgenerated <> 'v'
            LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE c.oid = ANY ($2::oid[])
            ORDER BY c.oid, a.attnum\
            """
                    .formatted(Shadow.WHOLE, Restorability.DOUBTFUL);

    private final String database;
    private final String role;

    /// @param database the database's name in the configuration
    /// @param role the capture role
    TableReader(String database, String role) {
        this.database = database;
        this.role = CapturedTable.quoted(role);
    }

    /// The tables with counted changes, and after them those of `uncounted`.
    ///
    /// @throws ChangeRefusedException if one of them cannot be kept
    /// @throws TwinGoneException if the capture role's session does not answer
    List<CapturedTable> read(Measurement measured, List<TableChange> uncounted, WritingSession twin)
            throws ChangeRefusedException, TwinGoneException {
        Map<Long, TableChange> changes = new LinkedHashMap<>();
        for (TableChange change : measured.tables()) {
            refuseWhatCannotBeKept(change);
            changes.put(change.oid(), change);
        }
        uncounted.forEach(change -> changes.put(change.oid(), change));
        Map<Long, List<List<@Nullable String>>> rows = new LinkedHashMap<>();
        for (List<@Nullable String> row : ask(twin, parameters(measured, changes))) {
            rows.computeIfAbsent(Long.parseLong(text(row, 0)), _ -> new ArrayList<>()).add(row);
        }
        List<CapturedTable> tables = new ArrayList<>();
        for (TableChange change : changes.values()) {
            tables.add(table(change, rows.getOrDefault(change.oid(), List.of())));
        }
        return tables;
    }

    private static List<List<@Nullable String>> ask(
            WritingSession twin, List<@Nullable String> parameters) throws TwinGoneException {
        try {
            return twin.query(COLUMNS, parameters);
        } catch (ChangeRefusedException e) {
            throw new TwinGoneException(e);
        }
    }

    private static List<@Nullable String> parameters(
            Measurement measured, Map<Long, TableChange> changes) {
        return List.of(
                shortId(measured.transactionId()),
                changes.keySet().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",", "{", "}")),
                Shadow.NOTE,
                Shadow.NOTED);
    }

    /// The 32 bits of a transaction's id that stand in rows and locks.
    static String shortId(String transactionId) {
        return Long.toString(Long.parseUnsignedLong(transactionId) & 0xFFFF_FFFFL);
    }

    private static void refuseWhatCannotBeKept(TableChange change) throws ChangeRefusedException {
        TableChange.Traits traits = change.traits();
        if (traits.temporary()) {
            throw new ChangeRefusedException(CaptureRefusals.temporary(change.relation()));
        }
        if (!traits.keyed()) {
            throw new ChangeRefusedException(CaptureRefusals.noPrimaryKey(change.relation()));
        }
        if (traits.filtered()) {
            throw new ChangeRefusedException(CaptureRefusals.rowSecurity(change.relation()));
        }
        if (!traits.readable()) {
            throw new ChangeRefusedException(CaptureRefusals.notReadableToAgent(change.relation()));
        }
    }

    private CapturedTable table(TableChange change, List<List<@Nullable String>> rows)
            throws ChangeRefusedException {
        if (rows.isEmpty() || !text(rows.getFirst(), 6).equals("t")) {
            throw new ChangeRefusedException(CaptureRefusals.otherServer(database));
        }
        List<@Nullable String> first = rows.getFirst();
        if (!text(first, 3).equals("t")) {
            throw new ChangeRefusedException(
                    CaptureRefusals.notReadableToTwin(change.relation(), role));
        }
        if (!text(first, 4).equals("f")) {
            throw new ChangeRefusedException(
                    CaptureRefusals.rowSecurityForTwin(change.relation(), role));
        }
        List<ColumnImage> columns = new ArrayList<>();
        Map<Integer, String> key = new TreeMap<>();
        for (List<@Nullable String> row : rows) {
            columns.add(
                    new ColumnImage(
                            text(row, 7),
                            text(row, 8),
                            text(row, 9).equals("t"),
                            text(row, 10).equals("t")));
            int place = Integer.parseInt(text(row, 11));
            if (place > 0) {
                key.put(place, text(row, 7));
            }
        }
        if (key.isEmpty()) {
            throw new ChangeRefusedException(CaptureRefusals.noPrimaryKey(change.relation()));
        }
        return new CapturedTable(
                change,
                new RelationImage(
                        change.oid(),
                        text(first, 1),
                        text(first, 2),
                        columns,
                        List.copyOf(key.values())),
                Math.max(0, Long.parseLong(text(first, 5))),
                text(first, 12).equals("t"),
                text(first, 13).equals("t"));
    }

    private static String text(List<@Nullable String> row, int column) {
        @Nullable String text = row.get(column);
        return text == null ? "" : text;
    }
}
