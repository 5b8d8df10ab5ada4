package dev.holdfast.pgwire;

/// A peer sent bytes that are no message of the protocol, or one that is larger than its limit.
///
/// This is the only exception that decoding throws for what a peer sent. Its message has one form,
/// `what: found (expected: wanted)`, and never repeats more than a number or a type byte of the input,
/// so it may be logged and shown to the peer.
///
/// After a violation with [#PROTOCOL_VIOLATION] the stream has lost its message borders and the
/// connection must be closed. The other codes concern the inside of one well-framed message; PostgreSQL
/// itself answers them with an ERROR and goes on.
public final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// `protocol_violation`: the bytes are not a message.
    public static final String PROTOCOL_VIOLATION = "08P01";

    /// `character_not_in_repertoire`: text of the client that is not valid UTF-8.
    public static final String CHARACTER_NOT_IN_REPERTOIRE = "22021";

    /// `invalid_parameter_value`: a format code other than text and binary.
    public static final String INVALID_PARAMETER_VALUE = "22023";

    /// `feature_not_supported`: a major version of the protocol other than 3.
    public static final String FEATURE_NOT_SUPPORTED = "0A000";

    /// `syntax_error`: start-up options that are no settings.
    public static final String SYNTAX_ERROR = "42601";

    private final String sqlState;

    private ProtocolViolation(String sqlState, String message) {
        // A hostile peer causes these at will: a stack trace would be its amplifier.
        super(message, null, false, false);
        this.sqlState = sqlState;
    }

    /// The SQLSTATE that PostgreSQL would report, five characters.
    public String sqlState() {
        return sqlState;
    }

    /// A violation of the message flow.
    ///
    /// @param found a number, a type or a state; never text that a peer sent
    public static ProtocolViolation of(String what, Object found, String expected) {
        return withState(PROTOCOL_VIOLATION, what, found, expected);
    }

    static ProtocolViolation withState(
            String sqlState, String what, Object found, String expected) {
        return new ProtocolViolation(
                sqlState, what + ": " + found + " (expected: " + expected + ")");
    }
}
