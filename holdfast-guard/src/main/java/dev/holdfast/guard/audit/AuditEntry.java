package dev.holdfast.guard.audit;

/// One line of the record: a statement and what became of it.
///
/// @param atEpochMicros when the statement arrived, microseconds since 1970-01-01 UTC
/// @param session the session's id, unique in this gateway's life
/// @param agent who
/// @param database where
/// @param statement the statement with its literals removed; never a raw literal
/// @param decision `allow` or `deny`
/// @param rule the rule that decided
/// @param outcome `ok`, `error`, `refused`, `canceled`, `lost`, or `skipped` where an error before it
///     kept it from running
/// @param sqlState SQLSTATE of the answer, `00000` for success; empty where there was no answer
/// @param rows rows returned or affected by the command tag; -1 where unknown
/// @param durationMicros from arrival to the last byte of the answer, microseconds; of several statements
///     the time in which they came
/// @param count how many statements the entry stands for: more than 1 where the same was refused again
///     and again, or where messages were skipped
/// @param transaction under which the undo journal has what was changed; empty where nothing was kept
public record AuditEntry(
        long atEpochMicros,
        long session,
        String agent,
        String database,
        String statement,
        String decision,
        String rule,
        String outcome,
        String sqlState,
        long rows,
        long durationMicros,
        long count,
        String transaction) {

    /// An entry for statements that kept nothing.
    public AuditEntry(
            long atEpochMicros,
            long session,
            String agent,
            String database,
            String statement,
            String decision,
            String rule,
            String outcome,
            String sqlState,
            long rows,
            long durationMicros,
            long count) {
        this(
                atEpochMicros,
                session,
                agent,
                database,
                statement,
                decision,
                rule,
                outcome,
                sqlState,
                rows,
                durationMicros,
                count,
                "");
    }

    /// An entry for one statement.
    public AuditEntry(
            long atEpochMicros,
            long session,
            String agent,
            String database,
            String statement,
            String decision,
            String rule,
            String outcome,
            String sqlState,
            long rows,
            long durationMicros) {
        this(
                atEpochMicros,
                session,
                agent,
                database,
                statement,
                decision,
                rule,
                outcome,
                sqlState,
                rows,
                durationMicros,
                1);
    }
}
