package dev.holdfast.server.composition;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ApprovedDestruction;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.StatementEffects;
import java.time.Duration;

/// Nobody can be asked, and nothing is destroyed.
final class NobodyApproves implements Approvals, ApprovedDestruction {
    private static ChangeRefusedException unavailable() {
        return new ChangeRefusedException(HoldRefusals.unavailable());
    }

    @Override
    public Standing standing(HeldStatement statement) throws ChangeRefusedException {
        throw unavailable();
    }

    @Override
    public Standing ask(HeldStatement statement, MeasuredEffect effect)
            throws ChangeRefusedException {
        throw unavailable();
    }

    @Override
    public Standing await(HeldStatement statement, Duration max) throws ChangeRefusedException {
        throw unavailable();
    }

    @Override
    public Approval take(String id, HeldStatement statement) throws ChangeRefusedException {
        throw unavailable();
    }

    @Override
    public void ended(String id, Ending ending, String transaction) {}

    @Override
    public Done carryOut(
            Principal principal, StatementEffects effects, String text, Approval approval)
            throws ChangeRefusedException {
        throw unavailable();
    }

    @Override
    public MeasuredEffect rehearse(Principal principal, StatementEffects effects, String text)
            throws ChangeRefusedException {
        throw unavailable();
    }
}
