package dev.holdfast.server.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// A file of the journal while it is written: digests and counts what goes to the disk.
final class JournalOutput extends OutputStream {
    private final FileChannel file;
    private final Quota quota;
    private final MessageDigest digest = sha256();
    private long bytes;

    /// Asked before bytes are written.
    @FunctionalInterface
    interface Quota {
        /// Takes room.
        ///
        /// @param more how many bytes are about to be written
        /// @param fileBytes how many the file has then
        /// @throws LimitException if they may not
        void take(long more, long fileBytes) throws LimitException;
    }

    /// A limit is reached; which one, the quota remembers.
    static final class LimitException extends IOException {
        private static final long serialVersionUID = 1L;

        /// Whether it is the one of a single transaction.
        private final boolean ofTransaction;

        LimitException(boolean ofTransaction) {
            super("a size limit of the undo journal");
            this.ofTransaction = ofTransaction;
        }

        boolean ofTransaction() {
            return ofTransaction;
        }
    }

    JournalOutput(FileChannel file, Quota quota) {
        this.file = file;
        this.quota = quota;
    }

    @Override
    public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        quota.take(length, bytes + length);
        ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
        digest.update(source, offset, length);
        bytes += length;
    }

    long bytes() {
        return bytes;
    }

    /// Of everything written so far.
    MessageDigest digest() {
        return digest;
    }

    /// The file is closed by whoever opened it, after fsync.
    @Override
    public void close() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
