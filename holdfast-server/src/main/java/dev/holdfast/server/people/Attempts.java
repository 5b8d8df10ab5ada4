package dev.holdfast.server.people;

import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// How often somebody may be wrong. An attempt counts as failed before it is looked at, and is taken back when
/// it was right: a thousand at the same moment are a thousand.
///
/// It is in the store, so that neither a restart nor another gateway gives new attempts.
///
/// @param free how many may fail before anything is locked
/// @param first how long the next one then waits; twice as long after each that fails again
/// @param longest how long at most
/// @param memory after how long without a failure all are forgotten; longer than `longest`, or else the end of
///     the wait would be the end of the memory
record Attempts(int free, Duration first, Duration longest, Duration memory) {
    /// By one person: after the first five, 15 minutes to a day between guesses, so that a million codes take
    /// thousands of years.
    static final Attempts OF_PERSON =
            new Attempts(5, Duration.ofMinutes(15), Duration.ofDays(1), Duration.ofDays(7));

    /// From one address, behind which there may be a whole office.
    static final Attempts OF_ADDRESS =
            new Attempts(30, Duration.ofMinutes(1), Duration.ofMinutes(30), Duration.ofHours(1));

    /// @param lockedUntil null where the attempt may be looked at
    /// @param last whether, if it fails, nothing is looked at for a while
    record Taken(@Nullable Instant lockedUntil, boolean last) {}

    /// Takes an attempt.
    Taken take(Handle handle, String subject, Instant now) {
        handle.createUpdate("DELETE FROM person_attempt WHERE forgotten_epoch_millis <= :now")
                .bind("now", now.toEpochMilli())
                .execute();
        // Before it is read, so that on PostgreSQL too one waits for the other.
        handle.createUpdate(
                        "INSERT INTO person_attempt (subject, failures, locked_until_epoch_millis,"
                                + " forgotten_epoch_millis) VALUES (:subject, 0, 0, :forgotten)"
                                + " ON CONFLICT (subject) DO UPDATE"
                                + " SET failures = person_attempt.failures")
                .bind("subject", subject)
                .bind("forgotten", now.plus(memory).toEpochMilli())
                .execute();
        Row row =
                handle.createQuery(
                                "SELECT failures, locked_until_epoch_millis FROM person_attempt"
                                        + " WHERE subject = :subject")
                        .bind("subject", subject)
                        .map((result, _) -> new Row(result.getLong(1), result.getLong(2)))
                        .one();
        if (now.toEpochMilli() < row.lockedUntil) {
            return new Taken(Instant.ofEpochMilli(row.lockedUntil), false);
        }
        long failures = row.failures + 1;
        Instant until = failures < free ? Instant.EPOCH : now.plus(pause(failures - free));
        handle.createUpdate(
                        "UPDATE person_attempt SET failures = :failures,"
                                + " locked_until_epoch_millis = :until,"
                                + " forgotten_epoch_millis = :forgotten WHERE subject = :subject")
                .bind("failures", failures)
                .bind("until", until.toEpochMilli())
                .bind("forgotten", now.plus(memory).toEpochMilli())
                .bind("subject", subject)
                .execute();
        return new Taken(null, failures >= free);
    }

    private record Row(long failures, long lockedUntil) {}

    private Duration pause(long beyond) {
        Duration wait = first;
        for (long i = 0; i < beyond && wait.compareTo(longest) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(longest) < 0 ? wait : longest;
    }

    /// It was right: all that failed before was the person's own.
    static void forget(Handle handle, String subject) {
        handle.createUpdate("DELETE FROM person_attempt WHERE subject = :subject")
                .bind("subject", subject)
                .execute();
    }

    /// It was right; what failed before may have been somebody else's.
    static void giveBack(Handle handle, String subject) {
        handle.createUpdate(
                        "UPDATE person_attempt SET failures = failures - 1,"
                                + " locked_until_epoch_millis = 0"
                                + " WHERE subject = :subject AND failures > 0")
                .bind("subject", subject)
                .execute();
    }
}
