package dev.holdfast.sql.parser;

/// Ends a parse that a limit forbids to go on. It unwinds through the grammar's own frames, which know
/// only exceptions, and becomes an [ParseOutcome.Unreadable] on its way out.
final class ParseAbandoned extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final UnreadableReason reason;

    ParseAbandoned(UnreadableReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    UnreadableReason reason() {
        return reason;
    }
}
