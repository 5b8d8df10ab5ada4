package dev.holdfast.server.people;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What people answered to command lines, in the store: for each person what they answered last.
final class BrowserSignIns {
    private BrowserSignIns() {}

    /// Whether nothing was answered that had been asked at the same time or later. What a clock that was wrong
    /// asked in the future does not count: else nobody could answer anything until then.
    static boolean isNewest(Handle handle, BrowserRequest request, long now) {
        return handle.createQuery(
                        "SELECT asked_epoch_millis FROM browser_sign_in WHERE person = :person"
                                + " AND asked_epoch_millis >= :asked"
                                + " AND asked_epoch_millis <= :soon")
                .bind("person", request.user())
                .bind("asked", request.askedEpochMillis())
                .bind("soon", now + BrowserRequest.CLOCK_SKEW.toMillis())
                .mapTo(Long.class)
                .findOne()
                .isEmpty();
    }

    /// Notes an answer; false where something newer was answered meanwhile.
    ///
    /// @param codeHash empty to refuse
    static boolean answer(
            Handle handle, BrowserRequest request, String codeHash, long now, long expires) {
        return handle.createUpdate(
                                "INSERT INTO browser_sign_in (person, asked_epoch_millis, code_hash,"
                                        + " challenge, expires_epoch_millis) VALUES (:person, :asked,"
                                        + " :code, :challenge, :expires) ON CONFLICT (person)"
                                        + " DO UPDATE SET asked_epoch_millis ="
                                        + " excluded.asked_epoch_millis,"
                                        + " code_hash = excluded.code_hash,"
                                        + " challenge = excluded.challenge,"
                                        + " expires_epoch_millis = excluded.expires_epoch_millis"
                                        + " WHERE browser_sign_in.asked_epoch_millis <"
                                        + " excluded.asked_epoch_millis"
                                        + " OR browser_sign_in.asked_epoch_millis > :soon")
                        .bind("person", request.user())
                        .bind("asked", request.askedEpochMillis())
                        .bind("code", codeHash)
                        .bind("challenge", request.challenge())
                        .bind("expires", expires)
                        .bind("soon", now + BrowserRequest.CLOCK_SKEW.toMillis())
                        .execute()
                == 1;
    }

    /// What a code was made for.
    record Answered(String person, String challenge, long expiresEpochMillis) {}

    /// Uses a code up; null where there is none.
    static @Nullable Answered take(Handle handle, String codeHash) {
        Answered answered =
                handle.createQuery(
                                "SELECT person, challenge, expires_epoch_millis"
                                        + " FROM browser_sign_in WHERE code_hash = :code")
                        .bind("code", codeHash)
                        .map((row, _) ->
                                new Answered(row.getString(1), row.getString(2), row.getLong(3)))
                        .findOne()
                        .orElse(null);
        boolean first =
                answered != null
                        && handle.createUpdate(
                                                "UPDATE browser_sign_in SET code_hash = ''"
                                                        + " WHERE person = :person"
                                                        + " AND code_hash = :code")
                                        .bind("person", answered.person)
                                        .bind("code", codeHash)
                                        .execute()
                                == 1;
        return first ? answered : null;
    }

    /// Takes back a code that was not sent yet.
    static void takeBack(Handle handle, String person) {
        handle.createUpdate("UPDATE browser_sign_in SET code_hash = '' WHERE person = :person")
                .bind("person", person)
                .execute();
    }
}
