package dev.holdfast.server.audit;

import dev.holdfast.guard.audit.AuditEntry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
///
/// An agent may have waiting as much as is still free, of both. So an agent that makes entries faster
/// than they are written gets half of the room, two such agents a third each, and whoever comes next
/// always finds some: nobody's flood makes the record unavailable to others (A. Choudhury, E. Hahne,
/// "Dynamic queue length thresholds for shared-memory packet switches", 1998).
final class EntryRing {
    private final int mask;
    private final long charactersMax;
    private final AtomicReferenceArray<@Nullable AuditEntry> slots;
    private final AtomicLongArray turns;
    private final AtomicLong tail = new AtomicLong();
    private final AtomicLong characters = new AtomicLong();

    /// As many as there are agents in the configuration.
    private final Map<String, Waiting> agents = new ConcurrentHashMap<>();

    /// What one agent has waiting.
    private static final class Waiting {
        private final AtomicInteger entries = new AtomicInteger();
        private final AtomicLong characters = new AtomicLong();
    }

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
        Waiting waiting = waiting(entry.agent());
        if (!fits(waiting, 1, length)) {
            return false;
        }
        if (characters.addAndGet(length) > charactersMax) {
            characters.addAndGet(-length);
            return false;
        }
        // Before the entry is there to be taken off.
        waiting.entries.incrementAndGet();
        waiting.characters.addAndGet(length);
        if (put(entry)) {
            return true;
        }
        takeOff(waiting, length);
        return false;
    }

    /// Whether an agent has used less than half of what it may have waiting.
    boolean keepsUp(String agent) {
        Waiting waiting = waiting(agent);
        return fits(waiting, waiting.entries.get(), waiting.characters.get());
    }

    private boolean fits(Waiting waiting, int entries, long length) {
        return waiting.entries.get() + entries <= capacity() - size()
                && waiting.characters.get() + length <= charactersMax - characters.get();
    }

    private Waiting waiting(String agent) {
        Waiting known = agents.get(agent);
        return known == null ? agents.computeIfAbsent(agent, _ -> new Waiting()) : known;
    }

    private void takeOff(Waiting waiting, int length) {
        waiting.entries.decrementAndGet();
        waiting.characters.addAndGet(-length);
        characters.addAndGet(-length);
    }

    private boolean put(AuditEntry entry) {
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
            takeOff(waiting(entry.agent()), entry.statement().length());
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

    /// The position of the oldest entry that waits; positions count from the start of the program.
    long begin() {
        return head;
    }

    /// The position behind the youngest entry.
    long end() {
        return tail.get();
    }
}
