package dev.holdfast.gateway.guarded;

import dev.holdfast.pgwire.BackendMessageType;
import dev.holdfast.pgwire.MessageFramer;
import io.netty.buffer.ByteBuf;

/// The row count in the tag of CommandComplete (PostgreSQL manual, "Message Formats").
public final class CommandTag {
    private static final long ROWS_MAX = Long.MAX_VALUE / 10 - 1;

    private CommandTag() {}

    /// The number at the end of a tag such as `SELECT 5` or `INSERT 0 1`; -1 where there is none.
    ///
    /// @param index where the tag begins
    /// @param frameLength of the whole message, bytes
    public static long rows(ByteBuf in, int index, int frameLength) {
        int end = index + frameLength - MessageFramer.HEADER_BYTES - 1;
        int at = end;
        while (at > index && isDigit(in.getByte(at - 1))) {
            at--;
        }
        if (at == end || at == index || in.getByte(at - 1) != ' ') {
            return -1;
        }
        long rows = 0;
        for (; at < end && rows <= ROWS_MAX; at++) {
            rows = rows * 10 + (in.getByte(at) - '0');
        }
        return rows;
    }

    /// The same of a whole message; -1 for one that has no tag.
    static long rows(ByteBuf frame) {
        return frame.getByte(frame.readerIndex()) == BackendMessageType.COMMAND_COMPLETE
                ? rows(
                        frame,
                        frame.readerIndex() + MessageFramer.HEADER_BYTES,
                        frame.readableBytes())
                : -1;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
