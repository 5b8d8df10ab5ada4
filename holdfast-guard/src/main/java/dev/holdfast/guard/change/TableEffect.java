package dev.holdfast.guard.change;

/// What a rehearsal found to happen to the rows of one table.
///
/// @param relation `schema.name`, quoted where SQL needs it
/// @param inserted rows added
/// @param updated rows changed
/// @param deleted rows removed, by TRUNCATE and DROP too
/// @param rowsBefore how many rows the table had before; -1 where that is not known
public record TableEffect(
        String relation, long inserted, long updated, long deleted, long rowsBefore) {

    /// Rows in all.
    public long rows() {
        return inserted + updated + deleted;
    }
}
