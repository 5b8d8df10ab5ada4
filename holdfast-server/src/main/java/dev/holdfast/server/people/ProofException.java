package dev.holdfast.server.people;

/// Nothing was proven. The message can be shown to whoever tried; it holds nothing that they sent.
public final class ProofException extends Exception {
    private static final long serialVersionUID = 1L;

    /// Why not.
    public enum Reason {
        /// It is not a proof of this person for this digest.
        WRONG,
        /// It was one, once.
        USED,
        /// Too many attempts failed.
        LOCKED,
        /// The person has no such means, or is disabled.
        NOT_ENROLLED,
        /// The store cannot be used, so nothing can be checked.
        UNAVAILABLE
    }

    private final Reason reason;

    /// @param message can be shown to whoever asked
    public ProofException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
