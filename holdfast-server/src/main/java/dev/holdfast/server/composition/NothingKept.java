package dev.holdfast.server.composition;

import dev.holdfast.guard.change.ChangeKeeper;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.RowLedger;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import org.jspecify.annotations.Nullable;

/// Where nothing is set up that could keep what is changed: nothing may change.
final class NothingKept implements ChangeKeeper, RowLedger {
    private static final Refusal UNAVAILABLE =
            new Refusal(
                    ErrorCode.FEATURE_NOT_SUPPORTED,
                    "guarded.unavailable",
                    "the policy allows this statement, but only measured and undoable, and this database"
                            + " is not set up for that",
                    "Rule guarded.unavailable: nothing is configured that could keep what is changed.",
                    "Nothing was changed. Read with SELECT; tell the person you work for which rows must"
                            + " change and why. Do not retry.");

    @Override
    public Refusal unavailable(Principal principal) {
        return UNAVAILABLE;
    }

    @Override
    public Examined examine(Principal principal, Measurement measured, WritingSession writer)
            throws ChangeRefusedException {
        throw new ChangeRefusedException(UNAVAILABLE);
    }

    @Override
    public KeptTransaction keep(
            WriteTransaction transaction, Measurement measured, WritingSession writer, Also also)
            throws ChangeRefusedException {
        throw new ChangeRefusedException(UNAVAILABLE);
    }

    @Override
    public @Nullable Refusal take(Principal principal, long rows, RowLimits limits) {
        return UNAVAILABLE;
    }

    @Override
    public void giveBack(Principal principal, long rows) {}
}
