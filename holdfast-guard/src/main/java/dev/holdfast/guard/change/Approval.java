package dev.holdfast.guard.change;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A person's word for exactly one statement in one database.
///
/// @param id under which the approval is on record: `apr_…`
/// @param approver the person who gave it
/// @param digest what was approved, as [#digest] makes it
/// @param effect what the statement may do and no more
public record Approval(String id, String approver, String digest, MeasuredEffect effect) {

    /// What an approval of a statement is bound to: SHA-256 over the database's name and the text, in
    /// hexadecimal digits.
    ///
    /// @param database the database's name in the configuration
    /// @param text the statement as it was sent
    public static String digest(String database, String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(database.getBytes(StandardCharsets.UTF_8));
            // No name holds a zero byte: nothing of the name can be taken for a part of the text.
            sha256.update((byte) 0);
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
