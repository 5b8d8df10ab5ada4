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
/// @param traits what decides whether its rows can be kept
public record TableChange(
        long oid, String relation, long inserted, long updated, long deleted, Traits traits) {

    /// Of a table whose rows can be kept.
    public TableChange(long oid, String relation, long inserted, long updated, long deleted) {
        this(oid, relation, inserted, updated, deleted, Traits.KEEPABLE);
    }

    /// Rows in all.
    public long rows() {
        return inserted + updated + deleted;
    }

    TableChange minus(TableChange earlier) {
        return new TableChange(
                oid,
                relation,
                inserted - earlier.inserted,
                updated - earlier.updated,
                deleted - earlier.deleted,
                traits);
    }

    TableChange plus(TableChange more) {
        return new TableChange(
                oid,
                relation,
                inserted + more.inserted,
                updated + more.updated,
                deleted + more.deleted,
                traits);
    }

    /// What decides whether rows can be kept, as the session sees it that changed them.
    ///
    /// @param temporary whether no other session can read the table
    /// @param keyed whether it has a primary key
    /// @param filtered whether row security hides rows from the session
    /// @param readable whether the session's role may SELECT all of the table
    public record Traits(boolean temporary, boolean keyed, boolean filtered, boolean readable) {
        /// Nothing stands against it.
        public static final Traits KEEPABLE = new Traits(false, true, false, true);
    }
}
