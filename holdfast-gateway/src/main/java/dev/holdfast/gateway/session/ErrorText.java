package dev.holdfast.gateway.session;

import dev.holdfast.pgwire.MessageFramer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Single fields of an ErrorResponse, read where it lies.
final class ErrorText {
    private static final byte SQLSTATE = 'C';
    private static final byte SEVERITY = 'V';
    private static final String UNKNOWN = "XX000";

    private ErrorText() {}

    static String sqlState(ByteBuf in, int frameLength) {
        String state = field(in, frameLength, SQLSTATE);
        return state == null ? UNKNOWN : state;
    }

    static boolean isFatal(ByteBuf in, int frameLength) {
        String severity = field(in, frameLength, SEVERITY);
        return severity != null && (severity.equals("FATAL") || severity.equals("PANIC"));
    }

    private static @Nullable String field(ByteBuf in, int frameLength, byte code) {
        int at = in.readerIndex() + MessageFramer.HEADER_BYTES;
        int end = in.readerIndex() + frameLength;
        while (at < end && in.getByte(at) != 0) {
            int terminator = in.indexOf(at + 1, end, (byte) 0);
            if (terminator < 0) {
                return null;
            }
            if (in.getByte(at) == code) {
                return in.toString(at + 1, terminator - at - 1, StandardCharsets.US_ASCII);
            }
            at = terminator + 1;
        }
        return null;
    }
}
