package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import org.jspecify.annotations.Nullable;

/// What agents have changed within the last hour and for their task, over all sessions and restarts. May
/// wait for a disk: called on virtual threads, never on an event loop.
public interface RowLedger {

    /// Takes rows from what the principal may still change, at once for good: rows that are taken by
    /// transactions which have not yet committed count as changed.
    ///
    /// @return why it may not, with the figures; null where they were taken. What cannot be written
    ///     down is refused
    @Nullable Refusal take(Principal principal, long rows, RowLimits limits);

    /// Gives back what was taken for a transaction that was rolled back. Where it fails the rows stay
    /// taken.
    void giveBack(Principal principal, long rows);
}
