package dev.holdfast.server.web;

import java.util.Map;

/// A request that is not done. Code, message and hint go to the caller: they name no secret and no value.
public final class RequestRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String hint;

    /// @param status the HTTP status, 400 to 599
    /// @param code a word for programs, in snake case
    /// @param message what was refused
    /// @param hint what to do next; empty where there is nothing to say
    public RequestRefused(int status, String code, String message, String hint) {
        super(message, null, false, false);
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 400 to 599)");
        }
        this.status = status;
        this.code = code;
        this.hint = hint;
    }

    /// Something in the request has not the form that it must have.
    public static RequestRefused malformed(String message) {
        return new RequestRefused(400, "malformed_request", message, "");
    }

    /// What was asked for is not there, or not for this caller to know of.
    public static RequestRefused notFound(String what) {
        return new RequestRefused(404, "not_found", what + " is not there", "");
    }

    /// What was asked for cannot be done as things are.
    public static RequestRefused conflict(String code, String message, String hint) {
        return new RequestRefused(409, code, message, hint);
    }

    /// What somebody asked for is not done, because it cannot be put on record.
    public static RequestRefused recordUnavailable() {
        return new RequestRefused(
                503,
                "record_unavailable",
                "the record cannot be written",
                "See /readyz, and the disk of the record's directory.");
    }

    /// The HTTP status.
    public int status() {
        return status;
    }

    /// A word for programs.
    public String code() {
        return code;
    }

    /// What was refused.
    public String text() {
        return String.valueOf(getMessage());
    }

    /// What to do next; may be empty.
    public String hint() {
        return hint;
    }

    /// The answer's body for programs.
    Map<String, Object> body() {
        return Map.of("error", Map.of("code", code, "message", text(), "hint", hint));
    }
}
