package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes PostgreSQL sync its log, on a connection of its own: a transaction with nothing in it but a
/// message for nobody commits, and everything that was logged before is on the disk then. The ids of
/// writers' transactions are among it.
///
/// Without that a crash could forget that an id was ever given out, and PostgreSQL would give it to
/// another transaction: asked later what became of ours, it would answer for the other one.
///
/// All who wait while one sync runs share the next one. Safe for use by many threads.
final class LogSync implements AutoCloseable {
    private static final String SYNC_LOG =
            "SELECT pg_catalog.pg_logical_emit_message(true, 'holdfast', '')";

    private final TwinSource source;
    private @Nullable Connection connection;
    private boolean running;
    private boolean closed;

    /// Of the syncs that were begun the last one, and of those that succeeded; each counts for everybody
    /// who came before it began.
    private long begun;

    private long done;

    LogSync(TwinSource source) {
        this.source = source;
    }

    /// Returns when everything that was logged before the call is on the disk.
    ///
    /// @throws ChangeRefusedException if that cannot be said
    void await() throws ChangeRefusedException {
        long wanted;
        synchronized (this) {
            wanted = begun + 1;
            pauseWhileRunning(wanted);
            if (done >= wanted) {
                return;
            }
            running = true;
            begun++;
            wanted = begun;
        }
        boolean synced = false;
        try {
            sync();
            synced = true;
        } finally {
            synchronized (this) {
                running = false;
                if (synced) {
                    done = Math.max(done, wanted);
                }
                notifyAll();
            }
        }
    }

    private synchronized void pauseWhileRunning(long wanted) throws ChangeRefusedException {
        try {
            while (running && done < wanted) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ChangeRefusedException(CaptureRefusals.twinUnreachable(source.name()), e);
        }
    }

    /// Called by one thread at a time. A connection that was cut meanwhile, by a restart perhaps, is
    /// opened anew once.
    private void sync() throws ChangeRefusedException {
        Connection warm = taken();
        if (warm != null) {
            try {
                ask(warm);
                return;
            } catch (ChangeRefusedException _) {
                // Once more, below.
            }
        }
        try {
            ask(source.connect());
        } catch (SQLException e) {
            throw new ChangeRefusedException(CaptureRefusals.twinUnreachable(source.name()), e);
        }
    }

    private synchronized @Nullable Connection taken() {
        Connection warm = connection;
        connection = null;
        return warm;
    }

    private void ask(Connection on) throws ChangeRefusedException {
        boolean kept = false;
        try {
            new JdbcWritingSession(on, true).query(SYNC_LOG, List.of());
            kept = keep(on);
        } finally {
            if (!kept) {
                close(on);
            }
        }
    }

    private synchronized boolean keep(Connection sound) {
        if (!closed) {
            connection = sound;
        }
        return !closed;
    }

    private static void close(Connection one) {
        try {
            one.close();
        } catch (SQLException _) {
            // It is gone already, which is what is wanted.
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        Connection last = taken();
        if (last != null) {
            close(last);
        }
    }
}
