package dev.holdfast.gateway.session;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/// A keyed 64-bit hash of bytes, and their comparison, eight at a time.
///
/// The key is drawn once per process, so that a client cannot choose texts that collide and turn a table
/// into a list.
final class ByteHash {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long KEY = new SecureRandom().nextLong() | 1;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    private ByteHash() {}

    static long of(ByteBuf bytes, int index, int length) {
        long hash = KEY ^ length;
        int at = index;
        int end = index + length;
        for (; at + 8 <= end; at += 8) {
            hash = mix(hash, bytes.getLongLE(at));
        }
        long tail = 0;
        for (int shift = 0; at < end; at++, shift += 8) {
            tail |= (bytes.getByte(at) & 0xFFL) << shift;
        }
        return finish(mix(hash, tail));
    }

    static long of(byte[] bytes, int length) {
        long hash = KEY ^ length;
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            hash = mix(hash, (long) LONG.get(bytes, at));
        }
        long tail = 0;
        for (int shift = 0; at < length; at++, shift += 8) {
            tail |= (bytes[at] & 0xFFL) << shift;
        }
        return finish(mix(hash, tail));
    }

    static boolean equal(byte[] key, ByteBuf bytes, int index, int length) {
        if (key.length != length) {
            return false;
        }
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            if ((long) LONG.get(key, at) != bytes.getLongLE(index + at)) {
                return false;
            }
        }
        for (; at < length; at++) {
            if (key[at] != bytes.getByte(index + at)) {
                return false;
            }
        }
        return true;
    }

    private static long mix(long hash, long word) {
        long product = (hash ^ word) * MULTIPLIER;
        return (product ^ (product >>> 29)) * KEY;
    }

    private static long finish(long hash) {
        return hash ^ (hash >>> 32);
    }
}
