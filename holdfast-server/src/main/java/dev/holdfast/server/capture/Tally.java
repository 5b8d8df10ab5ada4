package dev.holdfast.server.capture;

import dev.holdfast.guard.change.TableChange;

/// What PostgreSQL counted for a table, beside what was found there.
///
/// @param inserted counted
/// @param updated counted
/// @param deleted counted
/// @param before found: rows that others see and the transaction does not
/// @param after found: rows that the transaction sees and others do not
record Tally(long inserted, long updated, long deleted, long before, long after) {

    static Tally of(TableChange change, long before, long after) {
        return new Tally(change.inserted(), change.updated(), change.deleted(), before, after);
    }

    /// Whether each counted change was found, so that each row was touched once.
    boolean isExact() {
        return before == updated + deleted && after == inserted + updated;
    }

    /// Whether what was counted can have left behind what was found.
    ///
    /// A row that is touched again, or in a savepoint that is rolled back, counts and is not found again.
    /// So let i of the inserts, u of the updates and d of the deletes have lasted. Rows only come by
    /// inserts and only go by deletes: after − before = i − d. A row that is found as it was before was
    /// updated or deleted: before ≤ u + d. One that is found as it is now was inserted or updated:
    /// after ≤ i + u, which is the same. There is such a choice if there is one with the largest d.
    boolean isPossible() {
        long growth = after - before;
        long lastingDeletes = Math.min(deleted, inserted - growth);
        return growth <= inserted && -growth <= deleted && before <= updated + lastingDeletes;
    }
}
