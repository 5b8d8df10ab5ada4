package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the body of one message and nothing behind it.
///
/// Nothing is allocated on the word of a count or a length alone: each is first compared with the bytes
/// that are left, so the memory that decoding takes is proportional to the bytes that really arrived.
final class Body {
    private static final int FORMAT_BYTES = 2;
    private static final int LENGTH_BYTES = 4;

    private final ByteBuf in;
    private final String message;
    private final boolean textMustBeUtf8;
    private final int end;
    private int index;

    private Body(ByteBuf in, int start, int end, String message, boolean textMustBeUtf8) {
        this.in = in;
        this.index = start;
        this.end = end;
        this.message = message;
        this.textMustBeUtf8 = textMustBeUtf8;
    }

    /// A body between two indexes of the buffer whose text must be valid UTF-8: from a client nothing
    /// is accepted that is not understood.
    static Body strict(ByteBuf in, int start, int end, String message) {
        return new Body(in, start, end, message, true);
    }

    /// A body whose text may be anything, malformed bytes read as U+FFFD: a server may report an error
    /// before the encoding is agreed on, and a database in SQL_ASCII holds any bytes.
    static Body lenient(ByteBuf in, int start, int end, String message) {
        return new Body(in, start, end, message, false);
    }

    /// The end of the message that starts at the reader index, which must have arrived completely.
    static int frameEnd(ByteBuf frame, String message) {
        int readable = frame.readableBytes();
        if (readable < MessageFramer.HEADER_BYTES) {
            throw ProtocolViolation.of(
                    message + " bytes", readable, ">= " + MessageFramer.HEADER_BYTES);
        }
        int length = frame.getInt(frame.readerIndex() + 1);
        if (length < FrameLimits.LENGTH_MIN || length > readable - 1) {
            throw ProtocolViolation.of(
                    message + " length", length, FrameLimits.LENGTH_MIN + ".." + (readable - 1));
        }
        return frame.readerIndex() + 1 + length;
    }

    int remaining() {
        return end - index;
    }

    int index() {
        return index;
    }

    ProtocolViolation violation(String what, Object found, String expected) {
        return ProtocolViolation.of(message + " " + what, found, expected);
    }

    byte int8(String what) {
        require(what, 1);
        return in.getByte(index++);
    }

    short int16(String what) {
        require(what, 2);
        short value = in.getShort(index);
        index += 2;
        return value;
    }

    int int32(String what) {
        require(what, 4);
        int value = in.getInt(index);
        index += 4;
        return value;
    }

    /// A count of 0 to 65,535 things of at least `bytesEach` bytes that all are still to come.
    /// PostgreSQL reads such counts without sign too.
    int count16(String what, int bytesEach) {
        int count = int16(what) & 0xffff;
        if (count > remaining() / bytesEach) {
            throw violation(what, count, "<= " + remaining() / bytesEach);
        }
        return count;
    }

    /// As [#count16], from four bytes.
    int count32(String what, int bytesEach) {
        int count = int32(what);
        if (count < 0 || count > remaining() / bytesEach) {
            throw violation(what, count, "0.." + remaining() / bytesEach);
        }
        return count;
    }

    String string(String what) {
        int start = index;
        skipString(what);
        int length = index - 1 - start;
        String value = in.toString(start, length, StandardCharsets.UTF_8);
        // Valid text may itself contain U+FFFD, so the bytes have the last word.
        if (textMustBeUtf8
                && value.indexOf('\uFFFD') >= 0
                && !ByteBufUtil.isText(in, start, length, StandardCharsets.UTF_8)) {
            throw ProtocolViolation.withState(
                    ProtocolViolation.CHARACTER_NOT_IN_REPERTOIRE,
                    message + " " + what,
                    "malformed bytes",
                    "UTF-8");
        }
        return value;
    }

    void skipString(String what) {
        int length = in.bytesBefore(index, end - index, (byte) 0);
        if (length < 0) {
            throw violation(what, "no zero byte", "one at its end");
        }
        index += length + 1;
    }

    /// A view of the next bytes, not retained: valid as long as the buffer it was read from.
    ByteBuf slice(String what, int length) {
        require(what, length);
        ByteBuf slice = in.slice(index, length);
        index += length;
        return slice;
    }

    ByteBuf rest() {
        return slice("data", remaining());
    }

    byte[] copy(int length) {
        require("data", length);
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        index += length;
        return bytes;
    }

    /// A value with its length before it, null where the length is −1.
    @Nullable ByteBuf value(String what) {
        int length = int32(what + " length");
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > remaining()) {
            throw violation(what + " length", length, "-1.." + remaining());
        }
        return slice(what, length);
    }

    List<@Nullable ByteBuf> values(String countName, String valueName) {
        int count = count16(countName, LENGTH_BYTES);
        List<@Nullable ByteBuf> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(value(valueName));
        }
        return values;
    }

    Format format(String what) {
        short code = int16(what);
        return switch (code) {
            case 0 -> Format.TEXT;
            case 1 -> Format.BINARY;
            default ->
                    throw ProtocolViolation.withState(
                            ProtocolViolation.INVALID_PARAMETER_VALUE,
                            message + " " + what,
                            code,
                            "0 or 1");
        };
    }

    List<Format> formats(String countName, String formatName) {
        int count = count16(countName, FORMAT_BYTES);
        List<Format> formats = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            formats.add(format(formatName));
        }
        return formats;
    }

    void requireEnd() {
        if (index != end) {
            throw violation("trailing bytes", remaining(), "0");
        }
    }

    private void require(String what, int bytes) {
        if (bytes < 0 || bytes > remaining()) {
            throw violation(what + " bytes", remaining(), ">= " + bytes);
        }
    }
}
