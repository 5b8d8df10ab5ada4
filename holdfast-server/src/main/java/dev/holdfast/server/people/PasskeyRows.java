package dev.holdfast.server.people;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Passkeys in the store.
final class PasskeyRows {
    private static final String COLUMNS =
            "SELECT credential, person, attested, sign_count, backup_eligible, copied FROM passkey";

    private PasskeyRows() {}

    static @Nullable Passkey find(Handle handle, String credential) {
        return handle.createQuery(COLUMNS + " WHERE credential = :credential")
                .bind("credential", credential)
                .map((row, _) ->
                        new Passkey(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getLong(4),
                                row.getBoolean(5),
                                row.getBoolean(6)))
                .findOne()
                .orElse(null);
    }

    /// The ids of those that a person can use.
    static List<String> usable(Handle handle, String person) {
        return handle.createQuery(
                        "SELECT credential FROM passkey WHERE person = :person AND copied = :copied"
                                + " ORDER BY created_epoch_millis, credential")
                .bind("person", person)
                .bind("copied", false)
                .mapTo(String.class)
                .list();
    }

    /// Adds one; false where that id is taken, whoever has it.
    static boolean add(Handle handle, Passkey passkey, long nowEpochMillis) {
        return handle.createUpdate(
                                "INSERT INTO passkey (credential, person, attested, sign_count,"
                                        + " backup_eligible, copied, created_epoch_millis) VALUES"
                                        + " (:credential, :person, :attested, :count, :backup,"
                                        + " :copied, :now) ON CONFLICT (credential) DO NOTHING")
                        .bind("credential", passkey.credential())
                        .bind("person", passkey.person())
                        .bind("attested", passkey.attested())
                        .bind("count", passkey.signCount())
                        .bind("backup", passkey.backupEligible())
                        .bind("copied", passkey.copied())
                        .bind("now", nowEpochMillis)
                        .execute()
                == 1;
    }

    static void removeAllOf(Handle handle, String person) {
        handle.createUpdate("DELETE FROM passkey WHERE person = :person")
                .bind("person", person)
                .execute();
    }

    /// Counts a signature; false where another with the same or a higher count came in between.
    static boolean count(Handle handle, String credential, long signCount) {
        return handle.createUpdate(
                                "UPDATE passkey SET sign_count = :count WHERE credential = :credential"
                                        + " AND copied = :copied AND (sign_count < :count"
                                        + " OR sign_count = 0 AND :count = 0)")
                        .bind("count", signCount)
                        .bind("credential", credential)
                        .bind("copied", false)
                        .execute()
                == 1;
    }

    static void markCopied(Handle handle, String credential) {
        handle.createUpdate("UPDATE passkey SET copied = :copied WHERE credential = :credential")
                .bind("copied", true)
                .bind("credential", credential)
                .execute();
    }

    /// Uses an assertion up; false where it was.
    static boolean use(Handle handle, String identity, long nowEpochMillis) {
        return handle.createUpdate(
                                "INSERT INTO used_assertion (assertion_hash, used_epoch_millis)"
                                        + " VALUES (:identity, :now)"
                                        + " ON CONFLICT (assertion_hash) DO NOTHING")
                        .bind("identity", identity)
                        .bind("now", nowEpochMillis)
                        .execute()
                == 1;
    }
}
