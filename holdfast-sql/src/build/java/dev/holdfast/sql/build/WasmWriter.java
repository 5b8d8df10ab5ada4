package dev.holdfast.sql.build;

import java.io.ByteArrayOutputStream;

/// Writes what [WasmReader] reads.
final class WasmWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    WasmWriter unsigned(long number) {
        long value = number;
        do {
            int next = (int) (value & 0x7f);
            value >>>= 7;
            out.write(value == 0 ? next : next | 0x80);
        } while (value != 0);
        return this;
    }

    WasmWriter signed(long number) {
        long value = number;
        while (true) {
            int next = (int) (value & 0x7f);
            value >>= 7;
            boolean last =
                    (value == 0 && (next & 0x40) == 0) || (value == -1 && (next & 0x40) != 0);
            if (last) {
                out.write(next);
                return this;
            }
            out.write(next | 0x80);
        }
    }

    WasmWriter oneByte(int value) {
        out.write(value);
        return this;
    }

    WasmWriter bytes(byte[] values) {
        out.writeBytes(values);
        return this;
    }

    byte[] toBytes() {
        return out.toByteArray();
    }
}
