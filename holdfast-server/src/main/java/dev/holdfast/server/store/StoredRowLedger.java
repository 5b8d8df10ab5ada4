package dev.holdfast.server.store;

import dev.holdfast.guard.change.RowLedger;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The ledger in the control store: each agent and database has a sum for each second of the last hour, and
/// one since ever. A task is a grant; where an agent works without one, the sum since ever is its task's.
/// Reconnecting and restarting reset nothing.
///
/// Rows are written down where no limit is set too: a limit that a reloaded policy sets counts what was
/// changed before, and what is given back was surely taken.
public final class StoredRowLedger implements RowLedger {
    private static final Logger LOGGER = LoggerFactory.getLogger(StoredRowLedger.class);

    private static final long HOUR_SECONDS = Duration.ofHours(1).toSeconds();

    /// So far back a clock may step (it is being adjusted) without anything being refused; the later time
    /// goes on to count.
    private static final long STEP_BACK_SECONDS_MAX = 5;

    private final ControlStore store;
    private final InstantSource clock;

    public StoredRowLedger(ControlStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public @Nullable Refusal take(Principal principal, long rows, RowLimits limits) {
        if (rows < 0) {
            throw new IllegalArgumentException("rows: " + rows + " (expected: >= 0)");
        }
        try {
            return store.transaction(handle -> take(handle, principal, rows, limits)).refusal();
        } catch (StoreException e) {
            LOGGER.error("limits: rows cannot be counted, nothing commits: {}", e.getMessage());
            return unavailable("the control store cannot be used");
        }
    }

    /// @param refusal null where the rows were taken
    private record Taken(@Nullable Refusal refusal) {}

    private Taken take(Handle handle, Principal principal, long rows, RowLimits limits) {
        Task task = task(handle, principal);
        long now = clock.instant().getEpochSecond();
        if (now < task.latestSecond - STEP_BACK_SECONDS_MAX) {
            // By a clock that was set back, the last hour would seem to be another one.
            LOGGER.error(
                    "limits: the clock says {}, rows were counted at {}: nothing of {} in {} commits",
                    Instant.ofEpochSecond(now),
                    Instant.ofEpochSecond(task.latestSecond),
                    principal.agent(),
                    principal.database());
            return new Taken(unavailable("the clock went backwards"));
        }
        long second = Math.max(now, task.latestSecond);
        forget(handle, principal, second - HOUR_SECONDS);
        if (limits.hourMax() > 0) {
            List<Second> seconds = seconds(handle, principal);
            long used = seconds.stream().mapToLong(Second::rows).sum();
            if (exceeds(used, rows, limits.hourMax())) {
                return new Taken(perHour(rows, used, limits.hourMax(), seconds));
            }
        }
        long ofTask = ofTask(handle, principal, task);
        if (limits.taskMax() > 0 && exceeds(ofTask, rows, limits.taskMax())) {
            return new Taken(perTask(rows, ofTask, limits.taskMax()));
        }
        add(handle, principal, second, rows);
        return new Taken(null);
    }

    private static long ofTask(Handle handle, Principal principal, Task sinceEver) {
        return principal.grant().isEmpty()
                ? sinceEver.rows
                : handle.createQuery(
                                "SELECT row_count FROM row_ledger_grant WHERE grant_id = :grant")
                        .bind("grant", principal.grant())
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(0L);
    }

    private static boolean exceeds(long used, long rows, long max) {
        return rows > max - used;
    }

    @Override
    public void giveBack(Principal principal, long rows) {
        try {
            store.transaction(handle -> {
                subtract(handle, principal, rows);
                return Boolean.TRUE;
            });
        } catch (StoreException e) {
            LOGGER.warn(
                    "limits: {} rows of {} in {} stay counted though rolled back: {}",
                    rows,
                    principal.agent(),
                    principal.database(),
                    e.getMessage());
        }
    }

    /// From the oldest seconds first: what is left counts for longer, never for less.
    private static void subtract(Handle handle, Principal principal, long rows) {
        long left = Math.min(rows, task(handle, principal).rows);
        update(
                handle,
                principal,
                "UPDATE row_ledger_task SET row_count = row_count - :rows"
                        + " WHERE agent = :agent AND database_name = :database",
                0,
                left);
        if (!principal.grant().isEmpty()) {
            handle.createUpdate(
                            "UPDATE row_ledger_grant SET row_count ="
                                    + " CASE WHEN row_count > :rows THEN row_count - :rows ELSE 0 END"
                                    + " WHERE grant_id = :grant")
                    .bind("grant", principal.grant())
                    .bind("rows", rows)
                    .execute();
        }
        for (Second second : seconds(handle, principal)) {
            long taken = Math.min(left, second.rows);
            if (taken == 0) {
                continue;
            }
            update(
                    handle,
                    principal,
                    "UPDATE row_ledger_second SET row_count = row_count - :rows WHERE agent = :agent"
                            + " AND database_name = :database AND epoch_second = :second",
                    second.second,
                    taken);
            left -= taken;
        }
    }

    /// @param rows since ever
    /// @param latestSecond when rows were last taken
    private record Task(long rows, long latestSecond) {}

    private static Task task(Handle handle, Principal principal) {
        return handle.createQuery(
                        "SELECT row_count, latest_epoch_second FROM row_ledger_task"
                                + " WHERE agent = :agent AND database_name = :database")
                .bind("agent", principal.agent())
                .bind("database", principal.database())
                .map((row, _) -> new Task(row.getLong(1), row.getLong(2)))
                .findOne()
                .orElse(new Task(0, 0));
    }

    private record Second(long second, long rows) {}

    private static List<Second> seconds(Handle handle, Principal principal) {
        return handle.createQuery(
                        "SELECT epoch_second, row_count FROM row_ledger_second WHERE agent = :agent"
                                + " AND database_name = :database ORDER BY epoch_second")
                .bind("agent", principal.agent())
                .bind("database", principal.database())
                .map((row, _) -> new Second(row.getLong(1), row.getLong(2)))
                .list();
    }

    /// Seconds that have wholly left the hour.
    private static void forget(Handle handle, Principal principal, long before) {
        update(
                handle,
                principal,
                "DELETE FROM row_ledger_second WHERE agent = :agent AND database_name = :database"
                        + " AND epoch_second < :second",
                before,
                0);
    }

    private static void add(Handle handle, Principal principal, long second, long rows) {
        update(
                handle,
                principal,
                "INSERT INTO row_ledger_second (agent, database_name, epoch_second, row_count)"
                        + " VALUES (:agent, :database, :second, :rows)"
                        + " ON CONFLICT (agent, database_name, epoch_second)"
                        + " DO UPDATE SET row_count = row_ledger_second.row_count + excluded.row_count",
                second,
                rows);
        update(
                handle,
                principal,
                "INSERT INTO row_ledger_task (agent, database_name, row_count, latest_epoch_second)"
                        + " VALUES (:agent, :database, :rows, :second)"
                        + " ON CONFLICT (agent, database_name)"
                        + " DO UPDATE SET row_count = row_ledger_task.row_count + excluded.row_count,"
                        + " latest_epoch_second = excluded.latest_epoch_second",
                second,
                rows);
        if (!principal.grant().isEmpty()) {
            handle.createUpdate(
                            "INSERT INTO row_ledger_grant (grant_id, row_count) VALUES (:grant, :rows)"
                                    + " ON CONFLICT (grant_id) DO UPDATE"
                                    + " SET row_count = row_ledger_grant.row_count + excluded.row_count")
                    .bind("grant", principal.grant())
                    .bind("rows", rows)
                    .execute();
        }
    }

    private static void update(
            Handle handle, Principal principal, String sql, long second, long rows) {
        handle.createUpdate(sql)
                .bind("agent", principal.agent())
                .bind("database", principal.database())
                .bind("second", second)
                .bind("rows", rows)
                .execute();
    }

    private static Refusal perHour(long rows, long used, long max, List<Second> seconds) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                "limit.rows-per-hour",
                "the transaction would change more rows than may be changed within an hour",
                "Rule limit.rows-per-hour: it changes %d rows, %d were changed in the last 60 minutes, %d"
                                .formatted(rows, used, max)
                        + " may be",
                "The transaction was rolled back: nothing was changed. "
                        + whenRoom(rows, used, max, seconds));
    }

    private static String whenRoom(long rows, long used, long max, List<Second> seconds) {
        if (rows > max) {
            return "So many rows never fit: ask an operator, or change fewer.";
        }
        long left = used;
        for (Second second : seconds) {
            left -= second.rows;
            if (!exceeds(left, rows, max)) {
                return "There is room for it again at %s; %d rows may be changed now."
                        .formatted(
                                Instant.ofEpochSecond(second.second + HOUR_SECONDS + 1),
                                Math.max(0, max - used));
            }
        }
        return "There is room for it again in an hour.";
    }

    private static Refusal perTask(long rows, long used, long max) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                "limit.rows-per-task",
                "the transaction would change more rows than may be changed for the task",
                "Rule limit.rows-per-task: it changes %d rows, %d were changed for the task before, %d"
                                .formatted(rows, used, max)
                        + " may be",
                "The transaction was rolled back: nothing was changed. %d rows may still be changed; no"
                                .formatted(Math.max(0, max - used))
                        + " time brings room back. Ask an operator to raise rows-per-task.");
    }

    private static Refusal unavailable(String why) {
        return new Refusal(
                ErrorCode.IO_ERROR,
                "limit.ledger-unavailable",
                "changed rows cannot be counted, so nothing can commit",
                "Rule limit.ledger-unavailable: " + why,
                "The transaction was rolled back: nothing was changed. Do not retry at once; an"
                        + " operator finds the reason in Holdfast's log.");
    }
}
