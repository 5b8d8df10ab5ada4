package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.List;

/// How a value is written (PostgreSQL manual, "Formats and Format Codes").
public enum Format {
    TEXT((short) 0),
    BINARY((short) 1);

    private final short code;

    Format(short code) {
        this.code = code;
    }

    /// The format code on the wire, 0 or 1.
    public short code() {
        return code;
    }

    static void writeAll(ByteBuf out, List<Format> formats) {
        out.writeShort(formats.size());
        for (Format format : formats) {
            out.writeShort(format.code());
        }
    }
}
