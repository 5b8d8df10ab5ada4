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

    /// A passkey with what is known about it.
    ///
    /// @param latestUseEpochMillis 0 where it is not known
    record Row(
            String credential,
            String name,
            boolean copied,
            long createdEpochMillis,
            long latestUseEpochMillis) {}

    /// All of a person, oldest first.
    static List<Row> of(Handle handle, String person) {
        return handle.createQuery(
                        "SELECT credential, name, copied, created_epoch_millis,"
                                + " latest_use_epoch_millis FROM passkey WHERE person = :person"
                                + " ORDER BY created_epoch_millis, credential")
                .bind("person", person)
                .map((row, _) ->
                        new Row(
                                row.getString(1),
                                row.getString(2),
                                row.getBoolean(3),
                                row.getLong(4),
                                row.getLong(5)))
                .list();
    }

    /// Adds one; false where that id is taken, whoever has it.
    ///
    /// @param name what its person calls it; may be empty
    static boolean add(Handle handle, Passkey passkey, String name, long nowEpochMillis) {
        return handle.createUpdate(
                                "INSERT INTO passkey (credential, person, attested, sign_count,"
                                        + " backup_eligible, copied, created_epoch_millis, name) VALUES"
                                        + " (:credential, :person, :attested, :count, :backup,"
                                        + " :copied, :now, :name) ON CONFLICT (credential) DO NOTHING")
                        .bind("credential", passkey.credential())
                        .bind("person", passkey.person())
                        .bind("attested", passkey.attested())
                        .bind("count", passkey.signCount())
                        .bind("backup", passkey.backupEligible())
                        .bind("copied", passkey.copied())
                        .bind("now", nowEpochMillis)
                        .bind("name", name)
                        .execute()
                == 1;
    }

    /// Calls one by another name; false where that person has none such.
    static boolean rename(Handle handle, String person, String credential, String name) {
        return handle.createUpdate(
                                "UPDATE passkey SET name = :name"
                                        + " WHERE credential = :credential AND person = :person")
                        .bind("name", name)
                        .bind("credential", credential)
                        .bind("person", person)
                        .execute()
                == 1;
    }

    static void remove(Handle handle, String credential) {
        handle.createUpdate("DELETE FROM passkey WHERE credential = :credential")
                .bind("credential", credential)
                .execute();
    }

    /// Keeps others from changing what a person can prove themselves with until the transaction ends.
    static void lock(Handle handle, String person) {
        handle.createUpdate("UPDATE person SET name = name WHERE name = :person")
                .bind("person", person)
                .execute();
    }

    /// Waits for one more passkey of a person.
    static void offer(Handle handle, String person, String challenge, long expiresEpochMillis) {
        takeOffer(handle, person, 0);
        handle.createUpdate(
                        "INSERT INTO passkey_offer (person, challenge, expires_epoch_millis)"
                                + " VALUES (:person, :challenge, :expires)")
                .bind("person", person)
                .bind("challenge", challenge)
                .bind("expires", expiresEpochMillis)
                .execute();
    }

    /// Ends the waiting.
    ///
    /// @return the challenge; empty where nothing is waited for
    static String takeOffer(Handle handle, String person, long nowEpochMillis) {
        String challenge =
                handle.createQuery(
                                "SELECT challenge FROM passkey_offer WHERE person = :person"
                                        + " AND expires_epoch_millis > :now")
                        .bind("person", person)
                        .bind("now", nowEpochMillis)
                        .mapTo(String.class)
                        .findOne()
                        .orElse("");
        int taken =
                handle.createUpdate("DELETE FROM passkey_offer WHERE person = :person")
                        .bind("person", person)
                        .execute();
        return taken == 1 ? challenge : "";
    }

    static void removeAllOf(Handle handle, String person) {
        takeOffer(handle, person, 0);
        handle.createUpdate("DELETE FROM passkey WHERE person = :person")
                .bind("person", person)
                .execute();
    }

    /// Counts a signature; false where another with the same or a higher count came in between.
    static boolean count(Handle handle, String credential, long signCount, long nowEpochMillis) {
        return handle.createUpdate(
                                "UPDATE passkey SET sign_count = :count,"
                                        + " latest_use_epoch_millis = :now WHERE credential = :credential"
                                        + " AND copied = :copied AND (sign_count < :count"
                                        + " OR sign_count = 0 AND :count = 0)")
                        .bind("count", signCount)
                        .bind("now", nowEpochMillis)
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
