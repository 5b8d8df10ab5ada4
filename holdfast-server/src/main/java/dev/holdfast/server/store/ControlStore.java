package dev.holdfast.server.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/// What must outlive a gateway: a SQLite database in one file, or a PostgreSQL database that several
/// gateways share. One dialect serves both: text, bigint, boolean and bytea columns, ids and times made
/// here, `ON CONFLICT`, `RETURNING`.
///
/// Transactions come one after the other, over all processes that use the same store.
public final class ControlStore implements AutoCloseable {
    private final StoreEngine engine;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;
    private @Nullable Jdbi jdbi;
    private boolean closed;

    /// A store in a file, which is made where it is missing.
    public ControlStore(Path file) {
        this.engine = new SqliteEngine(file);
    }

    /// A store in PostgreSQL.
    public ControlStore(PostgresStore settings) {
        this.engine = new PostgresEngine(settings);
    }

    /// What is done in one transaction.
    @FunctionalInterface
    public interface Work<T> {
        T run(Handle handle);
    }

    /// Does something in one transaction, which is on the disk when this returns; one at a time.
    /// Waits: never called on an event loop.
    ///
    /// @throws StoreException if it may not have been done
    public <T> T transaction(Work<T> work) throws StoreException {
        lock.lock();
        try {
            return opened().inTransaction(handle -> {
                engine.begun(handle);
                return work.run(handle);
            });
        } catch (JdbiException | FlywayException | IOException | SQLException e) {
            disconnect();
            throw new StoreException(engine.name() + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /// Opens it, if that was not done yet: so that the first write need not wait for it.
    ///
    /// @throws StoreException if it cannot be opened
    public void open() throws StoreException {
        transaction(_ -> Boolean.TRUE);
    }

    /// Within a transaction: tells who listens, once it has committed.
    ///
    /// @param channel a word of small letters and `_`
    public void announce(Handle handle, String channel) {
        engine.announce(handle, word(channel));
    }

    /// Begins to listen for what is announced by any process. Where the store cannot tell (SQLite), nothing
    /// is ever heard, and who must know looks again and again.
    ///
    /// @param heard called on another thread after each announcement, and whenever one may have been missed
    /// @return ends it
    public AutoCloseable listen(String channel, Runnable heard) {
        return engine.listen(word(channel), heard);
    }

    private static String word(String channel) {
        if (!channel.matches("[a-z_]{1,40}")) {
            throw new IllegalArgumentException(
                    "channel: " + channel + " (expected: small letters and _)");
        }
        return channel;
    }

    private Jdbi opened() throws IOException, SQLException {
        if (closed) {
            throw new SQLException("the store is closed");
        }
        Jdbi current = jdbi;
        if (current != null && engine.stands()) {
            return current;
        }
        disconnect();
        Connection opened = engine.open();
        connection = opened;
        Jdbi made = Jdbi.create(opened);
        // Else an error would show the values of the statement that failed, and they get into the
        // log.
        made.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        jdbi = made;
        return made;
    }

    private void disconnect() {
        Connection current = connection;
        connection = null;
        jdbi = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException _) {
                // What was not committed is not there, which is all that matters.
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            disconnect();
        } finally {
            lock.unlock();
        }
    }
}
