package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.StatementEffects;

/// Carries out what destroys, once a person has approved it: as a role of Holdfast's own, never as the
/// agent's, and so that it can be put back. A held statement is handed to this instead of being
/// forwarded.
public interface ApprovedDestruction {

    /// Does what the statement says, in a transaction of its own, and returns when that is committed
    /// and written down. Waits for databases and disks: called on virtual threads, never on an event
    /// loop.
    ///
    /// @param effects what the statement would do, by the analysis that was approved: it says which
    ///     relation a name without a schema stands for
    /// @param text the statement as it was sent
    /// @throws ChangeRefusedException if nothing was done, with the reason; or, under the rule
    ///     `destroy.outcome-unknown` alone, if PostgreSQL did not say whether it was
    Done carryOut(Principal principal, StatementEffects effects, String text, Approval approval)
            throws ChangeRefusedException;

    /// What [#carryOut] would do now: done, counted and rolled back. Locks are waited for briefly only.
    ///
    /// @throws ChangeRefusedException if it could not be done, or not be put back
    MeasuredEffect rehearse(Principal principal, StatementEffects effects, String text)
            throws ChangeRefusedException;

    /// It was done.
    ///
    /// @param commandTag what PostgreSQL answers to the statement: `DROP TABLE`
    /// @param entry under which it is kept and can be put back: `qrn_…`; empty where there was nothing
    ///     to destroy
    record Done(String commandTag, String entry) {}
}
