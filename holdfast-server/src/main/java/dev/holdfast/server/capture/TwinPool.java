package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Warm connections of the capture role to one database. Safe for use by many threads.
final class TwinPool implements AutoCloseable {
    private static final long WAIT_MILLIS_MAX = 10_000;
    private static final long IDLE_NANOS_MAX = TimeUnit.MINUTES.toNanos(5);

    private final TwinSource source;
    private final Semaphore places;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean closed;

    private record Idle(Connection connection, long sinceNanos) {}

    TwinPool(TwinSource source) {
        this.source = source;
        this.places = new Semaphore(source.connectionsMax(), true);
    }

    TwinSource source() {
        return source;
    }

    /// A connection for the caller alone, to be closed by him.
    ///
    /// @throws ChangeRefusedException if there is none within ten seconds
    Lease lease() throws ChangeRefusedException {
        if (!tryAcquire()) {
            throw new ChangeRefusedException(CaptureRefusals.twinUnreachable(source.name()));
        }
        boolean leased = false;
        try {
            Connection warm = warm();
            Lease lease = new Lease(warm == null ? source.connect() : warm);
            leased = true;
            return lease;
        } catch (SQLException e) {
            throw new ChangeRefusedException(CaptureRefusals.twinUnreachable(source.name()), e);
        } finally {
            if (!leased) {
                places.release();
            }
        }
    }

    private boolean tryAcquire() {
        try {
            return places.tryAcquire(WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized @Nullable Connection warm() {
        while (!idle.isEmpty()) {
            Idle last = idle.pop();
            if (System.nanoTime() - last.sinceNanos < IDLE_NANOS_MAX) {
                return last.connection;
            }
            close(last.connection);
        }
        return null;
    }

    private synchronized void giveBack(Connection connection, boolean sound) {
        if (sound && !closed) {
            idle.push(new Idle(connection, System.nanoTime()));
        } else {
            close(connection);
        }
        places.release();
    }

    /// Throws warm connections away: the server has been restarted.
    synchronized void forget() {
        idle.forEach(one -> close(one.connection));
        idle.clear();
    }

    @Override
    public synchronized void close() {
        closed = true;
        forget();
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException _) {
            // It is gone already, which is what is wanted.
        }
    }

    /// A connection for one transaction. Given back for others only where nothing failed on it.
    final class Lease implements AutoCloseable {
        private final Connection connection;
        private boolean sound;

        private Lease(Connection connection) {
            this.connection = connection;
        }

        JdbcWritingSession session() {
            return new JdbcWritingSession(connection, true);
        }

        /// Everything that was asked was answered: it may be used again.
        void isSound() {
            sound = true;
        }

        @Override
        public void close() {
            giveBack(connection, sound);
        }
    }
}
