package dev.holdfast.server.people;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Sessions of people in the store, which has only hashes of their tokens.
final class Sessions {
    /// That it was used is written down so often, not at each request.
    private static final Duration NOTED = Duration.ofMinutes(1);

    /// Of one person; the one that was not used for longest makes room.
    private static final int OF_PERSON_MAX = 20;

    private static final int TOKEN_LENGTH_MAX = 64;

    private final PeopleSettings settings;
    private final ProviderRoles providerRoles;
    private final RandomGenerator random;

    Sessions(PeopleSettings settings, ProviderRoles providerRoles, RandomGenerator random) {
        this.settings = settings;
        this.providerRoles = providerRoles;
        this.random = random;
    }

    ConsoleSession begin(Handle handle, Person person, Instant now) {
        handle.createUpdate("DELETE FROM console_session WHERE expires_epoch_millis <= :now")
                .bind("now", now.toEpochMilli())
                .execute();
        handle.createUpdate(
                        "DELETE FROM console_session WHERE token_hash IN (SELECT token_hash FROM"
                                + " console_session WHERE person = :person"
                                + " ORDER BY latest_use_epoch_millis DESC, token_hash"
                                + " LIMIT 1000 OFFSET :kept)")
                .bind("person", person.name())
                .bind("kept", OF_PERSON_MAX - 1)
                .execute();
        String token = Encoding.token(random);
        Instant expires = now.plus(settings.sessionMax());
        handle.createUpdate(
                        "INSERT INTO console_session (token_hash, person, latest_use_epoch_millis,"
                                + " expires_epoch_millis) VALUES (:hash, :person, :now, :expires)")
                .bind("hash", Encoding.hash(token))
                .bind("person", person.name())
                .bind("now", now.toEpochMilli())
                .bind("expires", expires.toEpochMilli())
                .execute();
        return new ConsoleSession(token, csrf(token), person, expires);
    }

    /// Whose it is; null where there is none or it has ended.
    @Nullable ConsoleSession find(Handle handle, String token, Instant now) {
        if (token.isEmpty() || token.length() > TOKEN_LENGTH_MAX) {
            return null;
        }
        String hash = Encoding.hash(token);
        Row row =
                handle.createQuery(
                                "SELECT person, latest_use_epoch_millis, expires_epoch_millis"
                                        + " FROM console_session WHERE token_hash = :hash")
                        .bind("hash", hash)
                        .map((result, _) ->
                                new Row(
                                        result.getString(1),
                                        Instant.ofEpochMilli(result.getLong(2)),
                                        Instant.ofEpochMilli(result.getLong(3))))
                        .findOne()
                        .orElse(null);
        if (row == null) {
            return null;
        }
        AccountRow account = AccountRow.find(handle, row.person);
        boolean ended =
                !now.isBefore(row.expires)
                        || now.isAfter(row.latestUse.plus(settings.sessionIdle()));
        Person person =
                account == null || account.disabled()
                        ? null
                        : providerRoles.inForce(handle, account, now);
        if (ended || person == null) {
            end(handle, token);
            return null;
        }
        if (now.isAfter(row.latestUse.plus(NOTED))) {
            handle.createUpdate(
                            "UPDATE console_session SET latest_use_epoch_millis = :now"
                                    + " WHERE token_hash = :hash")
                    .bind("now", now.toEpochMilli())
                    .bind("hash", hash)
                    .execute();
        }
        return new ConsoleSession(token, csrf(token), person, row.expires);
    }

    private record Row(String person, Instant latestUse, Instant expires) {}

    static void end(Handle handle, String token) {
        handle.createUpdate("DELETE FROM console_session WHERE token_hash = :hash")
                .bind("hash", Encoding.hash(token))
                .execute();
    }

    /// Ends all that there are, and what was handed out and has not begun.
    static void endAllOf(Handle handle, String person) {
        BrowserSignIns.takeBack(handle, person);
        handle.createUpdate("DELETE FROM console_session WHERE person = :person")
                .bind("person", person)
                .execute();
    }

    /// Made from the token, which only the session's own browser sends; nobody gets from one to the other.
    private static String csrf(String token) {
        return Encoding.base64(
                Encoding.sha256(("holdfast csrf\n" + token).getBytes(StandardCharsets.UTF_8)));
    }
}
