package dev.holdfast.server.quarantine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/// The entries of the quarantine, a file for each.
final class Entries {
    private static final String ENDING = ".json";

    private final Path directory;

    /// @param directory made if it is not there, for its owner alone
    Entries(Path directory) throws IOException {
        this.directory = directory;
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    Path directory() {
        return directory;
    }

    /// Writes an entry, in place of what there was. When this returns it is safe on the disk, and so are
    /// the names of the dumps beside it.
    void write(Entry entry) throws IOException {
        Path file = file(entry.id());
        Path fresh = directory.resolve(entry.id() + ".new");
        try (FileChannel channel =
                FileChannel.open(
                        fresh,
                        EnumSet.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(EntryText.of(entry));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        sync();
    }

    /// @throws IOException if there is none of that id, or it is damaged
    Entry read(String id) throws IOException {
        if (!QuarantineName.isId(id)) {
            throw new IOException(
                    id + ": not the id of an entry (expected: qrn_ and 12 characters)");
        }
        try {
            return EntryText.read(Files.readAllBytes(file(id)));
        } catch (NoSuchFileException e) {
            throw new IOException(id + ": no such entry in " + directory, e);
        } catch (IOException e) {
            throw new IOException(file(id) + ": " + e.getMessage(), e);
        }
    }

    /// All of them, newest first.
    ///
    /// @throws IOException if one cannot be read
    List<Entry> list() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "qrn_*" + ENDING)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                entries.add(read(name.substring(0, name.length() - ENDING.length())));
            }
        }
        entries.sort(
                Comparator.comparingLong(Entry::keptAtEpochMicros)
                        .thenComparing(Entry::id)
                        .reversed());
        return entries;
    }

    /// Whether there is an entry of that id, whatever its state.
    boolean has(String id) {
        return Files.exists(file(id));
    }

    /// Somebody looks at an entry.
    void looked(String id, Instant at) throws IOException {
        Path mark = mark(id);
        if (!Files.exists(mark)) {
            Files.createFile(
                    mark,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Files.setLastModifiedTime(mark, FileTime.from(at));
    }

    /// When somebody looked at an entry last; long ago where nobody did.
    Instant lookedAt(String id) throws IOException {
        try {
            return Files.getLastModifiedTime(mark(id)).toInstant();
        } catch (NoSuchFileException _) {
            return Instant.MIN;
        }
    }

    /// Nobody will look at it any more.
    void forgetLook(String id) throws IOException {
        Files.deleteIfExists(mark(id));
    }

    void remove(String id) throws IOException {
        Files.deleteIfExists(file(id));
        forgetLook(id);
        sync();
    }

    private void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path mark(String id) {
        return directory.resolve(id + ".seen");
    }

    private Path file(String id) {
        return directory.resolve(id + ENDING);
    }
}
