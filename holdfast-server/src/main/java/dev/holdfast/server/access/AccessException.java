package dev.holdfast.server.access;

/// Something about access that is not done. The message says what to do; it names no secret.
public final class AccessException extends Exception {
    private static final long serialVersionUID = 1L;

    /// Why not.
    public enum Reason {
        /// What was asked for has not the form or the bounds that it must have.
        MALFORMED,
        /// There is no such agent, database, grant or request.
        UNKNOWN,
        /// It cannot be done as things are.
        CONFLICT,
        /// A database, the record or the store cannot do its part now.
        UNAVAILABLE
    }

    private final Reason reason;

    AccessException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    AccessException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
