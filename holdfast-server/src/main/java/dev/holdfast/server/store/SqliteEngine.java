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
import org.jdbi.v3.core.Handle;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// A SQLite database in one file, of nobody else to read. Several processes may use one file.
///
/// A transaction begins IMMEDIATE, so that of two which read before they write the second waits; it is on
/// the disk when it has ended (WAL, `synchronous=FULL`).
final class SqliteEngine implements StoreEngine {
    private static final int BUSY_MILLIS_MAX = 5_000;
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;

    /// Whether it has been opened in this process.
    private boolean opened;

    SqliteEngine(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    @Override
    public Connection open() throws IOException, SQLException {
        if (opened && !stands()) {
            // An empty one in its place would have forgotten who was stopped and what was granted.
            throw new SQLException("it is gone; put it back, or start anew to begin with none");
        }
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
        Connection connection = source.getConnection();
        opened = true;
        return connection;
    }

    private static SQLiteConfig settings() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        settings.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        settings.setBusyTimeout(BUSY_MILLIS_MAX);
        return settings;
    }

    /// Flyway does not lock a SQLite database against others that do the same.
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
            Migrations.bring(source);
        }
    }

    /// A file that was removed would be written on, and nobody would ever find it again.
    @Override
    public boolean stands() {
        return Files.exists(file);
    }

    @Override
    public void begun(Handle handle) {
        // IMMEDIATE has seen to it.
    }

    @Override
    public void announce(Handle handle, String channel) {
        // Who else uses the file looks again and again.
    }

    @Override
    public AutoCloseable listen(String channel, Runnable heard) {
        return () -> {};
    }

    @Override
    public String name() {
        return file.toString();
    }
}
