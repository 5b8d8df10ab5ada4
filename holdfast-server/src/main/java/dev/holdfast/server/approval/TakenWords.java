package dev.holdfast.server.approval;

import dev.holdfast.guard.approval.Approvals.Ending;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.store.StoreException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The words that this gateway has taken to run what they were given for, and how that ended.
///
/// Only the gateway that took a word can tell by itself: what it did is in its own undo journal and
/// quarantine. So the store remembers which one that was, and none speaks for another; what one leaves that
/// never comes back people close ([ApprovalClosing]). While a word is being used nobody
/// else's finding counts; from what is not in the journal it is concluded that nothing happened only where
/// nothing can be on its way any more: as the gateway starts, and of what this process itself ran.
final class TakenWords {
    private static final Logger LOGGER = LoggerFactory.getLogger(TakenWords.class);

    private static final int LISTED_MAX = 1_000;

    private final StoredApprovals stored;
    private final String gateway;
    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by the lock, as the other two: what a session of this process is using.
    private final Set<String> running = new HashSet<>();

    /// What this process used without learning how that ended.
    private final Set<String> doubtful = new HashSet<>();

    /// How they ended where the store could not be told.
    private final Map<String, End> unwritten = new HashMap<>();

    /// @param transaction empty where nothing is kept
    private record End(Ending ending, String transaction) {}

    TakenWords(StoredApprovals stored, String gateway) {
        this.stored = stored;
        this.gateway = gateway;
    }

    /// Takes a word that was read as approved.
    ///
    /// @return whether it was approved still
    /// @throws StoreException if it cannot be told; then it is not used, and given back later
    boolean take(Held held) throws StoreException {
        lock.lock();
        try {
            boolean taken =
                    stored.take(
                            held,
                            gateway,
                            "gateway %s runs it, or ended meanwhile: then it finds out what happened when it starts"
                                            .formatted(gateway)
                                    + " again");
            if (taken) {
                running.add(held.id());
                unwritten.remove(held.id());
                doubtful.remove(held.id());
            }
            return taken;
        } catch (StoreException e) {
            unwritten.put(held.id(), new End(Ending.ROLLED_BACK, ""));
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a session of this process is using a word.
    boolean isRunning(String id) {
        lock.lock();
        try {
            return running.contains(id);
        } finally {
            lock.unlock();
        }
    }

    /// A transaction that uses words is about to commit.
    ///
    /// @throws ChangeRefusedException if it may not: somebody has closed one of them, or the store does not
    ///     answer
    void committing(List<String> ids, CommitPoint point) throws ChangeRefusedException {
        for (String id : ids) {
            try {
                if (!stored.transaction(
                        handle -> ClosingTable.committing(handle, id, gateway, point))) {
                    throw new ChangeRefusedException(
                            HoldRefusals.notApproved(id, "a person has closed it meanwhile"));
                }
            } catch (StoreException e) {
                LOGGER.error("{}: cannot be used: {}", id, e.getMessage());
                throw new ChangeRefusedException(HoldRefusals.unavailable(), e);
            }
        }
    }

    /// How the transaction ended for which a word was taken.
    void ended(String id, Ending ending, String transaction) {
        lock.lock();
        try {
            running.remove(id);
            if (ending == Ending.UNKNOWN) {
                doubtful.add(id);
            }
            write(id, new End(ending, transaction));
        } finally {
            lock.unlock();
        }
    }

    /// How a transaction ended that nobody waited for any more.
    ///
    /// @return false if that cannot be written down now
    boolean resolved(List<String> ids, boolean committed, String transaction) {
        boolean written = true;
        for (String id : ids) {
            written &= resolved(id, committed, transaction);
        }
        return written;
    }

    private boolean resolved(String id, boolean committed, String transaction) {
        lock.lock();
        try {
            if (running.contains(id)) {
                // Whoever uses it is about to say so.
                return false;
            }
            if (committed) {
                return write(id, new End(Ending.COMMITTED, transaction));
            }
            return write(
                    id, new End(doubtful.contains(id) ? Ending.ROLLED_BACK : Ending.ABANDONED, ""));
        } finally {
            lock.unlock();
        }
    }

    /// Writes down what could not be written before, and what has come to be known.
    ///
    /// @param starting whether nothing of this gateway runs yet
    void look(Function<Held, @Nullable Ending> outcomes, boolean starting) throws StoreException {
        for (Held held : open()) {
            Ending found = outcomes.apply(held);
            if (found != null) {
                found(held, found, starting);
            }
        }
    }

    private List<Held> open() throws StoreException {
        lock.lock();
        try {
            Map.copyOf(unwritten).forEach(this::write);
            return stored
                    .transaction(handle -> ApprovalTable.taken(handle, gateway, LISTED_MAX))
                    .stream()
                    .filter(held -> !running.contains(held.id()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private void found(Held held, Ending found, boolean starting) throws StoreException {
        lock.lock();
        try {
            Held now = stored.find(held.id());
            if (now == null
                    || running.contains(held.id())
                    || !now.transaction().equals(held.transaction())) {
                return;
            }
            if (found != Ending.ABANDONED || starting) {
                write(held.id(), new End(found, held.transaction()));
            } else if (doubtful.contains(held.id())) {
                write(held.id(), new End(Ending.ROLLED_BACK, ""));
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean write(String id, End end) {
        try {
            Held held = stored.find(id);
            if (held == null
                    || held.state() != State.AMBIGUOUS
                    || !held.gateway().equals(gateway)) {
                LOGGER.debug("{}: ended, but was not being run here", id);
                forget(id);
                return true;
            }
            State becomes =
                    switch (end.ending()) {
                        case COMMITTED -> State.USED;
                        case ROLLED_BACK -> State.APPROVED;
                        case GREW, ABANDONED -> State.VOID;
                        case UNKNOWN -> State.AMBIGUOUS;
                    };
            String note =
                    switch (end.ending()) {
                        case GREW -> "it would have done more than was approved";
                        case ABANDONED -> "the gateway ended while it ran, and nothing was changed";
                        case UNKNOWN ->
                                "gateway %s ran it and got no answer; it goes on asking the database"
                                        .formatted(gateway);
                        case COMMITTED, ROLLED_BACK -> "";
                    };
            if (stored.move(held, becomes, held.expiresAtEpochMillis(), end.transaction(), note)) {
                stored.tell(held.in(becomes));
            }
            unwritten.remove(id);
            if (becomes != State.AMBIGUOUS) {
                forget(id);
            }
            return true;
        } catch (StoreException e) {
            LOGGER.error("{}: the outcome cannot be written down now: {}", id, e.getMessage());
            unwritten.put(id, end);
            return false;
        }
    }

    private void forget(String id) {
        unwritten.remove(id);
        doubtful.remove(id);
    }
}
