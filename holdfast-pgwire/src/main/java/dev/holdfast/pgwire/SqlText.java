package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;

/// Where the SQL text stands in a Query or Parse, for looking it up by its bytes without decoding.
///
/// The methods take a frame that has arrived completely and starts at the reader index; they consume
/// nothing and allocate nothing. That the bytes are UTF-8 is not checked here: [FrontendMessage#decode]
/// does, and whoever looks up bytes must have put only decoded ones in.
public final class SqlText {
    private SqlText() {}

    /// The index in the buffer of the first byte of the text, for [#length].
    ///
    /// @throws ProtocolViolation if the frame is neither Query nor Parse, or lies about its length, or
    ///     the statement name of a Parse has no end
    public static int start(ByteBuf frame) {
        if (!frame.isReadable()) {
            throw ProtocolViolation.of("message bytes", 0, ">= " + MessageFramer.HEADER_BYTES);
        }
        int start = frame.readerIndex();
        byte type = frame.getByte(start);
        int end = Body.frameEnd(frame, FrontendMessageType.name(type));
        int bodyStart = start + MessageFramer.HEADER_BYTES;
        return switch (type) {
            case FrontendMessageType.QUERY -> bodyStart;
            case FrontendMessageType.PARSE -> {
                int nameLength = frame.bytesBefore(bodyStart, end - bodyStart, (byte) 0);
                if (nameLength < 0) {
                    throw ProtocolViolation.of("Parse statement", "no zero byte", "one at its end");
                }
                yield bodyStart + nameLength + 1;
            }
            default ->
                    throw ProtocolViolation.of(
                            "message type", WireText.hex(type), "Query or Parse");
        };
    }

    /// The length of the text in bytes, without the zero byte at its end.
    ///
    /// @param start what [#start] gave for this frame
    /// @throws ProtocolViolation if the text has no end, or a Query goes on behind it
    public static int length(ByteBuf frame, int start) {
        byte type = frame.getByte(frame.readerIndex());
        String name = FrontendMessageType.name(type);
        int end = Body.frameEnd(frame, name);
        int length = frame.bytesBefore(start, end - start, (byte) 0);
        if (length < 0) {
            throw ProtocolViolation.of(name + " query", "no zero byte", "one at its end");
        }
        int trailing = end - start - length - 1;
        if (type == FrontendMessageType.QUERY && trailing != 0) {
            throw ProtocolViolation.of("Query trailing bytes", trailing, "0");
        }
        return length;
    }
}
