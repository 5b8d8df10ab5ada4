package dev.holdfast.server.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The directory of the record: which files there are, where the numbering stands, and that no other
/// process writes there.
final class AuditDirectory implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("audit-[0-9]{8}-[0-9]{12}\\.jsonl");
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuuMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);

    /// Longer than any line: a statement of 1 MiB with every character escaped.
    private static final int TAIL_BYTES_MAX = 8 << 20;

    private final Path path;
    private final FileChannel lock;

    private AuditDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /// Makes the directory where it is missing, open to its owner only, and takes it for this
    /// process.
    static AuditDirectory open(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectories(
                    path,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        FileChannel lock =
                FileChannel.open(
                        path.resolve("audit.lock"),
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            if (lock.tryLock() != null) {
                return new AuditDirectory(path, lock);
            }
        } catch (OverlappingFileLockException _) {
            // Held by this very process: the same answer as for another one.
        } catch (IOException e) {
            lock.close();
            throw e;
        }
        lock.close();
        throw new FileSystemException(
                path.toString(), null, "another gateway writes its record here");
    }

    /// The file with the highest number. By number and not by day: a clock may jump.
    Optional<Path> latest() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(AuditDirectory::isPartOfTheRecord)
                    .max(Comparator.comparing(AuditDirectory::number));
        }
    }

    private static boolean isPartOfTheRecord(Path file) {
        return NAME.matcher(String.valueOf(file.getFileName())).matches();
    }

    private static String number(Path file) {
        return String.valueOf(file.getFileName()).substring("audit-20260101-".length());
    }

    /// The file that begins with an entry: `audit-<day>-<number of its first entry>.jsonl`.
    Path fileBeginningWith(long sequence, Instant now) {
        return path.resolve(
                String.format(Locale.ROOT, "audit-%s-%012d.jsonl", DAY.format(now), sequence));
    }

    /// What the end of a file tells.
    ///
    /// @param sequence the number of the last whole line; of the line before the file's first where
    ///     it has none
    /// @param torn whether something that is no whole line follows
    record Tail(long sequence, boolean torn) {}

    static Tail tail(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long from = Math.max(0, channel.size() - TAIL_BYTES_MAX);
            ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
            while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
                // Reads on until the end.
            }
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            long last = EntryText.lastSequence(text);
            long first = Long.parseLong(number(file).substring(0, 12));
            return new Tail(last == 0 ? first - 1 : last, !text.isEmpty() && !text.endsWith("\n"));
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
