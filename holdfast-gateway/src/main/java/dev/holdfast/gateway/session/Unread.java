package dev.holdfast.gateway.session;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// Words for the record about a text that was not understood, and in which therefore no literal can be
/// told from the rest.
final class Unread {
    private static final int DIGEST_BYTES = 8;

    private Unread() {}

    static String describe(byte[] text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
            String start = HexFormat.of().formatHex(Arrays.copyOf(digest, DIGEST_BYTES));
            return "<not understood: " + text.length + " bytes, sha256 " + start + "…>";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
