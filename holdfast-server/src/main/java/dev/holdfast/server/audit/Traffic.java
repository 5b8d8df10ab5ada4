package dev.holdfast.server.audit;

import dev.holdfast.guard.audit.AuditEntry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// How many statements agents send, and how many of them are refused, as the record's entries say. What was sent
/// behind an error and never looked at does not count, and what people do does not either.
///
/// Kept for each second of the last hour, since this gateway started; what is older is forgotten. Counted by one
/// thread, read by any: a reader may miss what is counted at the same moment.
public final class Traffic {
    /// Over how long the statements of a second are averaged.
    public static final Duration RATE_TIME = Duration.ofSeconds(10);

    /// Of how long refusals are counted.
    public static final Duration REFUSED_TIME = Duration.ofHours(1);

    private static final int SECONDS = Math.toIntExact(REFUSED_TIME.toSeconds());
    private static final String REFUSED = "refused";
    private static final String SKIPPED = "skipped";

    private final InstantSource clock;

    /// What was counted in one second; which one it was says `second`.
    private static final class Slot {
        private volatile long second = -1;
        private final AtomicLong statements = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();
    }

    private final Slot[] slots = new Slot[SECONDS];

    public Traffic(InstantSource clock) {
        this.clock = clock;
        for (int i = 0; i < SECONDS; i++) {
            slots[i] = new Slot();
        }
    }

    /// Counts an entry. Called by one thread.
    public void count(AuditEntry entry) {
        if (entry.session() == 0 || entry.outcome().equals(SKIPPED)) {
            return;
        }
        long second = second();
        Slot slot = slot(second);
        if (slot.second != second) {
            slot.statements.set(0);
            slot.refused.set(0);
            slot.second = second;
        }
        slot.statements.addAndGet(entry.count());
        if (entry.outcome().equals(REFUSED)) {
            slot.refused.addAndGet(entry.count());
        }
    }

    /// Statements a second, on average over the last ten seconds that are over.
    public double statementsPerSecond() {
        long now = second();
        long count = 0;
        for (long second = now - RATE_TIME.toSeconds(); second < now; second++) {
            Slot slot = slot(second);
            if (slot.second == second) {
                count += slot.statements.get();
            }
        }
        return (double) count / RATE_TIME.toSeconds();
    }

    /// Statements that were refused within the last hour.
    public long refused() {
        long now = second();
        long count = 0;
        for (Slot slot : slots) {
            long second = slot.second;
            if (second > now - SECONDS && second <= now) {
                count += slot.refused.get();
            }
        }
        return count;
    }

    private long second() {
        return clock.millis() / 1_000;
    }

    private Slot slot(long second) {
        return slots[Math.floorMod(second, SECONDS)];
    }
}
