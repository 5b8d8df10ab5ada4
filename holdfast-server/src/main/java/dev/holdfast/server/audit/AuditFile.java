package dev.holdfast.server.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One open file of the record. Only whole batches of lines are left in it: what a failing write
/// left behind is cut off again, where that can be done.
final class AuditFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final @Nullable Object identity;
    private long sizeBytes;

    private AuditFile(Path path, FileChannel channel, @Nullable Object identity, long sizeBytes) {
        this.path = path;
        this.channel = channel;
        this.identity = identity;
        this.sizeBytes = sizeBytes;
    }

    /// Opens for appending; makes the file, readable by its owner only, where it is missing. A link
    /// is not followed.
    ///
    /// @throws IOException with a reason, as all methods here
    static AuditFile open(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        path,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.APPEND,
                                LinkOption.NOFOLLOW_LINKS),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            return new AuditFile(path, channel, identityOf(path), channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable Object identityOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /// Appends all of it or, as far as the file system allows, nothing.
    void append(ByteBuffer lines) throws IOException {
        try {
            while (lines.hasRemaining()) {
                channel.write(lines);
            }
        } catch (IOException e) {
            try {
                channel.truncate(sizeBytes);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        sizeBytes += lines.limit();
    }

    void sync() throws IOException {
        channel.force(false);
    }

    /// Whether what is written still goes where a reader of the directory would look.
    ///
    /// @throws NoSuchFileException if the file was removed or replaced
    void checkInPlace() throws IOException {
        if (!Objects.equals(identity, identityOf(path))) {
            throw new NoSuchFileException(path.toString(), null, "another file is in its place");
        }
    }

    Path path() {
        return path;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
