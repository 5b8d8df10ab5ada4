package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import org.jspecify.annotations.Nullable;

/// Keeps what a transaction is about to change, so that it can be undone. Every method may wait for
/// databases and disks: called on virtual threads, never on an event loop.
public interface ChangeKeeper {

    /// Why nothing that is written to the principal's database can be kept; null where it can. Asked
    /// before a write runs, on event loops: waits for nothing.
    @Nullable Refusal unavailable(Principal principal);

    /// Collects before- and after-images of everything that the transaction changed, proves that they
    /// are complete, and writes them to the undo journal, synced to the disk. Called after the last
    /// statement, with the settled measurement, before COMMIT.
    ///
    /// @throws ChangeRefusedException if anything is missing or cannot be written: the transaction must
    ///     be rolled back
    KeptTransaction keep(WriteTransaction transaction, Measurement measured, WritingSession writer)
            throws ChangeRefusedException;
}
