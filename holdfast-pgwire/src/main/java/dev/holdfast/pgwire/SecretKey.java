package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;

/// The secret that a CancelRequest must know: [#BYTES_MIN] to [#BYTES_MAX] bytes, four in protocol 3.0
/// (PostgreSQL manual, "Message Formats", BackendKeyData). Compared in constant time and never printed.
public final class SecretKey {
    public static final int BYTES_MIN = 4;
    public static final int BYTES_MAX = 256;

    private final byte[] bytes;

    private SecretKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /// A key of a copy of these bytes.
    ///
    /// @throws IllegalArgumentException if there are fewer than [#BYTES_MIN] or more than [#BYTES_MAX]
    public static SecretKey of(byte[] bytes) {
        if (bytes.length < BYTES_MIN || bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "secret key bytes: " + bytes.length + " (expected: 4..256)");
        }
        return new SecretKey(bytes.clone());
    }

    static SecretKey read(Body body) {
        int length = body.remaining();
        if (length < BYTES_MIN || length > BYTES_MAX) {
            throw body.violation("secret key bytes", length, BYTES_MIN + ".." + BYTES_MAX);
        }
        return new SecretKey(body.copy(length));
    }

    void write(ByteBuf out) {
        out.writeBytes(bytes);
    }

    /// The length in bytes.
    public int length() {
        return bytes.length;
    }

    /// A copy of the key.
    public byte[] toByteArray() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretKey that && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "SecretKey[" + bytes.length + " bytes]";
    }
}
