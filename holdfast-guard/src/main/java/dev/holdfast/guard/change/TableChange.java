package dev.holdfast.guard.change;

/// What one transaction has done to one table so far, by the database's own counters. Partitions are
/// tables of their own here. Rows that were touched twice, or in a savepoint that was rolled back,
/// count each time: the figures are never too small.
///
/// @param oid the table's oid
/// @param relation `schema.name`, quoted where SQL needs it
/// @param inserted rows added
/// @param updated rows changed
/// @param deleted rows removed
public record TableChange(long oid, String relation, long inserted, long updated, long deleted) {

    /// Rows in all.
    public long rows() {
        return inserted + updated + deleted;
    }
}
