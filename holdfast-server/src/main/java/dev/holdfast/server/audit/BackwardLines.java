package dev.holdfast.server.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The lines of a file from a place backwards, in blocks. What follows the last line break is no line: it is
/// being written, or a crash left it.
final class BackwardLines implements AutoCloseable {
    private static final int BLOCK_BYTES = 256 << 10;

    /// Longer than any line of the record: a statement of 1 MiB with every character escaped.
    private static final int LINE_BYTES_MAX = 8 << 20;

    private final FileChannel channel;

    /// Bytes of the file before what [#block] holds.
    private long blockFrom;

    /// Read and not given out: the bytes up to [#blockEnd].
    private byte[] block = {};

    private int blockEnd;

    private BackwardLines(FileChannel channel, long from) {
        this.channel = channel;
        this.blockFrom = from;
    }

    /// @param end where to begin: after a line break; beyond the end of the file is its end
    static BackwardLines open(Path file, long end) throws IOException {
        FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        try {
            BackwardLines lines = new BackwardLines(channel, Math.min(end, channel.size()));
            lines.dropUnfinished();
            return lines;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void dropUnfinished() throws IOException {
        int last = lastBreak(blockEnd);
        while (last < 0 && more()) {
            last = lastBreak(blockEnd);
        }
        blockEnd = last + 1;
    }

    /// The line before the last one given; null at the beginning of the file. Without its line break.
    @Nullable String next() throws IOException {
        if (blockEnd == 0 && !more()) {
            return null;
        }
        // The last byte is the break of the line that is asked for.
        int before = lastBreak(blockEnd - 1);
        while (before < 0 && more()) {
            before = lastBreak(blockEnd - 1);
        }
        String line =
                new String(block, before + 1, blockEnd - 1 - (before + 1), StandardCharsets.UTF_8);
        blockEnd = before + 1;
        return line;
    }

    /// Where the last line given out begins.
    long position() {
        return blockFrom + blockEnd;
    }

    private int lastBreak(int end) {
        for (int i = end - 1; i >= 0; i--) {
            if (block[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /// Puts the block before this one in front of what is left of it.
    private boolean more() throws IOException {
        if (blockFrom == 0) {
            return false;
        }
        if (blockEnd > LINE_BYTES_MAX) {
            throw new IOException(
                    "a line of the record is longer than " + LINE_BYTES_MAX + " bytes");
        }
        int length = (int) Math.min(BLOCK_BYTES, blockFrom);
        byte[] joined = new byte[length + blockEnd];
        ByteBuffer read = ByteBuffer.wrap(joined, 0, length);
        while (read.hasRemaining()) {
            if (channel.read(read, blockFrom - length + read.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        System.arraycopy(block, 0, joined, length, blockEnd);
        block = joined;
        blockEnd = joined.length;
        blockFrom -= length;
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
