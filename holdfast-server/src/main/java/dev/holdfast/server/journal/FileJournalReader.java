package dev.holdfast.server.journal;

import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.age.AgeStreams;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads one file whose digest was compared before.
final class FileJournalReader implements JournalReader {
    private final JournalEntry entry;
    private final JournalEnd end;
    private final FileChannel channel;
    private final DataInputStream in;
    private final List<WriteTransaction.Run> statements = new ArrayList<>();

    /// The frame that follows the statements, already read.
    private @Nullable Frame ahead;

    private byte rowsType;
    private ByteBuffer rows = ByteBuffer.allocate(0);
    private boolean inRelation;
    private long before;
    private long after;
    private boolean ended;

    private FileJournalReader(
            JournalEntry entry, JournalEnd end, FileChannel channel, InputStream body) {
        this.entry = entry;
        this.end = end;
        this.channel = channel;
        this.in = new DataInputStream(body);
    }

    /// @param file verified
    static FileJournalReader open(JournalFile file, JournalEntry entry, List<String> identities)
            throws IOException {
        JournalEnd end = Objects.requireNonNull(file.end(), "sealed");
        FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ);
        try {
            channel.position(end.bodyAt());
            InputStream stored =
                    new BoundedStream(Channels.newInputStream(channel), end.bodyBytes());
            InputStream compressed =
                    entry.encrypted()
                            ? AgeStreams.decrypted(entry.id(), stored, identities)
                            : stored;
            FileJournalReader reader =
                    new FileJournalReader(
                            entry,
                            end,
                            channel,
                            new BufferedInputStream(new ZstdInputStream(compressed), 64 << 10));
            reader.readStatements();
            return reader;
        } catch (IOException e) {
            channel.close();
            throw e;
        } catch (RuntimeException e) {
            channel.close();
            throw unreadable(entry.id(), e);
        }
    }

    @Override
    public JournalEntry entry() {
        return entry;
    }

    @Override
    public List<WriteTransaction.Run> statements() {
        return List.copyOf(statements);
    }

    @Override
    public @Nullable Piece next() throws IOException {
        try {
            return piece();
        } catch (EOFException _) {
            throw new JournalDamagedException(entry.id() + ": its body ends within a frame");
        } catch (RuntimeException e) {
            // The decompressor's word for a stream that is none.
            throw unreadable(entry.id(), e);
        }
    }

    private @Nullable Piece piece() throws IOException {
        while (!ended) {
            if (rows.hasRemaining()) {
                return row();
            }
            Frame frame = ahead == null ? frame() : ahead;
            ahead = null;
            switch (frame.type) {
                case Frames.RELATION -> {
                    inRelation = true;
                    return new Relation(relation(frame.payload));
                }
                case Frames.BEFORE, Frames.AFTER -> {
                    if (!inRelation) {
                        throw damaged("rows before their relation");
                    }
                    rowsType = frame.type;
                    rows = ByteBuffer.wrap(frame.payload);
                }
                case Frames.END -> finish(frame.payload);
                default -> throw damaged("a frame of type " + frame.type);
            }
        }
        return null;
    }

    private Piece row() throws IOException {
        int length = rows.remaining() < Integer.BYTES ? -1 : rows.getInt();
        if (length < 0 || length > rows.remaining()) {
            throw damaged(
                    "a row of %d bytes of which %d are there".formatted(length, rows.remaining()));
        }
        byte[] line = new byte[length];
        rows.get(line);
        if (rowsType == Frames.BEFORE) {
            before++;
            return new Before(line);
        }
        after++;
        return new After(line);
    }

    private void finish(byte[] payload) throws IOException {
        ByteBuffer counts = ByteBuffer.wrap(payload);
        if (payload.length != 2 * Long.BYTES
                || counts.getLong() != before
                || counts.getLong() != after
                || end.before() != before
                || end.after() != after) {
            throw damaged(
                    "%d rows before and %d after, and its end has other figures"
                            .formatted(before, after));
        }
        if (in.read() >= 0) {
            throw damaged("something behind its last frame");
        }
        ended = true;
    }

    private void readStatements() throws IOException {
        try {
            Frame frame = frame();
            while (frame.type == Frames.STATEMENT) {
                statements.add(statement(frame.payload));
                frame = frame();
            }
            ahead = frame;
        } catch (EOFException _) {
            throw new JournalDamagedException(entry.id() + ": its body ends within a frame");
        }
    }

    @SuppressWarnings("NullAway") // a record's constructor in a class file has lost who may be null
    private static WriteTransaction.Run statement(byte[] payload) throws IOException {
        DataInputStream bytes = new DataInputStream(new ByteArrayInputStream(payload));
        String text = JournalHead.text(bytes);
        String redacted = JournalHead.text(bytes);
        String rule = JournalHead.text(bytes);
        int count = bytes.readInt();
        List<@Nullable String> parameters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parameters.add(bytes.readBoolean() ? JournalHead.text(bytes) : null);
        }
        return new WriteTransaction.Run(text, redacted, parameters, rule);
    }

    private static RelationImage relation(byte[] payload) throws IOException {
        DataInputStream bytes = new DataInputStream(new ByteArrayInputStream(payload));
        long oid = bytes.readLong();
        String schema = JournalHead.text(bytes);
        String name = JournalHead.text(bytes);
        int columnCount = bytes.readInt();
        List<ColumnImage> columns = new ArrayList<>();
        for (int i = 0; i < columnCount; i++) {
            columns.add(
                    new ColumnImage(
                            JournalHead.text(bytes),
                            JournalHead.text(bytes),
                            bytes.readBoolean(),
                            bytes.readBoolean()));
        }
        int keyCount = bytes.readInt();
        List<String> key = new ArrayList<>();
        for (int i = 0; i < keyCount; i++) {
            key.add(JournalHead.text(bytes));
        }
        return new RelationImage(oid, schema, name, columns, key);
    }

    /// One frame, its checksum compared.
    private static final class Frame {
        final byte type;
        final byte[] payload;

        Frame(byte type, byte[] payload) {
            this.type = type;
            this.payload = payload;
        }
    }

    private Frame frame() throws IOException {
        byte type = in.readByte();
        int length = in.readInt();
        int checksum = in.readInt();
        if (length < 0 || length > Frames.PAYLOAD_BYTES_MAX) {
            throw damaged("a frame of %d bytes".formatted(length));
        }
        // Not allocated by the length: that is not yet to be believed.
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException();
        }
        if (JournalEnd.checksum(payload, length) != checksum) {
            throw damaged("a frame whose checksum is wrong");
        }
        return new Frame(type, payload);
    }

    private JournalDamagedException damaged(String what) {
        return new JournalDamagedException(entry.id() + ": " + what);
    }

    private static JournalDamagedException unreadable(String id, RuntimeException e) {
        JournalDamagedException damaged =
                new JournalDamagedException(id + ": its body cannot be read: " + e.getMessage());
        damaged.initCause(e);
        return damaged;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
