package dev.holdfast.server.store;

/// The control store cannot be reached, read or written. What depended on it is refused.
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
