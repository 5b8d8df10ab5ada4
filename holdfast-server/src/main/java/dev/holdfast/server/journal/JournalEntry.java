package dev.holdfast.server.journal;

import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.decision.Principal;
import java.util.List;

/// What the journal knows of a transaction without reading its rows. Holds no literal value.
///
/// @param id under which a person finds it: `txn_…`
/// @param principal who; empty names where the file is damaged there
/// @param session the gateway's id of the session
/// @param startedAtEpochMicros when the transaction began, microseconds since 1970-01-01 UTC
/// @param keptAtEpochMicros when its images were begun to be written; the order of the journal
/// @param outcomeAtEpochMicros when its outcome was written down; 0 where there is none yet
/// @param statementCount how many statements it had
/// @param statements the first of them, without their literals, cut off where they are long
/// @param approvals the ids of all people's words that were taken for it
/// @param measured what it changed, by the database's counters
/// @param state what became of it
/// @param problem what is wrong with the file; empty where nothing is
/// @param sizeBytes of the file
/// @param encrypted whether statements and rows can be read with a key only
/// @param pinned whether it is kept whatever its age
public record JournalEntry(
        String id,
        Principal principal,
        long session,
        long startedAtEpochMicros,
        long keptAtEpochMicros,
        long outcomeAtEpochMicros,
        int statementCount,
        List<Statement> statements,
        List<String> approvals,
        Measurement measured,
        State state,
        String problem,
        long sizeBytes,
        boolean encrypted,
        boolean pinned) {

    public JournalEntry {
        statements = List.copyOf(statements);
        approvals = List.copyOf(approvals);
    }

    /// What became of a transaction.
    public enum State {
        /// Its images are not whole: it is being written, or the process ended meanwhile and COMMIT was
        /// never sent.
        UNSEALED,
        /// Kept, and no outcome is known yet.
        PENDING,
        COMMITTED,
        /// Its outcome was asked for and could not be told; it is asked for again.
        AMBIGUOUS,
        /// The file is not what was written. Nothing in it is to be believed.
        DAMAGED
    }

    /// A statement.
    ///
    /// @param redacted without its literals
    /// @param rule which rules of the policy allowed it
    public record Statement(String redacted, String rule) {}
}
