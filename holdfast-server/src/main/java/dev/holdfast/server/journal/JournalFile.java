package dev.holdfast.server.journal;

import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.decision.Principal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file of the journal, as far as it can be read without its body.
///
/// @param head null where it is not whole
/// @param end null where the file is not sealed, or cut off
/// @param bytes the file's length
record JournalFile(
        String id, Path path, @Nullable JournalHead head, @Nullable JournalEnd end, long bytes) {

    private static final String SUFFIX = ".journal";

    static Path named(Path directory, String id) {
        return directory.resolve(id + SUFFIX);
    }

    /// The id of a file's name; null for other files.
    static @Nullable String id(Path path) {
        String name = String.valueOf(path.getFileName());
        String id = name.substring(0, Math.max(0, name.length() - SUFFIX.length()));
        return name.endsWith(SUFFIX) && TransactionId.day(id) != null ? id : null;
    }

    /// @throws IOException if the file cannot be read at all
    static JournalFile read(String id, Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long bytes = channel.size();
            JournalHead head = head(channel, id);
            byte[] tail = at(channel, bytes - JournalEnd.LENGTH, JournalEnd.LENGTH);
            return new JournalFile(id, path, head, JournalEnd.decoded(tail, id, bytes), bytes);
        }
    }

    private static @Nullable JournalHead head(FileChannel channel, String id) throws IOException {
        int begin = Frames.MAGIC.length + Frames.HEADER_BYTES;
        ByteBuffer in = ByteBuffer.wrap(at(channel, 0, begin));
        if (in.remaining() < begin
                || in.mismatch(ByteBuffer.wrap(Frames.MAGIC)) != Frames.MAGIC.length) {
            return null;
        }
        in.position(Frames.MAGIC.length);
        byte type = in.get();
        int length = in.getInt();
        int checksum = in.getInt();
        if (type != Frames.HEAD || length < 0 || length > Frames.HEAD_BYTES_MAX) {
            return null;
        }
        byte[] payload = at(channel, begin, length);
        if (payload.length < length || JournalEnd.checksum(payload, length) != checksum) {
            return null;
        }
        try {
            JournalHead head = JournalHead.decoded(payload);
            return head.id().equals(id) ? head : null;
        } catch (IOException _) {
            return null;
        }
    }

    /// @return fewer bytes where the file ends before
    private static byte[] at(FileChannel channel, long position, int length) throws IOException {
        if (position < 0) {
            return new byte[0];
        }
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                break;
            }
        }
        byte[] read = new byte[buffer.position()];
        buffer.flip().get(read);
        return read;
    }

    /// What is wrong with it as a sealed file; empty where nothing is to be seen without reading the
    /// body.
    String problem() {
        if (head == null && end == null) {
            return "neither its beginning nor its end is whole, %d bytes".formatted(bytes);
        }
        if (head == null) {
            return "its head is damaged";
        }
        if (end == null) {
            return "its end is missing: never sealed, or cut off at byte %d".formatted(bytes);
        }
        return "";
    }

    JournalEntry entry(OutcomeFile.@Nullable Line outcome, boolean pinned) {
        String problem = problem();
        JournalEntry.State state = state(outcome, problem);
        long outcomeAt = outcome == null ? 0 : outcome.atEpochMicros();
        JournalHead known = head;
        if (known == null) {
            return new JournalEntry(
                    id,
                    new Principal("", "", ""),
                    0,
                    0,
                    end == null ? 0 : end.sealedAtEpochMicros(),
                    outcomeAt,
                    0,
                    List.of(),
                    List.of(),
                    Measurement.NOTHING,
                    state,
                    problem,
                    bytes,
                    false,
                    pinned);
        }
        return new JournalEntry(
                id,
                known.principal(),
                known.session(),
                known.startedAtEpochMicros(),
                known.keptAtEpochMicros(),
                outcomeAt,
                known.statementCount(),
                known.statements(),
                known.approvals(),
                known.measured(),
                state,
                state == JournalEntry.State.UNSEALED ? "" : problem,
                bytes,
                known.encrypted(),
                pinned);
    }

    private JournalEntry.State state(OutcomeFile.@Nullable Line outcome, String problem) {
        boolean committed = outcome != null && outcome.committed();
        if (!problem.isEmpty()) {
            // One that committed was sealed before: if it is not now, somebody else did that.
            return end == null && !committed
                    ? JournalEntry.State.UNSEALED
                    : JournalEntry.State.DAMAGED;
        }
        if (outcome == null) {
            return JournalEntry.State.PENDING;
        }
        return committed ? JournalEntry.State.COMMITTED : JournalEntry.State.AMBIGUOUS;
    }

    /// Reads all of it and compares it with its digest.
    ///
    /// @throws JournalDamagedException if it is not what was written
    JournalHead verified() throws IOException {
        JournalHead whole = head;
        JournalEnd sealed = end;
        if (whole == null || sealed == null) {
            throw new JournalDamagedException(id + ": " + problem());
        }
        MessageDigest digest = JournalOutput.sha256();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
                InputStream in = Channels.newInputStream(channel)) {
            byte[] buffer = new byte[64 << 10];
            long left = bytes - JournalEnd.LENGTH;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new JournalDamagedException(id + ": it is cut off");
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            byte[] last = in.readNBytes(JournalEnd.LENGTH);
            if (last.length != JournalEnd.LENGTH
                    || !JournalEnd.finished(digest, last).equals(sealed.digest())) {
                throw new JournalDamagedException(
                        id + ": its content does not match its digest (SHA-256)");
            }
        }
        return whole;
    }
}
