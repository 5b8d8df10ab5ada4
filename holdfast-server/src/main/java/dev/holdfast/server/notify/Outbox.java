package dev.holdfast.server.notify;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Messages in the store that are not delivered yet. Several gateways may share it: whoever takes a message
/// has it for a while.
final class Outbox {
    /// Longer than any attempt takes.
    private static final Duration TAKEN_FOR = Duration.ofMinutes(1);

    private static final int CHANNEL_MESSAGES_MAX = 10_000;

    private final ControlStore store;
    private final InstantSource clock;

    Outbox(ControlStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// @param attempts how many were made before this one
    record Message(String id, String text, int attempts, Instant since) {}

    /// Keeps a message; false where too many wait already.
    static boolean put(Handle handle, String id, String channel, String text, Instant now) {
        long waiting =
                handle.createQuery("SELECT count(*) FROM notification WHERE channel = :channel")
                        .bind("channel", channel)
                        .mapTo(Long.class)
                        .one();
        if (waiting >= CHANNEL_MESSAGES_MAX) {
            return false;
        }
        handle.createUpdate(
                        "INSERT INTO notification (id, channel, message, attempts,"
                                + " due_epoch_millis, since_epoch_millis)"
                                + " VALUES (:id, :channel, :message, 0, :now, :now)")
                .bind("id", id)
                .bind("channel", channel)
                .bind("message", text)
                .bind("now", now.toEpochMilli())
                .execute();
        return true;
    }

    /// Takes the next message that is due; null where there is none.
    @Nullable Message take(String channel) throws StoreException {
        Instant now = clock.instant();
        return store.transaction(handle ->
                        new Taken(
                                handle.createQuery(
                                                "UPDATE notification"
                                                        + " SET due_epoch_millis = :until"
                                                        + " WHERE id = (SELECT id FROM"
                                                        + " notification WHERE channel = :channel"
                                                        + " AND due_epoch_millis <= :now"
                                                        + " ORDER BY due_epoch_millis, id LIMIT 1)"
                                                        + " AND due_epoch_millis <= :now"
                                                        + " RETURNING id, message, attempts,"
                                                        + " since_epoch_millis")
                                        .bind("until", now.plus(TAKEN_FOR).toEpochMilli())
                                        .bind("channel", channel)
                                        .bind("now", now.toEpochMilli())
                                        .map((row, _) ->
                                                new Message(
                                                        row.getString(1),
                                                        row.getString(2),
                                                        row.getInt(3),
                                                        Instant.ofEpochMilli(row.getLong(4))))
                                        .findOne()
                                        .orElse(null)))
                .message;
    }

    private record Taken(@Nullable Message message) {}

    /// It was delivered, or is given up.
    void remove(String id) throws StoreException {
        store.transaction(handle ->
                handle.createUpdate("DELETE FROM notification WHERE id = :id")
                        .bind("id", id)
                        .execute());
    }

    /// It is tried again later.
    void postpone(Message message, Duration wait) throws StoreException {
        store.transaction(handle ->
                handle.createUpdate(
                                "UPDATE notification SET attempts = :attempts,"
                                        + " due_epoch_millis = :due WHERE id = :id")
                        .bind("attempts", message.attempts() + 1)
                        .bind("due", clock.instant().plus(wait).toEpochMilli())
                        .bind("id", message.id())
                        .execute());
    }
}
