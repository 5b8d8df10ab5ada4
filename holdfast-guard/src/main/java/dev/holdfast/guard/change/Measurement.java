package dev.holdfast.guard.change;

import java.util.List;

/// What one transaction has done so far, by the database's own counters.
///
/// @param transactionId PostgreSQL's 64-bit id of the transaction (`pg_current_xact_id`), in decimal;
///     empty as long as it has written nothing
/// @param tables the tables of which rows were changed; those that only were locked are left out
public record Measurement(String transactionId, List<TableChange> tables) {
    /// Nothing was written.
    public static final Measurement NOTHING = new Measurement("", List.of());

    public Measurement {
        tables = List.copyOf(tables);
    }

    /// Rows changed in all tables together.
    public long rows() {
        return tables.stream().mapToLong(TableChange::rows).sum();
    }
}
