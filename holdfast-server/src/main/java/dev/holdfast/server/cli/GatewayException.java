package dev.holdfast.server.cli;

import java.io.IOException;

/// What a gateway did not do, in its own words.
final class GatewayException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /// @param status the HTTP status
    /// @param code the interface's word for it; empty where the answer was not the interface's
    GatewayException(int status, String code, String message, String hint) {
        super(hint.isEmpty() ? message : message + System.lineSeparator() + hint);
        this.status = status;
        this.code = code;
    }

    /// Whether the caller is not signed in, or may not do it.
    boolean permission() {
        return status == 401 || status == 403;
    }

    String code() {
        return code;
    }
}
