package dev.holdfast.server.journal;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/// Removes transactions that are too old, and the oldest where there is no room: only such as are known to
/// have committed, are whole and are not pinned. What has no outcome yet, or is damaged, is left to a
/// person.
final class Retention implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);

    /// So far below its limit the journal is brought where there is no room.
    private static final double FREED_TO = 0.9;

    /// Of no transaction whose head was ever whole, and surely not being written any more.
    private static final Duration SCRAP_AGE_MIN = Duration.ofHours(1);

    private final FileJournal journal;
    private final FileJournal.Settings settings;
    private final JournalDirectory directory;
    private final InstantSource clock;
    private final Thread thread;

    Retention(
            FileJournal journal,
            FileJournal.Settings settings,
            JournalDirectory directory,
            InstantSource clock) {
        this.journal = journal;
        this.settings = settings;
        this.directory = directory;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("holdfast-undo-retention").unstarted(this::run);
    }

    void begin() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                removeOld();
                Thread.sleep(INTERVAL);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Removes what is older than it may be.
    synchronized void removeOld() {
        Instant now = clock.instant();
        long oldestMicros = now.minus(settings.retention()).getEpochSecond() * 1_000_000;
        try {
            for (JournalEntry entry : journal.list()) {
                if (removable(entry) && entry.keptAtEpochMicros() < oldestMicros) {
                    remove(entry);
                } else if (entry.state() == JournalEntry.State.UNSEALED) {
                    removeScrap(entry, now);
                }
            }
            // A directory that a transaction of just now may be put into is left alone.
            directory.removeEmptyDays(LocalDate.ofInstant(now, ZoneOffset.UTC));
        } catch (ClosedByInterruptException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            FileJournal.LOGGER.warn("undo: old transactions cannot be removed: {}", e.toString());
        }
    }

    /// Removes the oldest until there is room again.
    synchronized void makeRoom(long usedBytes) {
        long target = (long) (settings.sizeMaxBytes() * FREED_TO);
        try {
            List<JournalEntry> oldestFirst = journal.list().reversed();
            for (JournalEntry entry : oldestFirst) {
                if (journal.usedBytes() <= target) {
                    return;
                }
                if (removable(entry)) {
                    FileJournal.LOGGER.warn(
                            "undo: {} is removed before its time, the journal has {} of {} bytes",
                            entry.id(),
                            usedBytes,
                            settings.sizeMaxBytes());
                    remove(entry);
                }
            }
        } catch (IOException e) {
            FileJournal.LOGGER.warn("undo: no room can be made: {}", e.toString());
        }
    }

    private static boolean removable(JournalEntry entry) {
        return entry.state() == JournalEntry.State.COMMITTED
                && !entry.pinned()
                && entry.problem().isEmpty();
    }

    private void remove(JournalEntry entry) throws IOException {
        try {
            journal.remove(directory.place(entry.id()));
        } catch (NoSuchFileException _) {
            // Somebody else was faster.
        }
    }

    /// A file whose very beginning was torn names no transaction that could be asked for; COMMIT was
    /// never sent for it.
    private void removeScrap(JournalEntry entry, Instant now) throws IOException {
        Path file = directory.place(entry.id());
        try {
            Instant changed = Files.getLastModifiedTime(file).toInstant();
            boolean headless = JournalFile.read(entry.id(), file).head() == null;
            if (headless && !entry.pinned() && changed.isBefore(now.minus(SCRAP_AGE_MIN))) {
                remove(entry);
            }
        } catch (NoSuchFileException _) {
            // Somebody else was faster.
        }
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
