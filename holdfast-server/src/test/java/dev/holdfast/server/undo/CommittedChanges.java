package dev.holdfast.server.undo;

import dev.holdfast.testkit.DisposablePostgres;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What PostgreSQL's own log says was committed, row by row, in the order of the commits. Nothing of
/// Holdfast's is asked for it.
final class CommittedChanges {
    private static final Pattern ROW =
            Pattern.compile(
                    "table (shop\\.\\w+): (INSERT|UPDATE|DELETE|TRUNCATE):.*", Pattern.DOTALL);
    private static final Pattern MARK =
            Pattern.compile("table shop\\.marks: UPDATE: id\\[integer]:\\d+ n\\[integer]:(\\d+)");

    private final DisposablePostgres postgres;

    /// One transaction.
    ///
    /// @param transactionId 32 bits
    /// @param mark the number that it left in `marks`; 0 where it left none
    /// @param rows how many rows it inserted, updated and deleted, each change for itself
    record Committed(long transactionId, int mark, int rows) {}

    /// From now on; needs `wal_level = logical`.
    CommittedChanges(DisposablePostgres postgres) {
        this.postgres = postgres;
        postgres.queryIn(
                "shop", "SELECT pg_create_logical_replication_slot('observer', 'test_decoding')");
    }

    /// What was committed since the last call, the earliest first; transactions that changed no row are
    /// left out.
    List<Committed> next() {
        Map<Long, Committed> committed = new LinkedHashMap<>();
        for (List<?> row :
                postgres.queryIn(
                        "shop",
                        "SELECT xid, data FROM pg_logical_slot_get_changes('observer', NULL, NULL)")) {
            long id = Long.parseLong(String.valueOf(row.getFirst()));
            String data = String.valueOf(row.get(1));
            if (!ROW.matcher(data).matches()) {
                continue;
            }
            Matcher mark = MARK.matcher(data);
            committed.merge(
                    id,
                    new Committed(id, mark.matches() ? Integer.parseInt(mark.group(1)) : 0, 1),
                    (one, other) ->
                            new Committed(
                                    id, Math.max(one.mark, other.mark), one.rows + other.rows));
        }
        return new ArrayList<>(committed.values());
    }
}
