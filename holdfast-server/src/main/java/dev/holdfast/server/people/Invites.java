package dev.holdfast.server.people;

import java.time.Instant;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Invites in the store, which has only hashes of their tokens.
final class Invites {
    private static final int TOKEN_LENGTH_MAX = 64;

    private Invites() {}

    /// @param handle, challenge, totpSecret what was offered when it was opened; empty before
    record Row(
            Person person,
            String invitedBy,
            Instant expires,
            String handle,
            String challenge,
            String totpSecret) {
        @Override
        public String toString() {
            return "Row[" + person.name() + "]";
        }
    }

    /// Puts one there, in the place of any that the person had.
    static void put(Handle handle, String token, Row row, Instant now) {
        handle.createUpdate(
                        "DELETE FROM invite WHERE person = :person OR expires_epoch_millis <= :now")
                .bind("person", row.person.name())
                .bind("now", now.toEpochMilli())
                .execute();
        handle.createUpdate(
                        "INSERT INTO invite (token_hash, person, roles, invited_by,"
                                + " expires_epoch_millis, handle, challenge, totp_secret) VALUES"
                                + " (:hash, :person, :roles, :by, :expires, '', '', '')")
                .bind("hash", Encoding.hash(token))
                .bind("person", row.person.name())
                .bind("roles", AccountRow.text(row.person.roles()))
                .bind("by", row.invitedBy)
                .bind("expires", row.expires.toEpochMilli())
                .execute();
    }

    static @Nullable Row find(Handle handle, String token, Instant now) {
        if (token.isEmpty() || token.length() > TOKEN_LENGTH_MAX) {
            return null;
        }
        return handle.createQuery(
                        "SELECT person, roles, invited_by, expires_epoch_millis, handle, challenge,"
                                + " totp_secret FROM invite WHERE token_hash = :hash"
                                + " AND expires_epoch_millis > :now")
                .bind("hash", Encoding.hash(token))
                .bind("now", now.toEpochMilli())
                .map((row, _) -> {
                    Set<Role> roles = AccountRow.roles(row.getString(2));
                    return new Row(
                            new Person(row.getString(1), roles),
                            row.getString(3),
                            Instant.ofEpochMilli(row.getLong(4)),
                            row.getString(5),
                            row.getString(6),
                            row.getString(7));
                })
                .findOne()
                .filter(row -> stands(handle, row.invitedBy))
                .orElse(null);
    }

    /// Whether whoever invited may do so still: an owner's invite ends with their being one. A name that nobody
    /// has is that of a shell at the store itself.
    private static boolean stands(Handle handle, String invitedBy) {
        AccountRow by = AccountRow.find(handle, invitedBy);
        return by == null || (!by.disabled() && by.person().is(Role.OWNER));
    }

    /// Notes what was offered.
    static void offer(Handle handle, String token, Row offered) {
        handle.createUpdate(
                        "UPDATE invite SET handle = :handle, challenge = :challenge,"
                                + " totp_secret = :totp WHERE token_hash = :hash")
                .bind("handle", offered.handle)
                .bind("challenge", offered.challenge)
                .bind("totp", offered.totpSecret)
                .bind("hash", Encoding.hash(token))
                .execute();
    }

    /// Uses one up; false where another did.
    static boolean use(Handle handle, String token) {
        return handle.createUpdate("DELETE FROM invite WHERE token_hash = :hash")
                        .bind("hash", Encoding.hash(token))
                        .execute()
                == 1;
    }

    /// Those for a person, and those that they gave.
    static void removeAllOf(Handle handle, String person) {
        handle.createUpdate("DELETE FROM invite WHERE person = :person OR invited_by = :person")
                .bind("person", person)
                .execute();
    }
}
