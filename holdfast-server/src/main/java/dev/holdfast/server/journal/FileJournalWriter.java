package dev.holdfast.server.journal;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.age.AgeStreams;
import io.airlift.compress.v3.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes one file. See [Frames] for its form.
final class FileJournalWriter implements JournalWriter {
    private final FileJournal journal;
    private final JournalHead head;
    private final Path path;
    private final FileChannel channel;
    private final JournalOutput file;
    private final OutputStream body;
    private final long bodyAt;

    /// Whether the file's name is on the disk; begun with it, so that the seal need not wait for that.
    private final FutureTask<Boolean> named;

    private byte[] rows = new byte[Frames.ROWS_BYTES];
    private int rowsLength;
    private byte rowsType;
    private boolean inRelation;
    private long before;
    private long after;
    private boolean sealed;
    private boolean closed;

    /// Takes the channel over, closed on failure too.
    FileJournalWriter(FileJournal journal, JournalHead head, Path path, FileChannel channel)
            throws IOException {
        this.journal = journal;
        this.head = head;
        this.path = path;
        this.channel = channel;
        this.file = new JournalOutput(channel, journal::take);
        this.named =
                new FutureTask<>(() -> {
                    journal.syncName(path);
                    return true;
                });
        byte[] encoded = head.encoded();
        if (encoded.length > Frames.HEAD_BYTES_MAX) {
            throw new JournalOutput.LimitException(true);
        }
        ByteArrayOutputStream begin = new ByteArrayOutputStream();
        begin.write(Frames.MAGIC);
        frame(begin, Frames.HEAD, encoded, encoded.length);
        // In one write: either the head is there, or the file is plainly a scrap.
        file.write(begin.toByteArray(), 0, begin.size());
        Thread.ofVirtual().name("name-", head.session()).start(named);
        this.bodyAt = file.bytes();
        this.body = new ZstdOutputStream(AgeStreams.encrypted(file, journal.recipients()));
    }

    /// The statements, first of all.
    void statements(List<WriteTransaction.Run> runs) throws IOException {
        for (WriteTransaction.Run run : runs) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            JournalHead.text(out, run.text());
            JournalHead.text(out, run.redacted());
            JournalHead.text(out, run.rule());
            out.writeInt(run.parameters().size());
            for (@Nullable String parameter : run.parameters()) {
                out.writeBoolean(parameter != null);
                if (parameter != null) {
                    JournalHead.text(out, parameter);
                }
            }
            frame(body, Frames.STATEMENT, bytes.toByteArray(), bytes.size());
        }
    }

    @Override
    public String id() {
        return head.id();
    }

    @Override
    public void relation(RelationImage image) throws ChangeRefusedException {
        writing(() -> {
            flushRows();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeLong(image.oid());
            JournalHead.text(out, image.schema());
            JournalHead.text(out, image.name());
            out.writeInt(image.columns().size());
            for (ColumnImage column : image.columns()) {
                JournalHead.text(out, column.name());
                JournalHead.text(out, column.type());
                out.writeBoolean(column.generated());
                out.writeBoolean(column.identityAlways());
            }
            out.writeInt(image.primaryKey().size());
            for (String column : image.primaryKey()) {
                JournalHead.text(out, column);
            }
            frame(body, Frames.RELATION, bytes.toByteArray(), bytes.size());
            inRelation = true;
        });
    }

    @Override
    public void before(byte[] copyLine) throws ChangeRefusedException {
        writing(() -> row(Frames.BEFORE, copyLine));
        before++;
    }

    @Override
    public void after(byte[] copyLine) throws ChangeRefusedException {
        writing(() -> row(Frames.AFTER, copyLine));
        after++;
    }

    private void row(byte type, byte[] line) throws IOException {
        if (!inRelation) {
            throw new IllegalStateException("a row of no relation (expected: relation() first)");
        }
        int length = Integer.BYTES + line.length;
        if (rowsType != type || rowsLength + length > rows.length) {
            flushRows();
            rowsType = type;
            if (length > rows.length) {
                rows = new byte[length];
            }
        }
        ByteBuffer.wrap(rows, rowsLength, length).putInt(line.length).put(line);
        rowsLength += length;
    }

    private void flushRows() throws IOException {
        if (rowsLength > 0) {
            frame(body, rowsType, rows, rowsLength);
            rowsLength = 0;
            if (rows.length > Frames.ROWS_BYTES) {
                rows = new byte[Frames.ROWS_BYTES];
            }
        }
    }

    private static void frame(OutputStream out, byte type, byte[] payload, int length)
            throws IOException {
        CRC32C checksum = new CRC32C();
        checksum.update(payload, 0, length);
        ByteBuffer header = ByteBuffer.allocate(Frames.HEADER_BYTES);
        header.put(type).putInt(length).putInt((int) checksum.getValue());
        out.write(header.array());
        out.write(payload, 0, length);
    }

    @Override
    public void seal() throws ChangeRefusedException {
        writing(() -> {
            flushRows();
            byte[] counts =
                    ByteBuffer.allocate(2 * Long.BYTES).putLong(before).putLong(after).array();
            frame(body, Frames.END, counts, counts.length);
            // Ends the zstd stream, and the age file around it; the file itself stays open.
            body.close();
            byte[] end =
                    JournalEnd.encoded(
                            id(),
                            journal.nowMicros(),
                            bodyAt,
                            file.bytes() - bodyAt,
                            before,
                            after,
                            file.digest());
            file.write(end, 0, end.length);
            channel.force(true);
            channel.close();
            awaitName();
            journal.isWritten(path);
        });
        sealed = true;
    }

    private void awaitName() throws IOException {
        try {
            named.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            FileJournal.LOGGER.warn("undo: closing {}: {}", path, e.toString());
        }
        if (!sealed) {
            journal.removeUnsealed(path, file.bytes());
        }
    }

    /// A step that may fail for want of room.
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private void writing(Step step) throws ChangeRefusedException {
        if (sealed || closed) {
            throw new IllegalStateException(id() + " is ended (expected: no further call)");
        }
        try {
            step.run();
        } catch (IOException e) {
            throw journal.refused(e);
        }
    }
}
