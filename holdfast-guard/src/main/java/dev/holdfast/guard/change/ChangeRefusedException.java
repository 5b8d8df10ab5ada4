package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.Refusal;
import java.io.Serial;

/// A transaction that may not commit: it is rolled back, and the agent is told why.
public final class ChangeRefusedException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    public ChangeRefusedException(Refusal refusal) {
        super(refusal.rule() + ": " + refusal.message());
        this.refusal = refusal;
    }

    /// @param cause what happened, for the log; the agent is shown the refusal only
    public ChangeRefusedException(Refusal refusal, Throwable cause) {
        super(refusal.rule() + ": " + refusal.message(), cause);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
