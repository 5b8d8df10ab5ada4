package dev.holdfast.gateway.upstream;

import dev.holdfast.guard.decision.Refusal;
import java.io.Serial;

/// PostgreSQL could not be reached, or what was reached must not be used. The message is for the
/// operator's log and may name hosts; [#refusal] is for the client and names none.
public final class UpstreamException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    public UpstreamException(String message, Refusal refusal) {
        super(message);
        this.refusal = refusal;
    }

    public UpstreamException(String message, Refusal refusal, Throwable cause) {
        super(message, cause);
        this.refusal = refusal;
    }

    /// What the client is told.
    public Refusal refusal() {
        return refusal;
    }
}
