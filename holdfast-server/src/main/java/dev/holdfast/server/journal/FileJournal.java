package dev.holdfast.server.journal;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction.Outcome;
import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.age.AgeStreams;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The undo journal as files, one for each transaction, under a directory for each day. [Frames] says what
/// is in them, `docs/decisions/0022-one-file-per-transaction.md` why.
///
/// A file is written once, under its final name, and is sealed by its last bytes. How its transaction
/// ended stands in a file beside it. So a process that is killed leaves files that are sealed or plainly
/// not, and no file is removed before its transaction is known not to have committed.
public final class FileJournal implements Journal {
    static final Logger LOGGER = LoggerFactory.getLogger(FileJournal.class);

    private static final FileAttribute<?> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /// How many ids are tried before something else must be wrong.
    private static final int ATTEMPTS_MAX = 8;

    private final Settings settings;
    private final InstantSource clock;
    private final JournalDirectory directory;
    private final List<RecipientStanzaWriter> recipients;
    private final SecureRandom random = new SecureRandom();
    private final AtomicLong usedBytes = new AtomicLong();

    /// Written by this process now, hence no scraps of an earlier one.
    private final Set<String> writing = ConcurrentHashMap.newKeySet();

    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final @Nullable Retention retention;

    /// Where and how much is kept.
    ///
    /// @param directory made where it is missing
    /// @param sizeMaxBytes of all files together
    /// @param transactionSizeMaxBytes of one file
    /// @param encryptTo age recipients; empty where nothing is encrypted
    public record Settings(
            Path directory,
            Duration retention,
            long sizeMaxBytes,
            long transactionSizeMaxBytes,
            List<String> encryptTo) {
        public Settings {
            encryptTo = List.copyOf(encryptTo);
        }
    }

    private FileJournal(
            Settings settings, InstantSource clock, JournalDirectory directory, boolean owned)
            throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.directory = directory;
        this.recipients = AgeStreams.recipients(settings.encryptTo());
        this.retention = owned ? new Retention(this, settings, directory, clock) : null;
    }

    /// Opens the journal as the process that owns it, and removes what is too old.
    ///
    /// @throws IOException if it cannot be made or written, or another process owns it: the gateway must
    ///     not start then
    public static FileJournal open(Settings settings, InstantSource clock) throws IOException {
        return begin(settings, clock, true);
    }

    /// Opens the journal beside the process that owns it: reading, pinning and adding transactions,
    /// without removing any.
    ///
    /// @throws IOException if it cannot be read
    public static FileJournal openAsGuest(Settings settings, InstantSource clock)
            throws IOException {
        return begin(settings, clock, false);
    }

    private static FileJournal begin(Settings settings, InstantSource clock, boolean owned)
            throws IOException {
        JournalDirectory directory = JournalDirectory.open(settings.directory(), owned);
        try {
            FileJournal journal = new FileJournal(settings, clock, directory, owned);
            journal.usedBytes.set(directory.bytes());
            if (journal.retention != null) {
                journal.retention.begin();
            }
            return journal;
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    @Override
    public JournalWriter begin(
            WriteTransaction transaction, Measurement measured, ClusterFacts cluster)
            throws ChangeRefusedException {
        if (usedBytes.get() >= settings.sizeMaxBytes()) {
            makeRoom();
        }
        FileJournalWriter writer = null;
        try {
            writer = create(transaction, measured, cluster);
            writer.statements(transaction.statements());
            return writer;
        } catch (IOException e) {
            if (writer != null) {
                writer.close();
            }
            throw refused(e);
        }
    }

    private FileJournalWriter create(
            WriteTransaction transaction, Measurement measured, ClusterFacts cluster)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            Instant now = clock.instant();
            String id = TransactionId.next(now, random);
            Path path = directory.fileFor(id);
            FileChannel channel;
            writing.add(id);
            try {
                channel =
                        FileChannel.open(
                                path,
                                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                FILE_MODE);
            } catch (IOException e) {
                writing.remove(id);
                if (e instanceof FileAlreadyExistsException && attempt < ATTEMPTS_MAX) {
                    continue;
                }
                throw e;
            }
            JournalHead head =
                    new JournalHead(
                            id,
                            micros(now),
                            transaction.principal(),
                            transaction.session(),
                            transaction.startedAtEpochMicros(),
                            measured,
                            cluster,
                            !recipients.isEmpty(),
                            transaction.statements().size(),
                            JournalHead.first(transaction.statements()),
                            transaction.approvals());
            try {
                return new FileJournalWriter(this, head, path, channel);
            } catch (IOException e) {
                channel.close();
                removeUnsealed(path, 0);
                throw e;
            }
        }
    }

    /// Counts bytes that are about to be written, if there is room for them.
    void take(long more, long fileBytes) throws JournalOutput.LimitException {
        if (fileBytes > settings.transactionSizeMaxBytes()) {
            throw new JournalOutput.LimitException(true);
        }
        long used = usedBytes.addAndGet(more);
        if (used > settings.sizeMaxBytes()) {
            makeRoom();
            if (usedBytes.get() > settings.sizeMaxBytes()) {
                usedBytes.addAndGet(-more);
                throw new JournalOutput.LimitException(false);
            }
        }
    }

    /// Removes what is too old, now.
    void removeOld() {
        if (retention != null) {
            retention.removeOld();
        }
    }

    private void makeRoom() {
        if (retention != null) {
            retention.makeRoom(usedBytes.get());
        }
    }

    /// What an agent is told of a failure; the log is told the rest.
    ChangeRefusedException refused(IOException cause) {
        if (cause instanceof JournalOutput.LimitException limit) {
            return limit.ofTransaction()
                    ? JournalRefusals.tooLarge(settings.transactionSizeMaxBytes())
                    : JournalRefusals.full(usedBytes.get(), settings.sizeMaxBytes());
        }
        LOGGER.error(
                "undo: the journal in {} cannot be written, nothing commits: {}",
                settings.directory(),
                cause.toString());
        return JournalRefusals.unavailable(cause);
    }

    void syncName(Path file) throws IOException {
        directory.syncParent(file);
    }

    void isWritten(Path file) {
        String id = JournalFile.id(file);
        if (id != null) {
            writing.remove(id);
        }
    }

    void removeUnsealed(Path file, long bytes) {
        try {
            Files.deleteIfExists(file);
            usedBytes.addAndGet(-bytes);
        } catch (IOException e) {
            LOGGER.warn("undo: {} cannot be removed: {}", file, e.toString());
        }
        String id = JournalFile.id(file);
        if (id != null) {
            writing.remove(id);
        }
    }

    @Override
    public void outcome(String id, Outcome outcome) {
        try {
            Path file = existing(id);
            if (outcome == Outcome.ROLLED_BACK) {
                remove(file);
                return;
            }
            FileChannel written =
                    OutcomeFile.append(
                            OutcomeFile.of(file),
                            id,
                            new OutcomeFile.Line(outcome == Outcome.COMMITTED, nowMicros()));
            // The line outlives this process already. Should the machine lose it, the database
            // knows.
            if (background.isShutdown()) {
                syncOutcome(file, written);
            } else {
                background.execute(() -> syncOutcome(file, written));
            }
        } catch (IOException e) {
            LOGGER.error("undo: the outcome of {} cannot be written: {}", id, e.toString());
        }
    }

    private void syncOutcome(Path file, FileChannel written) {
        try (written) {
            written.force(true);
            directory.syncParent(file);
        } catch (IOException e) {
            LOGGER.error("undo: an outcome beside {} may not be on disk: {}", file, e.toString());
        }
    }

    /// Removes a transaction and all that stands beside it; its own file first.
    void remove(Path file) throws IOException {
        long bytes = Files.size(file);
        Files.delete(file);
        usedBytes.addAndGet(-bytes);
        Files.deleteIfExists(OutcomeFile.of(file));
        Files.deleteIfExists(OutcomeFile.pin(file));
        directory.syncParent(file);
    }

    @Override
    public List<JournalEntry> list() throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        for (Path path : directory.files()) {
            JournalEntry entry = entry(path);
            if (entry != null) {
                entries.add(entry);
            }
        }
        entries.sort(
                Comparator.comparingLong(JournalEntry::keptAtEpochMicros)
                        .thenComparing(JournalEntry::id)
                        .reversed());
        return entries;
    }

    /// @return null if it has been removed meanwhile
    private @Nullable JournalEntry entry(Path path) throws IOException {
        String id = JournalFile.id(path);
        if (id == null) {
            return null;
        }
        try {
            return entry(JournalFile.read(id, path));
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    private static JournalEntry entry(JournalFile file) throws IOException {
        return file.entry(
                OutcomeFile.read(OutcomeFile.of(file.path()), file.id()),
                Files.exists(OutcomeFile.pin(file.path())));
    }

    @Override
    public JournalReader open(String id, List<String> identities) throws IOException {
        JournalFile file = JournalFile.read(id, existing(id));
        file.verified();
        return FileJournalReader.open(file, entry(file), identities);
    }

    /// The transactions of which it is not known how they ended, newest first, other than those that
    /// this process is writing.
    ///
    /// @throws IOException if the directory cannot be read
    public List<String> unresolved() throws IOException {
        List<String> ids = new ArrayList<>();
        for (JournalEntry entry : list()) {
            boolean open =
                    switch (entry.state()) {
                        case PENDING, AMBIGUOUS, UNSEALED -> true;
                        case COMMITTED, DAMAGED -> false;
                    };
            if (open && !writing.contains(entry.id())) {
                ids.add(entry.id());
            }
        }
        return ids;
    }

    /// One of them, as far as it can be read without its body.
    JournalFile file(String id) throws IOException {
        return JournalFile.read(id, existing(id));
    }

    JournalEntry entryOf(String id) throws IOException {
        return entry(file(id));
    }

    @Override
    public void pin(String id) throws IOException {
        Path file = existing(id);
        try {
            FileChannel.open(
                            OutcomeFile.pin(file),
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            FILE_MODE)
                    .close();
        } catch (FileAlreadyExistsException _) {
            return;
        }
        directory.syncParent(file);
    }

    @Override
    public void unpin(String id) throws IOException {
        Path file = existing(id);
        Files.deleteIfExists(OutcomeFile.pin(file));
        directory.syncParent(file);
    }

    /// @throws NoSuchFileException for what is no id too: it came from a person
    private Path existing(String id) throws IOException {
        Path file = TransactionId.day(id) == null ? null : directory.place(id);
        if (file == null || !Files.isRegularFile(file)) {
            throw new NoSuchFileException(id);
        }
        return file;
    }

    List<RecipientStanzaWriter> recipients() {
        return recipients;
    }

    long nowMicros() {
        return micros(clock.instant());
    }

    private static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    /// How many bytes all files have.
    public long usedBytes() {
        return usedBytes.get();
    }

    @Override
    public void close() {
        if (retention != null) {
            retention.close();
        }
        background.close();
        directory.close();
    }
}
