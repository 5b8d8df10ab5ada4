package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;

/// What is refused because the database's counters cannot show it.
final class CounterRefusals {
    private static final String ASK =
            "Nothing was committed. Tell the person you work for what has to be done and why; do not"
                    + " retry.";

    private CounterRefusals() {}

    static Refusal countingOff() {
        return refusal(
                "guarded.counting-off",
                "changes are not counted in this session",
                "track_counts is not on, so it cannot be seen how many rows were changed.",
                "Nothing was committed. Tell the person who runs Holdfast that track_counts must be on"
                        + " in this database, for its roles and for its functions.");
    }

    static Refusal replicationRole(String role) {
        return refusal(
                "guarded.replication-role",
                "foreign keys and triggers are switched off in this session",
                "session_replication_role is %s, not origin: cascades would not run."
                        .formatted(role.equals("replica") ? "replica" : "local"),
                "Nothing was committed. Tell the person who runs Holdfast that"
                        + " session_replication_role must be origin in this database, for its roles"
                        + " and for its functions.");
    }

    static Refusal strongLock(String relation, String modes) {
        return refusal(
                "guarded.lock",
                "the transaction did more to %s than change rows".formatted(relation),
                "It holds %s: something was emptied, altered, created, indexed or locked, which counting"
                                .formatted(modes)
                        + " rows does not show and before-images do not undo.",
                "Nothing was committed. Use INSERT, UPDATE, DELETE or MERGE; what you call, or a trigger"
                        + " that it sets off, may not TRUNCATE, LOCK, CREATE, ALTER or DROP. If it must,"
                        + " tell the person you work for.");
    }

    static Refusal dropped(long oid) {
        return refusal(
                "guarded.dropped",
                "the transaction removed a table, an index or another relation",
                "The relation with oid %d is locked and no longer there.".formatted(oid),
                ASK);
    }

    static Refusal foreignTable(String relation) {
        return refusal(
                "guarded.foreign-table",
                "the transaction writes to the foreign table %s".formatted(relation),
                "What happens on another server is neither counted nor undone.",
                ASK);
    }

    static Refusal largeObject() {
        return refusal(
                "guarded.large-object",
                "the transaction writes large objects",
                "Large objects belong to no table, and no before-image of them is kept.",
                "Nothing was committed. Keep the value in a column of type bytea.");
    }

    static Refusal catalog(String relation) {
        return refusal(
                "guarded.catalog",
                "the transaction changed objects, roles or rights of the database",
                "Rows of %s were changed, which before-images do not undo.".formatted(relation),
                ASK);
    }

    static Refusal unknownKind(String relation, String kind) {
        return refusal(
                "guarded.unknown-kind",
                "the transaction changed rows of %s, which is not a table".formatted(relation),
                "Its kind is %s; only rows of tables are kept.".formatted(kind),
                ASK);
    }

    /// The counters were not what PostgreSQL gives.
    static Refusal unreadable(String what) {
        return new Refusal(
                ErrorCode.INTERNAL_ERROR,
                "guarded.unmeasured",
                "what the transaction changed could not be measured",
                "Rule guarded.unmeasured: %s.".formatted(what),
                "Nothing was committed. Roll back and try once more; if it persists, tell the person who"
                        + " runs Holdfast: this is a defect.");
    }

    private static Refusal refusal(String rule, String message, String detail, String hint) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                rule,
                message,
                "Rule %s: %s".formatted(rule, detail),
                hint);
    }
}
