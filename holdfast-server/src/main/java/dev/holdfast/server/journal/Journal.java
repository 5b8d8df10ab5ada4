package dev.holdfast.server.journal;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.WriteTransaction;
import java.io.IOException;
import java.util.List;

/// What transactions changed, so that it can be undone. Every method may wait for the disk: never
/// called on an event loop. Safe for use by many threads.
public interface Journal extends AutoCloseable {

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

    /// Everything there is, newest first. A file that cannot be read is listed as damaged.
    ///
    /// @throws IOException if the directory cannot be read
    List<JournalEntry> list() throws IOException;

    /// Opens one, after having compared it with its digest.
    ///
    /// @param identities age identities (`AGE-SECRET-KEY-1…`) of which one may read it; empty where it
    ///     is not encrypted
    /// @throws java.nio.file.NoSuchFileException if there is none of that id
    /// @throws JournalDamagedException if it is not what was written
    JournalReader open(String id, List<String> identities) throws IOException;

    /// Keeps one whatever its age.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is none of that id
    void pin(String id) throws IOException;

    /// Lets retention remove it again.
    void unpin(String id) throws IOException;

    @Override
    void close();
}
