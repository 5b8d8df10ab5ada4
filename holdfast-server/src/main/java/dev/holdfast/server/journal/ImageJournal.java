package dev.holdfast.server.journal;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.WriteTransaction;

/// Where images of what transactions changed are written: all of a [Journal] that whoever captures them
/// needs. Every method may wait for the disk: never called on an event loop. Safe for use by many threads.
public interface ImageJournal {

    /// Begins the images of a transaction.
    ///
    /// @param cluster where it runs, asked in the session that writes: without it an outcome that was
    ///     lost stays ambiguous
    /// @throws ChangeRefusedException if the journal is full or cannot be written (rules
    ///     `undo.journal-full`, `undo.journal-unavailable`)
    JournalWriter begin(WriteTransaction transaction, Measurement measured, ClusterFacts cluster)
            throws ChangeRefusedException;

    /// Begins the images of a transaction of which nobody knows where it runs.
    ///
    /// @throws ChangeRefusedException as the other
    default JournalWriter begin(WriteTransaction transaction, Measurement measured)
            throws ChangeRefusedException {
        return begin(transaction, measured, ClusterFacts.UNKNOWN);
    }

    /// Writes down how a sealed transaction ended; one that was rolled back is removed. Where it cannot
    /// be written, that is logged, and the outcome is asked of the database again at the next start.
    void outcome(String id, KeptTransaction.Outcome outcome);
}
