package dev.holdfast.gateway.cancel;

import java.security.MessageDigest;
import java.security.SecureRandom;

/// What a client is told to cancel with. It looks like PostgreSQL's BackendKeyData and has nothing
/// to do with the real one, which never leaves the gateway.
public final class SyntheticKey {
    /// Protocol 3.0 knows secrets of exactly four bytes.
    static final int SECRET_BYTES_3_0 = 4;

    /// From protocol 3.2 on a secret may have 4 to 256 bytes; PostgreSQL 18 sends 32.
    static final int SECRET_BYTES_3_2 = 32;

    private final int processId;
    private final byte[] secret;

    SyntheticKey(int processId, byte[] secret) {
        this.processId = processId;
        this.secret = secret;
    }

    /// @param minor the protocol's minor version that client and gateway agreed on
    static SyntheticKey random(SecureRandom random, int minor) {
        byte[] secret = new byte[minor >= 2 ? SECRET_BYTES_3_2 : SECRET_BYTES_3_0];
        random.nextBytes(secret);
        // Positive, as process ids are: some drivers print it, and 0 reads as "none".
        return new SyntheticKey(random.nextInt(1, Integer.MAX_VALUE), secret);
    }

    public int processId() {
        return processId;
    }

    /// A copy.
    public byte[] secret() {
        return secret.clone();
    }

    /// Whether a client gave this key's secret, in a time that does not depend on where it differs.
    boolean matches(byte[] given) {
        return MessageDigest.isEqual(secret, given);
    }

    /// Without the secret.
    @Override
    public String toString() {
        return "SyntheticKey[processId=" + processId + "]";
    }
}
