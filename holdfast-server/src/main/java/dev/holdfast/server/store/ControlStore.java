package dev.holdfast.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// A SQLite database in one file, of nobody else to read. Opened when something first needs it. Several
/// processes may use one file.
///
/// A transaction begins IMMEDIATE, so that of two which read before they write the second waits; it is on
/// the disk when it has ended (WAL, `synchronous=FULL`).
public final class ControlStore implements AutoCloseable {
    private static final int BUSY_MILLIS_MAX = 5_000;
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Connection connection;
    private @Nullable Jdbi jdbi;
    private boolean closed;

    public ControlStore(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    /// What is done in one transaction.
    @FunctionalInterface
    public interface Work<T> {
        T run(Handle handle);
    }

    /// Does something in one transaction, which is on the disk when this returns; one at a time in this
    /// process. Waits: never called on an event loop.
    ///
    /// @throws StoreException if it may not have been done
    public <T> T transaction(Work<T> work) throws StoreException {
        lock.lock();
        try {
            return opened().inTransaction(work::run);
        } catch (JdbiException | FlywayException | IOException | SQLException e) {
            disconnect();
            throw new StoreException(file + ": " + e.getMessage(), e);
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

    private Jdbi opened() throws IOException, SQLException {
        if (closed) {
            throw new SQLException("the store is closed");
        }
        Jdbi current = jdbi;
        // A file that was removed would be written on, and nobody would ever find it again.
        if (current != null && Files.exists(file)) {
            return current;
        }
        disconnect();
        Path directory = file.getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        SQLiteDataSource source = new SQLiteDataSource(settings());
        source.setUrl("jdbc:sqlite:" + file);
        migrate(source);
        Connection opened = source.getConnection();
        connection = opened;
        Jdbi made = Jdbi.create(opened);
        jdbi = made;
        return made;
    }

    private static SQLiteConfig settings() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        settings.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        settings.setBusyTimeout(BUSY_MILLIS_MAX);
        return settings;
    }

    /// Brings the tables to this version's form; refuses those of a later version. Flyway does not lock a
    /// SQLite database against others that do the same.
    private void migrate(SQLiteDataSource source) throws IOException {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try (FileChannel channel =
                FileChannel.open(
                        lockFile,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        OWNER_ONLY)) {
            channel.lock();
            if (!Files.exists(file)) {
                Files.createFile(file, OWNER_ONLY);
            }
            Flyway.configure(ControlStore.class.getClassLoader())
                    .dataSource(source)
                    .locations("classpath:dev/holdfast/server/store/migrations")
                    .ignoreMigrationPatterns(new String[0])
                    .load()
                    .migrate();
        }
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
