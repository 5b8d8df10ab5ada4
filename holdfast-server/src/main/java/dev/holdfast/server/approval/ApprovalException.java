package dev.holdfast.server.approval;

/// A person's word does not count; the message says why, and what to do.
public final class ApprovalException extends Exception {
    private static final long serialVersionUID = 1L;

    ApprovalException(String message) {
        super(message);
    }

    ApprovalException(String message, Throwable cause) {
        super(message, cause);
    }
}
