package dev.holdfast.server.people;

/// Something about a person was refused. The message can be shown to whoever asked; it holds no secret.
public final class PeopleException extends Exception {
    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Reason {
        /// What was given is not in the form that is asked for; the message says how it must be.
        INVALID,
        /// Name, password, code, passkey or invite is not right, or is not right any more. Which of them is not
        /// told.
        REFUSED,
        /// Too many attempts failed; the message says when the next is looked at.
        LOCKED,
        /// There is no such person.
        UNKNOWN,
        /// Whoever asks may not do this.
        FORBIDDEN,
        /// The store cannot be used, so nothing was done.
        UNAVAILABLE
    }

    private final Reason reason;

    PeopleException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
