package dev.holdfast.server.undo;

import java.io.Serial;

/// An undo that was not done: nothing of it was committed. The message says why and the hint what to do.
public final class UndoRefusedException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final String hint;

    public UndoRefusedException(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    public UndoRefusedException(String message, String hint, Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }
}
