package dev.holdfast.server.fault;

import dev.holdfast.server.journal.FileJournal;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.journal.JournalReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// The undo journal, read beside the process that owns it.
final class JournalView {
    private final Path directory;
    private final Map<String, Set<Long>> marksOfEntries = new ConcurrentHashMap<>();

    JournalView(Path directory) {
        this.directory = directory;
    }

    /// A transaction of the journal, and the marks in its statements.
    record Kept(JournalEntry entry, Set<Long> marks) {}

    /// A reader of its own for each use: what another one remembers must not matter.
    FileJournal open() throws IOException {
        return FileJournal.openAsGuest(
                new FileJournal.Settings(
                        directory, Duration.ofDays(1), 1L << 34, 1L << 30, List.of()),
                InstantSource.system());
    }

    /// Newest first. Scraps that a kill left before it was written whose they are stay for an hour, and are
    /// left out: COMMIT was not sent for them, which shows where it was all the same.
    List<Kept> kept() {
        try (FileJournal journal = open()) {
            List<Kept> all = new ArrayList<>();
            for (JournalEntry entry : journal.list()) {
                if (isScrap(entry)) {
                    continue;
                }
                all.add(new Kept(entry, marks(journal, entry)));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException("the journal cannot be read", e);
        }
    }

    private Set<Long> marks(FileJournal journal, JournalEntry entry) throws IOException {
        if (!isWhole(entry)) {
            return Set.of();
        }
        Set<Long> known = marksOfEntries.get(entry.id());
        if (known != null) {
            return known;
        }
        Set<Long> marks = new TreeSet<>();
        try (JournalReader reader = journal.open(entry.id(), List.of())) {
            reader.statements().forEach(run -> marks.addAll(KillSwitch.marks(run.text())));
        } catch (NoSuchFileException _) {
            // Rolled back meanwhile.
            return Set.of();
        }
        marksOfEntries.put(entry.id(), marks);
        return marks;
    }

    private static boolean isScrap(JournalEntry entry) {
        return entry.state() == JournalEntry.State.UNSEALED && entry.principal().agent().isEmpty();
    }

    private static boolean isWhole(JournalEntry entry) {
        return switch (entry.state()) {
            case PENDING, COMMITTED, AMBIGUOUS -> true;
            case UNSEALED, DAMAGED -> false;
        };
    }

    /// Whether the journal has everything that is needed to undo the transaction of a mark.
    boolean isSealed(long mark) {
        return kept().stream().anyMatch(each -> each.marks().contains(mark));
    }
}
