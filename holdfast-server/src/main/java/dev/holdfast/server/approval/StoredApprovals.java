package dev.holdfast.server.approval;

import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The approvals in the control store, and who wants to know when one changes. What is over by the clock is
/// so for whoever reads it.
final class StoredApprovals {
    private static final Logger LOGGER = LoggerFactory.getLogger(StoredApprovals.class);

    private final ControlStore store;
    private final InstantSource clock;
    private final List<ApprovalBook.Listener> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// Guarded by the lock.
    private long changes;

    StoredApprovals(ControlStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// One transaction of the store.
    <T> T transaction(ControlStore.Work<T> work) throws StoreException {
        return store.transaction(work);
    }

    /// @param held null where there is none
    private record Found(@Nullable Held held) {}

    @Nullable Held find(String id) throws StoreException {
        Held held = transaction(handle -> new Found(ApprovalTable.find(handle, id))).held();
        return held == null ? null : current(held);
    }

    /// The latest of the identical statement.
    @Nullable Held latest(String key) throws StoreException {
        Held held = transaction(handle -> new Found(ApprovalTable.latest(handle, key))).held();
        return held == null ? null : current(held);
    }

    /// The approval as it is now: where its time is over it is expired.
    Held current(Held held) throws StoreException {
        boolean waits = held.state() == State.PENDING || held.state() == State.APPROVED;
        if (!waits || clock.millis() < held.expiresAtEpochMillis()) {
            return held;
        }
        Held over = held.in(State.EXPIRED);
        if (move(held, State.EXPIRED, held.expiresAtEpochMillis(), "", "")) {
            tell(over);
        }
        return over;
    }

    /// Moves an approval on, if it is still as it was read.
    ///
    /// @return whether it was
    boolean move(Held held, State to, long expiresAt, String transaction, String note)
            throws StoreException {
        boolean moved = transaction(handle -> move(handle, held, to, expiresAt, transaction, note));
        if (moved) {
            signal();
        }
        return moved;
    }

    /// Takes a word that was read as approved, for a gateway to use it.
    ///
    /// @return whether it was approved still
    boolean take(Held held, String gateway, String note) throws StoreException {
        boolean taken = transaction(handle -> ApprovalTable.take(handle, held.id(), gateway, note));
        if (taken) {
            signal();
        }
        return taken;
    }

    static boolean move(
            Handle handle, Held held, State to, long expiresAt, String transaction, String note) {
        return ApprovalTable.move(
                handle, held.id(), held.state(), to, expiresAt, transaction, note);
    }

    /// Waits until something has changed here, or the time is over; decisions that another program took
    /// are seen by looking again.
    void awaitChange(long nanosMax) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long before = changes;
            long left = nanosMax;
            while (changes == before && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    AutoCloseable onChange(ApprovalBook.Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void tell(Held held) {
        signal();
        for (ApprovalBook.Listener listener : listeners) {
            try {
                listener.changed(held);
            } catch (RuntimeException e) {
                LOGGER.error("{}: somebody could not be told", held.id(), e);
            }
        }
    }

    private void signal() {
        lock.lock();
        try {
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
