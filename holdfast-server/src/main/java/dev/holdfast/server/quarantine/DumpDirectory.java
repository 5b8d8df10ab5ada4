package dev.holdfast.server.quarantine;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import dev.holdfast.server.age.AgeStreams;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Rows outside the database: COPY's text format, compressed with gzip, a file for each table, in an age
/// file where there are recipients. The entry has the SHA-256 of each file; a file that is another now is
/// never copied back.
final class DumpDirectory {
    private static final int BUFFER_BYTES = 1 << 16;

    private static final String PLAIN = ".copy.gz";
    private static final String ENCRYPTED = ".copy.gz.age";

    private final Path directory;
    private final long fileBytesMax;
    private final List<String> recipients;
    private final List<String> identities;

    /// @param fileBytesMax what one table may take on the disk, compressed
    /// @param recipients of age; empty where nothing is encrypted
    DumpDirectory(Path directory, long fileBytesMax, List<String> recipients) {
        this(directory, fileBytesMax, recipients, List.of());
    }

    private DumpDirectory(
            Path directory, long fileBytesMax, List<String> recipients, List<String> identities) {
        this.directory = directory;
        this.fileBytesMax = fileBytesMax;
        this.recipients = List.copyOf(recipients);
        this.identities = List.copyOf(identities);
    }

    /// The same directory for one transaction, which reads again for trial what it writes: with a recipient
    /// more, whose key nobody has but what is returned here, and that is forgotten with it.
    DumpDirectory withKeyForTrial() throws IOException {
        if (recipients.isEmpty()) {
            return this;
        }
        try {
            KeyPair pair = new X25519KeyPairGenerator().generateKeyPair();
            List<String> all = new ArrayList<>(recipients);
            all.add(pair.getPublic().toString());
            return new DumpDirectory(
                    directory, fileBytesMax, all, List.of(pair.getPrivate().toString()));
        } catch (GeneralSecurityException e) {
            throw new IOException("no key for the trial can be made", e);
        }
    }

    /// The same directory for somebody who can read what is encrypted.
    ///
    /// @param keys age identities
    DumpDirectory with(List<String> keys) {
        return new DumpDirectory(directory, fileBytesMax, recipients, keys);
    }

    /// Copies rows out. When this returns the file is safe on the disk; its name is with the next
    /// [Entries#write].
    ///
    /// @throws IOException if it cannot be written, or is too large
    Dump write(OwnerSession session, String id, int number, String relation, String copy)
            throws SQLException, IOException {
        String name = id + "-" + number + (recipients.isEmpty() ? PLAIN : ENCRYPTED);
        Path file = directory.resolve(name);
        MessageDigest sha256 = sha256();
        long rows;
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            OutputStream digested =
                    new DigestOutputStream(
                            new Bounded(Channels.newOutputStream(channel), fileBytesMax), sha256);
            try (Unclosed kept = new Unclosed(new BufferedOutputStream(digested, BUFFER_BYTES));
                    OutputStream out =
                            new GZIPOutputStream(
                                    AgeStreams.encrypted(kept, AgeStreams.recipients(recipients)),
                                    BUFFER_BYTES)) {
                rows = session.copy().copyOut(copy, out);
            }
            channel.force(true);
        }
        return new Dump(
                name, relation, rows, Files.size(file), HexFormat.of().formatHex(sha256.digest()));
    }

    /// Copies rows in.
    ///
    /// @throws IOException if the file is not what was written, or holds another number of rows
    void read(OwnerSession session, Dump dump, String copy) throws SQLException, IOException {
        Path file = directory.resolve(dump.file());
        verify(file, dump);
        try (InputStream stored =
                        new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
                InputStream in = new GZIPInputStream(plain(stored, dump), BUFFER_BYTES)) {
            long rows = session.copy().copyIn(copy, in, BUFFER_BYTES);
            if (rows != dump.rows()) {
                throw new IOException(
                        "%s: rows: %d (expected: %d)".formatted(file, rows, dump.rows()));
            }
        }
    }

    private InputStream plain(InputStream stored, Dump dump) throws IOException {
        return dump.file().endsWith(ENCRYPTED)
                ? AgeStreams.decrypted(dump.file(), stored, identities)
                : stored;
    }

    void delete(List<Dump> dumps) throws IOException {
        for (Dump dump : dumps) {
            Files.deleteIfExists(directory.resolve(dump.file()));
        }
    }

    /// Removes the dumps of an entry that was not written.
    void deleteOf(String id) throws IOException {
        try (var files = Files.newDirectoryStream(directory, id + "-*.copy.gz*")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void verify(Path file, Dump dump) throws IOException {
        MessageDigest sha256 = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        if (!HexFormat.of().formatHex(sha256.digest()).equals(dump.sha256())) {
            throw new IOException(file + ": not what was written (its SHA-256 differs)");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Fails once too much is written.
    private static final class Bounded extends FilterOutputStream {
        private long left;

        Bounded(OutputStream out, long bytesMax) {
            super(out);
            left = bytesMax;
        }

        @Override
        public void write(int octet) throws IOException {
            take(1);
            out.write(octet);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            take(length);
            out.write(bytes, offset, length);
        }

        private void take(long bytes) throws IOException {
            left -= bytes;
            if (left < 0) {
                throw new IOException("the rows take more room than one table may");
            }
        }
    }

    /// Leaves the channel open, which has yet to be synced.
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
