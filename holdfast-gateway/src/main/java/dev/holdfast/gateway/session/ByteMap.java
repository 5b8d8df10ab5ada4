package dev.holdfast.gateway.session;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A hash map from byte strings to values that is asked with bytes where they lie in a buffer: a hit
/// copies and allocates nothing. Open addressing with linear probing; not thread-safe, each event loop
/// has its own.
///
/// @param <V> the values
final class ByteMap<V> {
    private static final int SMALLEST = 16;

    private @Nullable Slot<V>[] slots = table(SMALLEST);
    private int size;

    private static final class Slot<V> {
        private final long hash;
        private final byte[] key;
        private final V value;

        private Slot(long hash, byte[] key, V value) {
            this.hash = hash;
            this.key = key;
            this.value = value;
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <V> @Nullable Slot<V>[] table(int capacity) {
        return new Slot[capacity];
    }

    int size() {
        return size;
    }

    @Nullable V find(ByteBuf bytes, int index, int length) {
        long hash = ByteHash.of(bytes, index, length);
        int mask = slots.length - 1;
        for (int at = (int) hash & mask; ; at = (at + 1) & mask) {
            Slot<V> slot = slots[at];
            if (slot == null) {
                return null;
            }
            if (slot.hash == hash && ByteHash.equal(slot.key, bytes, index, length)) {
                return slot.value;
            }
        }
    }

    @Nullable V find(byte[] bytes, int length) {
        Slot<V> slot = slots[position(bytes, length, ByteHash.of(bytes, length))];
        return slot == null ? null : slot.value;
    }

    /// Maps a key, which is not copied and must not change, to a value; returns the earlier value.
    @Nullable V put(byte[] key, V value) {
        long hash = ByteHash.of(key, key.length);
        int at = position(key, key.length, hash);
        Slot<V> earlier = slots[at];
        slots[at] = new Slot<>(hash, key, value);
        if (earlier != null) {
            return earlier.value;
        }
        size++;
        if (size * 2 > slots.length) {
            grow();
        }
        return null;
    }

    @Nullable V remove(byte[] key) {
        int at = position(key, key.length, ByteHash.of(key, key.length));
        Slot<V> removed = slots[at];
        if (removed == null) {
            return null;
        }
        slots[at] = null;
        size--;
        closeGap(at);
        return removed.value;
    }

    /// The sum of a measure over all values.
    long sum(ToLongFunction<? super V> measure) {
        long sum = 0;
        for (Slot<V> slot : slots) {
            if (slot != null) {
                sum += measure.applyAsLong(slot.value);
            }
        }
        return sum;
    }

    void clear() {
        if (slots.length > SMALLEST) {
            slots = table(SMALLEST);
        } else {
            Arrays.fill(slots, null);
        }
        size = 0;
    }

    private int position(byte[] key, int length, long hash) {
        int mask = slots.length - 1;
        int at = (int) hash & mask;
        while (true) {
            Slot<V> slot = slots[at];
            if (slot == null
                    || (slot.hash == hash
                            && Arrays.equals(slot.key, 0, slot.key.length, key, 0, length))) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    /// Moves the run behind an emptied slot forward, so that probing still finds every key.
    private void closeGap(int emptied) {
        int mask = slots.length - 1;
        int gap = emptied;
        for (int at = (gap + 1) & mask; ; at = (at + 1) & mask) {
            Slot<V> slot = slots[at];
            if (slot == null) {
                return;
            }
            int home = (int) slot.hash & mask;
            boolean mayMove = ((at - home) & mask) >= ((at - gap) & mask);
            if (mayMove) {
                slots[gap] = slot;
                slots[at] = null;
                gap = at;
            }
        }
    }

    private void grow() {
        @Nullable Slot<V>[] small = slots;
        slots = table(small.length * 2);
        int mask = slots.length - 1;
        for (Slot<V> slot : small) {
            if (slot != null) {
                int at = (int) slot.hash & mask;
                while (slots[at] != null) {
                    at = (at + 1) & mask;
                }
                slots[at] = slot;
            }
        }
    }
}
