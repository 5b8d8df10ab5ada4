package dev.holdfast.sql.build;

import java.util.Arrays;

/// Reads the numbers of WebAssembly's binary format, which are LEB128.
final class WasmReader {
    private final byte[] bytes;
    private int position;

    WasmReader(byte[] bytes) {
        this.bytes = bytes;
    }

    int position() {
        return position;
    }

    boolean atEnd() {
        return position == bytes.length;
    }

    int unsignedByte() {
        return bytes[position++] & 0xff;
    }

    int unsigned() {
        return Math.toIntExact(unsignedLong());
    }

    long unsignedLong() {
        long value = 0;
        int shift = 0;
        while (true) {
            int next = unsignedByte();
            value |= (long) (next & 0x7f) << shift;
            shift += 7;
            if (next < 0x80) {
                return value;
            }
        }
    }

    long signed() {
        long value = 0;
        int shift = 0;
        int next;
        do {
            next = unsignedByte();
            value |= (long) (next & 0x7f) << shift;
            shift += 7;
        } while (next >= 0x80);
        if (shift < Long.SIZE && (next & 0x40) != 0) {
            value |= -1L << shift;
        }
        return value;
    }

    byte[] take(int length) {
        byte[] taken = Arrays.copyOfRange(bytes, position, position + length);
        position += length;
        return taken;
    }

    /// What was read since an earlier position.
    byte[] since(int earlier) {
        return Arrays.copyOfRange(bytes, earlier, position);
    }

    byte[] rest() {
        return take(bytes.length - position);
    }
}
