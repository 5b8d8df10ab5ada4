package dev.holdfast.gateway.upstream;

import dev.holdfast.guard.decision.Refusal;
import java.io.Serial;

/// PostgreSQL could not be reached, or what was reached must not be used. The message is for the
/// operator's log and may name hosts; [#refusal] is for the client and names none.
public final class UpstreamException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;
    private final boolean tlsFailure;

    UpstreamException(String message, Refusal refusal) {
        this(message, refusal, false);
    }

    private UpstreamException(String message, Refusal refusal, boolean tlsFailure) {
        super(message);
        this.refusal = refusal;
        this.tlsFailure = tlsFailure;
    }

    /// TLS was refused or did not come about; nothing else has been tried.
    static UpstreamException tls(String message, Refusal refusal) {
        return new UpstreamException(message, refusal, true);
    }

    boolean isTlsFailure() {
        return tlsFailure;
    }

    /// What the client is told.
    public Refusal refusal() {
        return refusal;
    }
}
