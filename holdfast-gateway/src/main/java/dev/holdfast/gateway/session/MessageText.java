package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Strings and names within the client's messages, where they lie.
final class MessageText {
    private static final int NOT_FOUND = -1;

    private MessageText() {}

    /// The byte before the name in Describe and Close.
    static boolean isStatement(ByteBuf in) {
        byte what = in.getByte(in.readerIndex() + MessageFramer.HEADER_BYTES);
        return switch (what) {
            case 'S' -> true;
            case 'P' -> false;
            default -> throw ProtocolViolation.of("object", what, "'S' or 'P'");
        };
    }

    static byte[] bytes(ByteBuf in, int index, int length) {
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        return bytes;
    }

    static void requireTerminator(ByteBuf in, int textIndex, int textLength) {
        if (textLength < 0 || in.getByte(textIndex + textLength) != 0) {
            throw ProtocolViolation.of("Query", "no terminator", "a NUL at its end");
        }
    }

    static @Nullable Refusal nameRefusal(ByteBuf in, int name, int nameLength) {
        if (NamedStatements.isReserved(in, name, nameLength)) {
            return Refusals.reservedName();
        }
        return NamedStatements.isDistinct(in, name, nameLength) ? null : Refusals.ambiguousName();
    }

    /// The length of the string at an index, which must end before the message does.
    static int stringLength(ByteBuf in, int index, int end) {
        int terminator = index >= end ? NOT_FOUND : in.indexOf(index, end, (byte) 0);
        if (terminator == NOT_FOUND) {
            throw ProtocolViolation.of("string", "no terminator", "a NUL in the message");
        }
        return terminator - index;
    }
}
