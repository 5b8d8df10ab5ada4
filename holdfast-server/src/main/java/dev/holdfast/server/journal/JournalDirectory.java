package dev.holdfast.server.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Where the journal's files are: `YYYY/MM/DD/txn_….journal`, of nobody else to read. One process owns it, by
/// a lock that ends with the process.
final class JournalDirectory {
    private static final Set<PosixFilePermission> MODE =
            PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<?> OWNERS_ONLY = PosixFilePermissions.asFileAttribute(MODE);
    private static final int DEPTH = 4;

    private final Path path;
    private final @Nullable FileChannel lock;

    /// Days whose directories are known to be there, and on the disk.
    private final Set<Path> days = ConcurrentHashMap.newKeySet();

    private JournalDirectory(Path path, @Nullable FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static JournalDirectory open(Path path, boolean owned) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        make(absolute);
        if (!owned) {
            return new JournalDirectory(absolute, null);
        }
        if (!Files.getPosixFilePermissions(absolute).equals(MODE)) {
            Files.setPosixFilePermissions(absolute, MODE);
        }
        return new JournalDirectory(absolute, locked(absolute.resolve("journal.lock")));
    }

    private static FileChannel locked(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            lock = null;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        if (lock == null) {
            channel.close();
            throw new IOException(
                    file.getParent()
                            + " is the undo journal of another process (expected: its own)");
        }
        return channel;
    }

    /// Makes a directory and those above it, each of them safe on the disk.
    private static void make(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            make(parent);
        }
        try {
            Files.createDirectory(directory, OWNERS_ONLY);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
        if (parent != null) {
            sync(parent);
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Where a file of that id is, if there is one.
    Path place(String id) {
        LocalDate day = Objects.requireNonNull(TransactionId.day(id), "id");
        return JournalFile.named(
                path.resolve(
                        "%04d/%02d/%02d"
                                .formatted(
                                        day.getYear(), day.getMonthValue(), day.getDayOfMonth())),
                id);
    }

    /// Where a file of that id is, its directory made.
    Path fileFor(String id) throws IOException {
        Path file = place(id);
        Path day = Objects.requireNonNull(file.getParent(), "day");
        if (!days.contains(day) || !Files.isDirectory(day)) {
            make(day);
            days.add(day);
        }
        return file;
    }

    void syncParent(Path file) throws IOException {
        sync(Objects.requireNonNull(file.getParent(), "day"));
    }

    /// Every file of a transaction, in no order.
    List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        walk((file, directory) -> {
            if (!directory && JournalFile.id(file) != null) {
                found.add(file);
            }
        });
        return found;
    }

    /// Takes what is found.
    @FunctionalInterface
    private interface Finder {
        void found(Path path, boolean directory);
    }

    /// Visits everything; what is removed meanwhile is passed over.
    private void walk(Finder finder) throws IOException {
        Files.walkFileTree(
                path,
                EnumSet.noneOf(FileVisitOption.class),
                DEPTH,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        finder.found(file, attributes.isDirectory());
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        finder.found(directory, true);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e)
                            throws IOException {
                        if (e instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw e;
                    }
                });
    }

    /// How many bytes the files have.
    long bytes() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            try {
                bytes += Files.size(file);
            } catch (NoSuchFileException _) {
                // Removed meanwhile.
            }
        }
        return bytes;
    }

    /// Removes directories of days of which nothing is kept.
    ///
    /// @param today left alone, and so is the day before: a transaction may be on its way into them
    void removeEmptyDays(LocalDate today) throws IOException {
        List<Path> candidates = new ArrayList<>();
        walk((found, isDirectory) -> {
            if (isDirectory) {
                candidates.add(found);
            }
        });
        Path last = path.resolve(today.toString().replace('-', '/'));
        Path before = path.resolve(today.minusDays(1).toString().replace('-', '/'));
        for (Path candidate : candidates.reversed()) {
            if (!candidate.equals(path)
                    && !last.startsWith(candidate)
                    && !before.startsWith(candidate)
                    && path.relativize(candidate).toString().matches("[0-9/]+")) {
                removeIfEmpty(candidate);
            }
        }
    }

    private void removeIfEmpty(Path directory) throws IOException {
        days.remove(directory);
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException _) {
            // Something is kept of that day.
        }
    }

    void close() {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                FileJournal.LOGGER.warn("undo: {}", e.toString());
            }
        }
    }
}
