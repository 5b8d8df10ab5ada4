package dev.holdfast.server.audit;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The record as JSON lines, appended by one thread of its own.
///
/// Event loops put entries into a ring and go on; the writer looks into it every few milliseconds,
/// so that no statement pays for waking it, unless the ring is half full. It writes whole batches of
/// lines, and calls fsync at most `syncInterval` after a write. Whatever fails (disk full,
/// input/output error, the file removed) closes the gate at once: [#available()] is false and every
/// statement is refused. The batch that could not be written is kept; once a second it is tried again
/// on a freshly opened file, and the gate opens when it is down.
///
/// Entries are numbered without gaps, across restarts as well: a missing number is a missing entry.
/// After a failure that left its traces in the file a number may be there twice.
public final class JsonLinesAuditLog implements AuditLog, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(JsonLinesAuditLog.class);

    /// How long [#recordDurably] waits at most.
    private static final Duration DURABLE_TIME_MAX = Duration.ofSeconds(10);

    private static final long LOOK_AGAIN_MILLIS = 100;

    private static final int BATCH_BYTES_MAX = 192 << 10;
    private static final int BATCH_ENTRIES_MAX = 1024;
    private static final long WAITING_CHARACTERS_MAX = 32L << 20;

    /// Each look costs a wake-up and, where there is something, a write: few looks keep the record
    /// cheap. An entry that waits for one is lost if the process is killed before it.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LOOK_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);

    /// Where and how the record is kept.
    ///
    /// @param directory where the files are; made where it is missing
    /// @param fileBytesMax at what size the next file is begun
    /// @param syncInterval how long a written line may wait for fsync; zero syncs every batch
    /// @param queueEntriesMax how many entries may wait to be written
    public record Settings(
            Path directory, long fileBytesMax, Duration syncInterval, int queueEntriesMax) {}

    private final Settings settings;
    private final InstantSource clock;
    private final Consumer<AuditEntry> observer;
    private final EntryRing ring;
    private final AuditDirectory directory;
    private final Thread writer;

    private volatile boolean available;
    private volatile boolean closing;
    private volatile boolean asleep;

    /// Up to which position of the ring somebody waits for the disk.
    private final AtomicLong syncWanted = new AtomicLong();

    /// Guards nothing but the waiting for [#syncedPosition].
    private final Object synced = new Object();

    /// Up to which position of the ring everything is on the disk.
    private volatile long syncedPosition;

    private final AtomicLong written = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    // The writer's own.
    private @Nullable AuditFile file;
    private long sequence;
    private long syncedSequence;
    private boolean unsynced;
    private long lastSyncNanos;
    private long lastCheckNanos;
    private final EntryText text = new EntryText();
    private @Nullable ByteBuffer pending;
    private int pendingEntries;

    private JsonLinesAuditLog(
            Settings settings,
            InstantSource clock,
            Consumer<AuditEntry> observer,
            AuditDirectory directory) {
        this.observer = observer;
        this.settings = settings;
        this.clock = clock;
        this.directory = directory;
        this.ring = new EntryRing(settings.queueEntriesMax(), WAITING_CHARACTERS_MAX);
        this.writer = Thread.ofPlatform().name("holdfast-audit").unstarted(this::run);
    }

    /// Opens the record and starts its writer.
    ///
    /// @param observer sees each entry on the writer's thread, just before it is written
    /// @throws IOException if the directory cannot be made, is another gateway's, or a file in it
    ///     cannot be written: the gateway must not start then
    public static JsonLinesAuditLog open(
            Settings settings, InstantSource clock, Consumer<AuditEntry> observer)
            throws IOException {
        AuditDirectory directory = AuditDirectory.open(settings.directory());
        JsonLinesAuditLog log = new JsonLinesAuditLog(settings, clock, observer, directory);
        try {
            log.openFile();
            log.sync();
        } catch (IOException e) {
            log.closeFile();
            directory.close();
            throw e;
        }
        log.available = true;
        log.writer.start();
        return log;
    }

    @Override
    public boolean record(AuditEntry entry) {
        // While the log is failing the entry is kept all the same, if there is room: better on
        // record late than not at all.
        boolean taken = ring.offer(entry);
        if (asleep && ring.size() >= ring.capacity() / 2) {
            // Ahead of its time, or there would soon be no room.
            asleep = false;
            LockSupport.unpark(writer);
        }
        return taken && available;
    }

    @Override
    public boolean recordDurably(AuditEntry entry) {
        if (!record(entry)) {
            return false;
        }
        long position = ring.end();
        syncWanted.accumulateAndGet(position, Math::max);
        LockSupport.unpark(writer);
        long deadline = System.nanoTime() + DURABLE_TIME_MAX.toNanos();
        synchronized (synced) {
            while (syncedPosition < position) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (!available || millis <= 0) {
                    return false;
                }
                try {
                    synced.wait(Math.min(millis, LOOK_AGAIN_MILLIS));
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public boolean available() {
        return available;
    }

    @Override
    public boolean keepsUp(String agent) {
        return ring.keepsUp(agent);
    }

    /// Entries that wait to be written.
    public int queued() {
        return ring.size();
    }

    /// Entries that may wait.
    public int queueCapacity() {
        return ring.capacity();
    }

    /// Entries written since the start.
    public long written() {
        return written.get();
    }

    /// How often writing failed since the start.
    public long failures() {
        return failures.get();
    }

    /// Writes what waits, syncs and ends the writer, within a few seconds.
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        try {
            if (!writer.join(CLOSE_TIME_MAX)) {
                LOGGER.error("audit: {} entries could not be written before the end", ring.size());
                writer.interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        available = false;
    }

    private void run() {
        lastCheckNanos = System.nanoTime();
        lastSyncNanos = lastCheckNanos;
        int idleLooks = 0;
        while (true) {
            boolean wrote = turn();
            if (closing && (!available || (!wrote && ring.size() == 0))) {
                break;
            }
            idleLooks = wrote ? 0 : idleLooks + 1;
            if (!wrote) {
                asleep = true;
                LockSupport.parkNanos(idleLooks < 50 ? LOOK_NANOS : LOOK_IDLE_NANOS);
                asleep = false;
            }
        }
        finish();
    }

    /// One round: write a batch, sync and check where that is due.
    ///
    /// @return whether there was something to write, and it was written
    private boolean turn() {
        long now = System.nanoTime();
        if (!available) {
            if (now - lastCheckNanos < CHECK_NANOS && !closing) {
                return false;
            }
            lastCheckNanos = now;
            recover();
            return false;
        }
        try {
            boolean wrote = fill() && write();
            boolean due = now - lastSyncNanos >= settings.syncInterval().toNanos();
            if (unsynced && (due || syncWanted.get() > syncedPosition)) {
                sync();
            }
            AuditFile current = file;
            if (now - lastCheckNanos >= CHECK_NANOS && current != null) {
                lastCheckNanos = now;
                current.checkInPlace();
            }
            return wrote;
        } catch (IOException e) {
            fail(e);
            return false;
        }
    }

    /// Takes a batch from the ring, unless one is still to be written.
    private boolean fill() {
        if (pending != null) {
            return true;
        }
        text.clear();
        int entries = 0;
        while (entries < BATCH_ENTRIES_MAX && text.length() < BATCH_BYTES_MAX) {
            AuditEntry entry = ring.poll();
            if (entry == null) {
                break;
            }
            entries++;
            observer.accept(entry);
            text.append(sequence + entries, entry);
        }
        if (entries == 0) {
            return false;
        }
        pending = text.lines();
        pendingEntries = entries;
        return true;
    }

    private boolean write() throws IOException {
        ByteBuffer lines = pending;
        AuditFile current = file;
        if (lines == null || current == null) {
            return false;
        }
        if (current.sizeBytes() >= settings.fileBytesMax()) {
            sync();
            current.close();
            current = begin();
        }
        lines.rewind();
        current.append(lines);
        unsynced = true;
        sequence += pendingEntries;
        written.addAndGet(pendingEntries);
        pending = null;
        pendingEntries = 0;
        return true;
    }

    private void sync() throws IOException {
        long position = ring.begin() - pendingEntries;
        AuditFile current = file;
        if (current != null) {
            current.sync();
        }
        synchronized (synced) {
            syncedPosition = position;
            synced.notifyAll();
        }
        lastSyncNanos = System.nanoTime();
        unsynced = false;
        syncedSequence = sequence;
    }

    private void fail(IOException e) {
        available = false;
        failures.incrementAndGet();
        lastCheckNanos = System.nanoTime();
        LOGGER.error(
                "audit: the record in {} cannot be written, every statement is refused: {}",
                directory.path(),
                reason(e));
        if (syncedSequence < sequence) {
            LOGGER.error(
                    "audit: entries {} to {} may not be on disk", syncedSequence + 1, sequence);
        }
        closeFile();
    }

    /// Opens the record anew and writes what could not be written.
    private void recover() {
        try {
            openFile();
            write();
            sync();
            available = true;
            LOGGER.warn("audit: the record can be written again, statements are served");
        } catch (IOException e) {
            failures.incrementAndGet();
            LOGGER.debug("audit: still failing: {}", reason(e));
            closeFile();
        }
    }

    /// Continues the latest file, or begins the first.
    private void openFile() throws IOException {
        Optional<Path> latest = directory.latest();
        if (latest.isEmpty()) {
            begin();
            return;
        }
        AuditDirectory.Tail tail = AuditDirectory.tail(latest.get());
        // Not backwards: the latest file may have been removed while this process wrote to it.
        sequence = Math.max(sequence, tail.sequence());
        AuditFile opened = AuditFile.open(latest.get());
        file = opened;
        if (tail.torn()) {
            LOGGER.warn("audit: {} ended in a torn line, which is kept", opened.path());
            opened.append(ByteBuffer.wrap(new byte[] {'\n'}));
        }
    }

    private AuditFile begin() throws IOException {
        AuditFile begun =
                AuditFile.open(directory.fileBeginningWith(sequence + 1, clock.instant()));
        file = begun;
        return begun;
    }

    private void finish() {
        try {
            sync();
        } catch (IOException e) {
            LOGGER.error("audit: the last entries may not be on disk: {}", reason(e));
        }
        closeFile();
        try {
            directory.close();
        } catch (IOException e) {
            LOGGER.warn("audit: {}", reason(e));
        }
    }

    private void closeFile() {
        AuditFile current = file;
        file = null;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                LOGGER.debug("audit: closing: {}", reason(e));
            }
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
