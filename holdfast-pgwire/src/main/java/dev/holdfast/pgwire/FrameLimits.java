package dev.holdfast.pgwire;

/// For each type byte of one direction the largest length field that is accepted, in bytes; 0 where no
/// message of that type exists in that direction.
///
/// The length field counts itself (4 bytes) and the body but not the type byte. PostgreSQL bounds
/// messages in the same way (`PQ_SMALL_MESSAGE_LIMIT`, `PQ_LARGE_MESSAGE_LIMIT`), only more generously.
public final class FrameLimits {
    /// The length field of a message without a body.
    public static final int LENGTH_MIN = 4;

    /// 1 GiB − 1: PostgreSQL cannot build a longer message.
    public static final int LENGTH_MAX = (1 << 30) - 1;

    private static final int READY_FOR_QUERY_LENGTH = LENGTH_MIN + 1;
    private static final int BACKEND_KEY_DATA_LENGTH_MAX =
            LENGTH_MIN + Integer.BYTES + SecretKey.BYTES_MAX;

    private final int[] lengthMaxByType;
    private final Direction direction;

    enum Direction {
        FRONTEND,
        BACKEND
    }

    private FrameLimits(Direction direction, int[] lengthMaxByType) {
        this.direction = direction;
        this.lengthMaxByType = lengthMaxByType;
    }

    /// The limits of a client's messages with [FrontendLimits#defaults].
    public static FrameLimits frontend() {
        return frontend(FrontendLimits.defaults());
    }

    /// The limits of a client's messages.
    public static FrameLimits frontend(FrontendLimits limits) {
        int[] table = new int[256];
        table[FrontendMessageType.QUERY] = limits.statementBytesMax();
        table[FrontendMessageType.PARSE] = limits.statementBytesMax();
        table[FrontendMessageType.FUNCTION_CALL] = limits.statementBytesMax();
        table[FrontendMessageType.BIND] = limits.bindBytesMax();
        table[FrontendMessageType.COPY_DATA] = limits.copyDataBytesMax();
        table[FrontendMessageType.PASSWORD_MESSAGE] = limits.authenticationBytesMax();
        table[FrontendMessageType.CLOSE] = limits.nameBytesMax();
        table[FrontendMessageType.DESCRIBE] = limits.nameBytesMax();
        table[FrontendMessageType.EXECUTE] = limits.nameBytesMax();
        table[FrontendMessageType.COPY_FAIL] = limits.nameBytesMax();
        table[FrontendMessageType.COPY_DONE] = LENGTH_MIN;
        table[FrontendMessageType.FLUSH] = LENGTH_MIN;
        table[FrontendMessageType.SYNC] = LENGTH_MIN;
        table[FrontendMessageType.TERMINATE] = LENGTH_MIN;
        return new FrameLimits(Direction.FRONTEND, table);
    }

    /// The limits of a server's messages with [BackendLimits#defaults].
    public static FrameLimits backend() {
        return backend(BackendLimits.defaults());
    }

    /// The limits of a server's messages.
    public static FrameLimits backend(BackendLimits limits) {
        int[] table = new int[256];
        table[BackendMessageType.DATA_ROW] = limits.rowBytesMax();
        table[BackendMessageType.COPY_DATA] = limits.rowBytesMax();
        table[BackendMessageType.FUNCTION_CALL_RESPONSE] = limits.rowBytesMax();
        table[BackendMessageType.ROW_DESCRIPTION] = limits.descriptionBytesMax();
        table[BackendMessageType.PARAMETER_DESCRIPTION] = limits.descriptionBytesMax();
        table[BackendMessageType.ERROR_RESPONSE] = limits.reportBytesMax();
        table[BackendMessageType.NOTICE_RESPONSE] = limits.reportBytesMax();
        table[BackendMessageType.NOTIFICATION_RESPONSE] = limits.reportBytesMax();
        table[BackendMessageType.AUTHENTICATION] = limits.smallBytesMax();
        table[BackendMessageType.PARAMETER_STATUS] = limits.smallBytesMax();
        table[BackendMessageType.COMMAND_COMPLETE] = limits.smallBytesMax();
        table[BackendMessageType.NEGOTIATE_PROTOCOL_VERSION] = limits.smallBytesMax();
        table[BackendMessageType.COPY_IN_RESPONSE] = limits.smallBytesMax();
        table[BackendMessageType.COPY_OUT_RESPONSE] = limits.smallBytesMax();
        table[BackendMessageType.COPY_BOTH_RESPONSE] = limits.smallBytesMax();
        table[BackendMessageType.BACKEND_KEY_DATA] = BACKEND_KEY_DATA_LENGTH_MAX;
        table[BackendMessageType.READY_FOR_QUERY] = READY_FOR_QUERY_LENGTH;
        table[BackendMessageType.BIND_COMPLETE] = LENGTH_MIN;
        table[BackendMessageType.CLOSE_COMPLETE] = LENGTH_MIN;
        table[BackendMessageType.COPY_DONE] = LENGTH_MIN;
        table[BackendMessageType.EMPTY_QUERY_RESPONSE] = LENGTH_MIN;
        table[BackendMessageType.NO_DATA] = LENGTH_MIN;
        table[BackendMessageType.PARSE_COMPLETE] = LENGTH_MIN;
        table[BackendMessageType.PORTAL_SUSPENDED] = LENGTH_MIN;
        return new FrameLimits(Direction.BACKEND, table);
    }

    /// The same limits, none of them larger than `totalBytesMax`.
    ///
    /// @throws IllegalArgumentException if `totalBytesMax` is not in 4 … [#LENGTH_MAX]
    public FrameLimits cappedAt(int totalBytesMax) {
        requireLimit("totalBytesMax", totalBytesMax);
        int[] table = lengthMaxByType.clone();
        for (int type = 0; type < table.length; type++) {
            table[type] = Math.min(table[type], totalBytesMax);
        }
        return new FrameLimits(direction, table);
    }

    /// The largest length field accepted for a type, in bytes; 0 if the type does not exist.
    public int lengthMax(byte type) {
        return lengthMaxByType[type & 0xff];
    }

    String name(byte type) {
        return switch (direction) {
            case FRONTEND -> FrontendMessageType.name(type);
            case BACKEND -> BackendMessageType.name(type);
        };
    }

    String expectedType() {
        return switch (direction) {
            case FRONTEND -> "a frontend message type";
            case BACKEND -> "a backend message type";
        };
    }

    static void requireLimit(String name, int bytes) {
        if (bytes < LENGTH_MIN || bytes > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    name + ": " + bytes + " (expected: " + LENGTH_MIN + ".." + LENGTH_MAX + ")");
        }
    }
}
