package dev.holdfast.guard.change;

import java.util.List;

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

    /// Whether the transaction may commit without being kept: it has no id, so it wrote nothing, or it
    /// has one and locked no table for changing rows.
    public boolean leavesRowsAlone() {
        return tables.isEmpty() && (transactionId.isEmpty() || uncounted.isEmpty());
    }
}
