package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes the header of a message and, once the body is written, its length.
final class Frame {
    private Frame() {}

    /// Writes type and a place for the length.
    ///
    /// @return what [#end] needs
    static int begin(ByteBuf out, byte type) {
        int start = out.writerIndex();
        out.writeByte(type);
        out.writeInt(0);
        return start;
    }

    static void end(ByteBuf out, int start) {
        out.setInt(start + 1, out.writerIndex() - start - 1);
    }

    static void writeEmpty(ByteBuf out, byte type) {
        out.writeByte(type);
        out.writeInt(FrameLimits.LENGTH_MIN);
    }

    /// Writes the bytes of a value without consuming them, so that a message can be encoded twice.
    static void writeBytes(ByteBuf out, ByteBuf value) {
        out.writeBytes(value, value.readerIndex(), value.readableBytes());
    }

    /// Writes a value with its length before it, −1 and nothing else for NULL.
    static void writeValue(ByteBuf out, @Nullable ByteBuf value) {
        if (value == null) {
            out.writeInt(-1);
        } else {
            out.writeInt(value.readableBytes());
            writeBytes(out, value);
        }
    }

    /// As `List.copyOf`, which refuses the nulls that stand for NULL.
    static List<@Nullable ByteBuf> copyOf(List<@Nullable ByteBuf> values) {
        return Collections.unmodifiableList(new ArrayList<>(values));
    }

    static void requireCount16(String what, int count) {
        if (count > 0xffff) {
            throw new IllegalArgumentException(what + ": " + count + " (expected: <= 65535)");
        }
    }
}
