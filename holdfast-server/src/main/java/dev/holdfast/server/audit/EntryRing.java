package dev.holdfast.server.audit;

import dev.holdfast.guard.audit.AuditEntry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// A bounded queue of entries from many event loops to one writer: no locks, no allocation, no
/// system call.
///
/// Each slot carries a turn number (D. Vyukov, "Bounded MPMC queue"): a slot may be filled for
/// position p when its turn is p, and emptied when its turn is p + 1. Besides the entries their
/// characters are bounded, because one statement can be as long as thousands of others.
final class EntryRing {
    private final int mask;
    private final long charactersMax;
    private final AtomicReferenceArray<@Nullable AuditEntry> slots;
    private final AtomicLongArray turns;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong characters = new AtomicLong();

    /// Moved by the writer only; read by whoever asks for the size.
    private volatile long head;

    /// @param entriesMax rounded up to a power of two
    /// @param charactersMax characters of all waiting statements together
    EntryRing(int entriesMax, long charactersMax) {
        int capacity = Integer.highestOneBit(Math.max(2, entriesMax) * 2 - 1);
        this.mask = capacity - 1;
        this.charactersMax = charactersMax;
        this.slots = new AtomicReferenceArray<>(capacity);
        this.turns = new AtomicLongArray(capacity);
        for (int i = 0; i < capacity; i++) {
            turns.setPlain(i, i);
        }
    }

    /// Any thread.
    ///
    /// @return false if there is no room
    boolean offer(AuditEntry entry) {
        int length = entry.statement().length();
        if (characters.addAndGet(length) > charactersMax) {
            characters.addAndGet(-length);
            return false;
        }
        while (true) {
            long position = tail.get();
            int slot = (int) position & mask;
            long turn = turns.getAcquire(slot);
            if (turn == position) {
                if (tail.compareAndSet(position, position + 1)) {
                    slots.setPlain(slot, entry);
                    turns.setRelease(slot, position + 1);
                    return true;
                }
            } else if (turn < position) {
                characters.addAndGet(-length);
                return false;
            } else {
                Thread.onSpinWait();
            }
        }
    }

    /// The writer only.
    ///
    /// @return null if there is none
    @Nullable AuditEntry poll() {
        long position = head;
        int slot = (int) position & mask;
        if (turns.getAcquire(slot) != position + 1) {
            return null;
        }
        AuditEntry entry = slots.getPlain(slot);
        slots.setPlain(slot, null);
        turns.setRelease(slot, position + mask + 1L);
        head = position + 1;
        if (entry != null) {
            characters.addAndGet(-entry.statement().length());
        }
        return entry;
    }

    /// How many entries wait, about.
    int size() {
        return (int) Math.max(0, tail.get() - head);
    }

    int capacity() {
        return mask + 1;
    }
}
