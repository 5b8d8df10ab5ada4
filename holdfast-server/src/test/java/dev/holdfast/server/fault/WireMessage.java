package dev.holdfast.server.fault;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One message of PostgreSQL's protocol, whole.
///
/// @param type its first byte; 0 for a start-up packet, which has none
/// @param bytes all of it, type and length included
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record WireMessage(char type, byte[] bytes) {
    private static final int HEADER_BYTES = 5;

    /// The next message; null at the end of the stream.
    static @Nullable WireMessage read(DataInputStream in) throws IOException {
        int type = in.read();
        if (type < 0) {
            return null;
        }
        int length = in.readInt();
        byte[] bytes = new byte[length + 1];
        ByteBuffer.wrap(bytes).put((byte) type).putInt(length);
        in.readFully(bytes, HEADER_BYTES, length - Integer.BYTES);
        return new WireMessage((char) type, bytes);
    }

    /// The first packet of a client.
    static WireMessage readStartup(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 2 * Integer.BYTES) {
            throw new EOFException("start-up packet of " + length + " bytes (expected: >= 8)");
        }
        byte[] bytes = new byte[length];
        ByteBuffer.wrap(bytes).putInt(length);
        in.readFully(bytes, Integer.BYTES, length - Integer.BYTES);
        return new WireMessage('\0', bytes);
    }

    /// The number behind the header.
    int number() {
        return ByteBuffer.wrap(bytes).getInt(type == '\0' ? Integer.BYTES : HEADER_BYTES);
    }

    /// The zero-terminated text that stands behind so many others; empty where there is none.
    ///
    /// @param skipped how many bytes of the body come before the first text
    String text(int index, int skipped) {
        int at = (type == '\0' ? Integer.BYTES : HEADER_BYTES) + skipped;
        for (int passed = 0; at < bytes.length; passed++) {
            int end = at;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
            if (passed == index) {
                return new String(bytes, at, end - at, StandardCharsets.UTF_8);
            }
            at = end + 1;
        }
        return "";
    }
}
