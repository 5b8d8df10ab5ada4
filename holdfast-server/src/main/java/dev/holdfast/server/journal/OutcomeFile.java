package dev.holdfast.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How a transaction ended, beside its file, which is never changed once it is sealed. Lines are
/// appended, and each carries its checksum: the last whole one counts, a torn one does not.
final class OutcomeFile {
    private static final Pattern LINE =
            Pattern.compile("((committed|ambiguous) ([0-9]{1,18}) (txn_[0-9a-z]+)) ([0-9a-f]{8})");

    private static final int FILE_BYTES_MAX = 1 << 20;

    private OutcomeFile() {}

    /// @param committed whether it committed; otherwise its outcome could not be told
    /// @param atEpochMicros when that was known
    record Line(boolean committed, long atEpochMicros) {}

    static Path of(Path journalFile) {
        return beside(journalFile, ".outcome");
    }

    static Path pin(Path journalFile) {
        return beside(journalFile, ".pin");
    }

    private static Path beside(Path journalFile, String suffix) {
        String name = String.valueOf(journalFile.getFileName());
        return journalFile.resolveSibling(name.substring(0, name.lastIndexOf('.')) + suffix);
    }

    static @Nullable Line read(Path file, String id) throws IOException {
        byte[] bytes;
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                return null;
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return null;
        }
        Line last = null;
        for (String line : new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()
                    && matcher.group(4).equals(id)
                    && matcher.group(5).equals(checksum(matcher.group(1)))) {
                last =
                        new Line(
                                matcher.group(2).equals("committed"),
                                Long.parseLong(matcher.group(3)));
            }
        }
        return last;
    }

    /// Appends a line, which survives the process from then on.
    ///
    /// @return to be synced, and closed, by the caller
    static FileChannel append(Path file, String id, Line line) throws IOException {
        String text =
                "%s %d %s"
                        .formatted(
                                line.committed() ? "committed" : "ambiguous",
                                line.atEpochMicros(),
                                id);
        // A line end in front: behind a torn line this one is whole all the same.
        ByteBuffer bytes =
                ByteBuffer.wrap(
                        ("\n" + text + " " + checksum(text) + "\n")
                                .getBytes(StandardCharsets.US_ASCII));
        FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.APPEND),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    private static String checksum(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return "%08x".formatted(JournalEnd.checksum(bytes, bytes.length));
    }
}
