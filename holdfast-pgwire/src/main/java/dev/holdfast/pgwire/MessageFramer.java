package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;

/// Finds where a message ends, before its body has arrived.
///
/// Every message after the start-up phase is one type byte, a four-byte length that counts itself, and
/// a body (PostgreSQL manual, "Frontend/Backend Protocol", section "Message Formats"). The framer looks
/// at those five bytes only. It keeps no state, so one instance serves all sessions of a direction.
public final class MessageFramer {
    /// Type byte and length field, in bytes.
    public static final int HEADER_BYTES = 5;

    /// The answer of [#frameLength] when the header has not arrived completely.
    public static final int INCOMPLETE = -1;

    private final FrameLimits limits;

    public MessageFramer(FrameLimits limits) {
        this.limits = limits;
    }

    /// The total length in bytes of the message that starts at the reader index: type byte, length
    /// field and body. The body need not have arrived. Consumes nothing and allocates nothing.
    ///
    /// A wrong type byte is reported as soon as it is there, and a wrong length as soon as all of the
    /// length is there.
    ///
    /// @return 5 or more, or [#INCOMPLETE] if fewer than [#HEADER_BYTES] bytes are readable
    /// @throws ProtocolViolation 08P01 for a type that does not exist in this direction, and for a
    ///     length below 4 or above the limit of the type
    public int frameLength(ByteBuf in) {
        int readable = in.readableBytes();
        if (readable == 0) {
            return INCOMPLETE;
        }
        int start = in.readerIndex();
        byte type = in.getByte(start);
        int lengthMax = limits.lengthMax(type);
        if (lengthMax == 0) {
            throw ProtocolViolation.of("message type", WireText.hex(type), limits.expectedType());
        }
        if (readable < HEADER_BYTES) {
            return INCOMPLETE;
        }
        int length = in.getInt(start + 1);
        if (length < FrameLimits.LENGTH_MIN) {
            throw ProtocolViolation.of(
                    limits.name(type) + " length", length, ">= " + FrameLimits.LENGTH_MIN);
        }
        if (length > lengthMax) {
            throw ProtocolViolation.of(limits.name(type) + " length", length, "<= " + lengthMax);
        }
        return 1 + length;
    }
}
