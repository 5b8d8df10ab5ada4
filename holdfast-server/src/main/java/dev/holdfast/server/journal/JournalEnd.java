package dev.holdfast.server.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The last 128 bytes of a sealed file. A file without them is not sealed. The id in them is random, so
/// that no row which an agent wrote can look like the end of a file that was cut off there.
///
/// @param bodyAt at which byte the body begins
/// @param bodyBytes its length
/// @param before how many rows as they were
/// @param after how many rows as they became
/// @param digest SHA-256 of everything before it
record JournalEnd(
        String id,
        long sealedAtEpochMicros,
        long bodyAt,
        long bodyBytes,
        long before,
        long after,
        Digest digest) {

    static final int LENGTH = 128;

    private static final byte[] MAGIC = "HOLDFAST SEALED\n".getBytes(StandardCharsets.US_ASCII);
    private static final int ID_LENGTH = 32;
    private static final int DIGEST_AT = MAGIC.length + ID_LENGTH + 5 * Long.BYTES;
    private static final int CHECKSUM_AT = LENGTH - Integer.BYTES;

    /// A SHA-256 digest, compared by its bytes.
    static final class Digest {
        private final byte[] bytes;

        Digest(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Digest digest && MessageDigest.isEqual(bytes, digest.bytes);
        }

        @Override
        public int hashCode() {
            return ByteBuffer.wrap(bytes).getInt();
        }
    }

    /// The end of a file of which everything before was put into a digest.
    static byte[] encoded(
            String id,
            long sealedAtEpochMicros,
            long bodyAt,
            long bodyBytes,
            long before,
            long after,
            MessageDigest digest) {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        out.put(MAGIC);
        out.put(id.getBytes(StandardCharsets.US_ASCII));
        out.position(MAGIC.length + ID_LENGTH);
        out.putLong(sealedAtEpochMicros).putLong(bodyAt).putLong(bodyBytes);
        out.putLong(before).putLong(after);
        digest.update(out.array(), 0, DIGEST_AT);
        out.put(digest.digest());
        out.putInt(CHECKSUM_AT, checksum(out.array(), CHECKSUM_AT));
        return out.array();
    }

    /// Reads an end, without the digest being compared.
    ///
    /// @param bytes the last ones of a file
    /// @return null if they are not the end of a sealed file of that length
    static @Nullable JournalEnd decoded(byte[] bytes, String id, long fileBytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length != LENGTH
                || in.mismatch(ByteBuffer.wrap(MAGIC)) != MAGIC.length
                || in.getInt(CHECKSUM_AT) != checksum(bytes, CHECKSUM_AT)) {
            return null;
        }
        String written =
                new String(bytes, MAGIC.length, TransactionId.LENGTH, StandardCharsets.US_ASCII);
        in.position(MAGIC.length + ID_LENGTH);
        long sealedAt = in.getLong();
        long bodyAt = in.getLong();
        long bodyBytes = in.getLong();
        long before = in.getLong();
        long after = in.getLong();
        byte[] digest = new byte[32];
        in.get(digest);
        if (!written.equals(id) || bodyAt + bodyBytes + LENGTH != fileBytes) {
            return null;
        }
        return new JournalEnd(id, sealedAt, bodyAt, bodyBytes, before, after, new Digest(digest));
    }

    /// Puts the part of the end into a digest that stands before it.
    static Digest finished(MessageDigest digest, byte[] end) {
        digest.update(end, 0, DIGEST_AT);
        return new Digest(digest.digest());
    }

    static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }
}
