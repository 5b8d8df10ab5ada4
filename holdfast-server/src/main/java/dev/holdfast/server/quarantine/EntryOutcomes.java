package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.CommitPoint;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the transactions of the quarantine end: an entry is written before COMMIT with the transaction's
/// id, and with the outcome behind it, which PostgreSQL is asked for where COMMIT was not answered.
final class EntryOutcomes {
    private static final Logger LOGGER = LoggerFactory.getLogger(EntryOutcomes.class);
    private static final Duration OUTCOME_WAIT = Duration.ofSeconds(10);
    private static final Duration OUTCOME_PAUSE = Duration.ofMillis(200);

    private final Entries entries;
    private final DumpDirectory dumps;
    private final CommitNotice notice;

    EntryOutcomes(Entries entries, DumpDirectory dumps, CommitNotice notice) {
        this.entries = entries;
        this.dumps = dumps;
        this.notice = notice;
    }

    /// The entry as it is written before COMMIT, with the transaction's id.
    ///
    /// PostgreSQL's log is synced first: a transaction of its own with nothing in it but a message for
    /// nobody commits. Otherwise a crash could forget that the id was given out, another transaction would
    /// get it, and asked what became of ours PostgreSQL would answer for that one; what was copied out
    /// would be removed as restored.
    static Entry awaiting(OwnerSession session, RestoreRole role, Entry entry, Entry.State becomes)
            throws SQLException {
        Entry awaiting = entry.awaiting(becomes, session.transactionId());
        try (OwnerSession other = new OwnerSession(role)) {
            other.execute("SET LOCAL synchronous_commit = local");
            other.execute("SELECT pg_catalog.pg_logical_emit_message(true, 'holdfast', '')");
            other.commit();
        }
        return awaiting;
    }

    /// Commits what an entry was made for.
    void commit(OwnerSession session, RestoreRole role, Entry entry)
            throws ChangeRefusedException, SQLException, IOException {
        announce(session, entry);
        try {
            session.commit();
        } catch (SQLException e) {
            Entry resolved = resolved(role, entry, OUTCOME_WAIT);
            if (resolved == null) {
                entries.remove(entry.id());
                throw e;
            }
            if (!resolved.pending().nothing()) {
                throw DestroyRefusals.unknownOutcome(entry.id(), e);
            }
            return;
        }
        settle(entry.in(entry.pending().becomes()));
    }

    /// Tells those who keep people's words, so that they can ask for the outcome without the entry.
    private void announce(OwnerSession session, Entry entry)
            throws ChangeRefusedException, SQLException, IOException {
        try {
            List<@Nullable String> cluster = session.rows(CommitPoint.CLUSTER_QUERY).getFirst();
            notice.committing(
                    List.of(entry.approval()),
                    new CommitPoint(
                            entry.pending().transactionId(),
                            OwnerSession.text(cluster, 0),
                            OwnerSession.text(cluster, 1)));
        } catch (ChangeRefusedException | SQLException e) {
            entries.remove(entry.id());
            throw e;
        }
    }

    /// Commits what is done with an entry that is kept.
    ///
    /// @return the entry as it is then
    Entry commitChange(OwnerSession session, RestoreRole role, Entry waiting)
            throws Quarantine.InTheWayException {
        try {
            session.commit();
            Entry done = waiting.in(waiting.pending().becomes());
            settle(done);
            return done;
        } catch (SQLException e) {
            Entry resolved = resolved(role, waiting, OUTCOME_WAIT);
            if (resolved != null && resolved.state() == waiting.pending().becomes()) {
                return resolved;
            }
            throw new Quarantine.InTheWayException(
                    resolved == null || !resolved.pending().nothing()
                            ? "PostgreSQL did not say whether it was done; look again later"
                            : "PostgreSQL rolled it back: " + DestroyRefusals.message(e),
                    e);
        }
    }

    /// After COMMIT nothing may fail any more: what could not be written is asked of the database again.
    private void settle(Entry entry) {
        try {
            entries.write(entry);
            if (entry.state() == Entry.State.RESTORED || entry.state() == Entry.State.PURGED) {
                dumps.delete(entry.dumps());
                entries.forgetLook(entry.id());
            }
        } catch (IOException e) {
            LOGGER.error("quarantine: the outcome of {} cannot be written down", entry.id(), e);
        }
    }

    /// The entry with the outcome of its transaction, if that can be told within the time; the entry as
    /// it is otherwise; null where what it was made for never happened.
    @Nullable Entry resolved(RestoreRole role, Entry entry, Duration wait) {
        if (entry.pending().nothing()) {
            return entry;
        }
        long end = System.nanoTime() + wait.toNanos();
        while (true) {
            String status = status(role, entry.pending().transactionId());
            switch (status) {
                case "committed" -> {
                    Entry settled = entry.in(entry.pending().becomes());
                    settle(settled);
                    return settled;
                }
                case "aborted" -> {
                    if (entry.state() == Entry.State.PREPARED) {
                        return null;
                    }
                    Entry settled = entry.in(entry.state());
                    settle(settled);
                    return settled;
                }
                default -> {}
            }
            if (System.nanoTime() - end >= 0) {
                return entry;
            }
            try {
                Thread.sleep(OUTCOME_PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return entry;
            }
        }
    }

    private static String status(RestoreRole role, String transactionId) {
        try (OwnerSession session = new OwnerSession(role)) {
            return session.value("SELECT coalesce(pg_xact_status(?::xid8), '')", transactionId);
        } catch (SQLException e) {
            LOGGER.warn("quarantine: the outcome of a transaction cannot be asked for", e);
            return "";
        }
    }
}
