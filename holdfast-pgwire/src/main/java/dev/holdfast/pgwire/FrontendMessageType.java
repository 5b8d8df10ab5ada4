package dev.holdfast.pgwire;

/// The type bytes of messages that a client sends, named as in the PostgreSQL manual,
/// chapter "Frontend/Backend Protocol", section "Message Formats".
///
/// The packets of the start-up phase carry no type byte: see [StartupPacket].
public final class FrontendMessageType {
    public static final byte BIND = 'B';
    public static final byte CLOSE = 'C';
    public static final byte COPY_DATA = 'd';
    public static final byte COPY_DONE = 'c';
    public static final byte COPY_FAIL = 'f';
    public static final byte DESCRIBE = 'D';
    public static final byte EXECUTE = 'E';
    public static final byte FLUSH = 'H';
    public static final byte FUNCTION_CALL = 'F';
    public static final byte PARSE = 'P';

    /// Shared by PasswordMessage, SASLInitialResponse, SASLResponse and GSSResponse: which one it is
    /// follows only from the authentication request that it answers.
    public static final byte PASSWORD_MESSAGE = 'p';

    public static final byte QUERY = 'Q';
    public static final byte SYNC = 'S';
    public static final byte TERMINATE = 'X';

    private FrontendMessageType() {}

    /// The manual's name of a type byte, or the byte itself as `0x21` if no message has that type.
    public static String name(byte type) {
        return switch (type) {
            case BIND -> "Bind";
            case CLOSE -> "Close";
            case COPY_DATA -> "CopyData";
            case COPY_DONE -> "CopyDone";
            case COPY_FAIL -> "CopyFail";
            case DESCRIBE -> "Describe";
            case EXECUTE -> "Execute";
            case FLUSH -> "Flush";
            case FUNCTION_CALL -> "FunctionCall";
            case PARSE -> "Parse";
            case PASSWORD_MESSAGE -> "PasswordMessage";
            case QUERY -> "Query";
            case SYNC -> "Sync";
            case TERMINATE -> "Terminate";
            default -> WireText.hex(type);
        };
    }
}
