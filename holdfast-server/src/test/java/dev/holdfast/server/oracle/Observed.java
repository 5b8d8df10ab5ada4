package dev.holdfast.server.oracle;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What a trial really did, as PostgreSQL shows it before the transaction is rolled back. Relations are
/// `schema.name`, quoted where SQL would need it.
///
/// @param rows rows inserted, updated and deleted, by relation; only where there were any
/// @param emptied relations that were given a new, smaller content behind the counters' back: TRUNCATE
/// @param defined relations that were not there before
/// @param altered relations whose definition is another: columns, constraints, triggers, rules, policies
/// @param dropped relations that are no longer there
/// @param catalogs tables of `pg_catalog` in which rows changed, without those that only follow others
/// @param privileges whether an owner or an access list of something that was there before changed
/// @param sequences those whose value moved
/// @param settings those whose value changed, with the new one; `role` where the acting role did
/// @param held prepared statements and cursors that were not there before
/// @param advisoryLocks how many are held
/// @param locks the strongest lock on each relation, where stronger than reading takes
/// @param ended whether the transaction was ended
record Observed(
        Map<String, Rows> rows,
        Set<String> emptied,
        Set<String> defined,
        Set<String> altered,
        Set<String> dropped,
        Set<String> catalogs,
        boolean privileges,
        Set<String> sequences,
        Map<String, String> settings,
        Set<String> held,
        int advisoryLocks,
        Map<String, Lock> locks,
        boolean ended) {
    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");

    record Rows(long inserted, long updated, long deleted) {
        long changed() {
            return updated + deleted;
        }
    }

    /// Table locks, weakest first.
    enum Lock {
        ROW_SHARE,
        ROW_EXCLUSIVE,
        SHARE_UPDATE_EXCLUSIVE,
        SHARE,
        SHARE_ROW_EXCLUSIVE,
        EXCLUSIVE,
        ACCESS_EXCLUSIVE;

        /// The lock that `pg_locks` calls `ShareRowExclusiveLock` and the like.
        static Lock ofMode(String mode) {
            return switch (mode) {
                case "RowShareLock" -> ROW_SHARE;
                case "RowExclusiveLock" -> ROW_EXCLUSIVE;
                case "ShareUpdateExclusiveLock" -> SHARE_UPDATE_EXCLUSIVE;
                case "ShareLock" -> SHARE;
                case "ShareRowExclusiveLock" -> SHARE_ROW_EXCLUSIVE;
                case "ExclusiveLock" -> EXCLUSIVE;
                case "AccessExclusiveLock" -> ACCESS_EXCLUSIVE;
                default -> throw new IllegalArgumentException(mode);
            };
        }
    }

    /// `schema.name` as SQL writes it.
    static String qualified(String schema, String name) {
        return quoted(schema) + "." + quoted(name);
    }

    static String quoted(String name) {
        return PLAIN.matcher(name).matches() ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /// Whether nothing at all was seen to change.
    boolean nothing() {
        return rows.isEmpty()
                && emptied.isEmpty()
                && defined.isEmpty()
                && altered.isEmpty()
                && dropped.isEmpty()
                && catalogs.isEmpty()
                && !privileges
                && sequences.isEmpty()
                && settings.isEmpty()
                && held.isEmpty()
                && advisoryLocks == 0
                && locks.isEmpty()
                && !ended;
    }
}
