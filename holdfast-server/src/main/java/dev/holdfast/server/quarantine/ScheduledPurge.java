package dev.holdfast.server.quarantine;

import dev.holdfast.server.quarantine.Quarantine.InTheWayException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes for good what was kept as long as it must be, a few entries at a time: nothing that is pinned,
/// that somebody looked at within a day, or of which the outcome is open. What is not on record first is not
/// removed. An error ends the turn of one entry, not the schedule.
///
/// A clock that is wrong must not cost anybody his data: where it and the time that passes differ by more
/// than minutes, nothing is removed until the next start.
public final class ScheduledPurge implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ScheduledPurge.class);

    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);
    private static final Duration SPARED_AFTER_LOOK = Duration.ofDays(1);
    private static final Duration DRIFT_MAX = Duration.ofMinutes(10);

    /// So many entries in one turn: each may drop large tables.
    static final int ENTRIES_MAX = 20;

    private final Quarantine quarantine;
    private final Told record;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Instant startedAt;
    private final long startedNanos;
    private final AtomicLong failures = new AtomicLong();
    private final Set<String> failed = new HashSet<>();
    private final Thread thread;

    /// Puts on record what is done.
    @FunctionalInterface
    public interface Told {
        /// Returns when it is on the disk.
        ///
        /// @return false if it cannot be recorded
        boolean tell(Entry entry, Step step);
    }

    /// What is told of an entry.
    public enum Step {
        /// It is about to be removed.
        BEGINS,
        /// It is removed.
        DONE,
        /// It could not be removed.
        FAILED
    }

    /// @param nanos time that passes whatever the clock says, nanoseconds
    ScheduledPurge(Quarantine quarantine, Told record, InstantSource clock, LongSupplier nanos) {
        this.quarantine = quarantine;
        this.record = record;
        this.clock = clock;
        this.nanos = nanos;
        this.startedAt = clock.instant();
        this.startedNanos = nanos.getAsLong();
        this.thread = Thread.ofVirtual().name("quarantine-purge").unstarted(this::run);
    }

    /// Begins; the first turn is a minute later.
    public static ScheduledPurge start(Quarantine quarantine, Told record, InstantSource clock) {
        ScheduledPurge purge = new ScheduledPurge(quarantine, record, clock, System::nanoTime);
        purge.thread.start();
        return purge;
    }

    /// How often something could not be removed.
    public long failures() {
        return failures.get();
    }

    private void run() {
        try {
            Thread.sleep(SOON);
            while (true) {
                Thread.sleep(turn() ? SOON : INTERVAL);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// One turn.
    ///
    /// @return whether there is more to do
    boolean turn() {
        Duration drift =
                Duration.between(startedAt, clock.instant())
                        .minusNanos(nanos.getAsLong() - startedNanos)
                        .abs();
        if (drift.compareTo(DRIFT_MAX) > 0) {
            failures.incrementAndGet();
            LOGGER.error(
                    "quarantine: the clock was set by {}, so nothing is removed; restart Holdfast once it"
                            + " is right",
                    drift);
            return false;
        }
        try {
            List<Entry> due = due();
            for (Entry entry : due.subList(0, Math.min(ENTRIES_MAX, due.size()))) {
                if (Thread.currentThread().isInterrupted() || !purge(entry)) {
                    return false;
                }
            }
            return due.size() > ENTRIES_MAX;
        } catch (IOException | RuntimeException e) {
            failures.incrementAndGet();
            LOGGER.error("quarantine: what is old enough cannot be removed", e);
            return false;
        }
    }

    /// The oldest first; what failed before comes last, so that it is in nobody's way.
    private List<Entry> due() throws IOException {
        Instant looked = clock.instant().minus(SPARED_AFTER_LOOK);
        List<Entry> due = new ArrayList<>();
        List<Entry> again = new ArrayList<>();
        for (Entry entry : quarantine.list().reversed()) {
            if (entry.state() == Entry.State.KEPT
                    && entry.pending().nothing()
                    && !entry.pinned()
                    && quarantine.expired(entry)
                    && !quarantine.lookedAt(entry.id()).isAfter(looked)) {
                (failed.contains(entry.id()) ? again : due).add(entry);
            }
        }
        due.addAll(again);
        return due;
    }

    /// One entry.
    ///
    /// @return whether others may follow
    private boolean purge(Entry entry) {
        if (!record.tell(entry, Step.BEGINS)) {
            failures.incrementAndGet();
            LOGGER.error("quarantine: {} is not removed, the record cannot be written", entry.id());
            return false;
        }
        try {
            quarantine.purge(entry.id());
            failed.remove(entry.id());
            record.tell(entry, Step.DONE);
            LOGGER.info("quarantine: {} was removed for good, its time is over", entry.id());
        } catch (InTheWayException | IOException | RuntimeException e) {
            failures.incrementAndGet();
            failed.add(entry.id());
            record.tell(entry, Step.FAILED);
            LOGGER.error("quarantine: {} cannot be removed: {}", entry.id(), e.getMessage(), e);
        }
        return true;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            if (thread.isAlive()) {
                thread.join(CLOSE_TIME_MAX);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
