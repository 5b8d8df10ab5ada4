package dev.holdfast.guard.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one transaction has done so far, by the database's own counters.
///
/// @param transactionId PostgreSQL's 64-bit id of the transaction (`pg_current_xact_id`), in decimal;
///     empty as long as it has written nothing
/// @param tables the tables of which rows were changed; those that only were locked are left out
/// @param uncounted the tables that were locked for changing rows and of which no change was counted:
///     a condition that met no row, or a function that switched the counting off for itself
public record Measurement(
        String transactionId, List<TableChange> tables, List<TableChange> uncounted) {
    /// Nothing was written.
    public static final Measurement NOTHING = new Measurement("", List.of());

    public Measurement {
        tables = List.copyOf(tables);
        uncounted = List.copyOf(uncounted);
    }

    public Measurement(String transactionId, List<TableChange> tables) {
        this(transactionId, tables, List.of());
    }

    /// Rows changed in all tables together.
    public long rows() {
        return tables.stream().mapToLong(TableChange::rows).sum();
    }

    /// What was done beyond an earlier measurement of the same transaction.
    public Measurement minus(Measurement earlier) {
        if (earlier.tables.isEmpty()) {
            return this;
        }
        Map<Long, TableChange> before = new HashMap<>();
        earlier.tables.forEach(table -> before.put(table.oid(), table));
        List<TableChange> changed = new ArrayList<>();
        List<TableChange> untouched = new ArrayList<>(uncounted);
        for (TableChange table : tables) {
            TableChange known = before.get(table.oid());
            TableChange beyond = known == null ? table : table.minus(known);
            (beyond.rows() > 0 ? changed : untouched).add(beyond);
        }
        return new Measurement(transactionId, changed, untouched);
    }

    /// What both did together.
    public Measurement plus(Measurement other) {
        Map<Long, TableChange> sum = new LinkedHashMap<>();
        tables.forEach(table -> sum.put(table.oid(), table));
        other.tables.forEach(table -> sum.merge(table.oid(), table, TableChange::plus));
        return new Measurement(
                transactionId.isEmpty() ? other.transactionId : transactionId,
                List.copyOf(sum.values()),
                uncounted);
    }

    /// Whether the transaction may commit without being kept: it has no id, so it wrote nothing, or it
    /// has one and locked no table for changing rows.
    public boolean leavesRowsAlone() {
        return tables.isEmpty() && (transactionId.isEmpty() || uncounted.isEmpty());
    }
}
