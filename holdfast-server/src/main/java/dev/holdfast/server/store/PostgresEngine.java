package dev.holdfast.server.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL database that several gateways share.
///
/// One transaction at a time, over all gateways: the first thing each one does is to take the same
/// advisory lock. So it behaves as SQLite does, and no work has to be written for two kinds of isolation.
/// Waits are bounded: a gateway that cannot reach its store must come to know it.
final class PostgresEngine implements StoreEngine {
    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresEngine.class);

    /// "holdfast" in ASCII.
    private static final long LOCK = 0x686f6c6466617374L;

    private static final int CONNECT_SECONDS_MAX = 3;
    private static final int ANSWER_SECONDS_MAX = 5;
    private static final int LISTEN_MILLIS = 1_000;
    private static final Duration RETRY = Duration.ofMillis(500);

    private final PostgresStore settings;

    PostgresEngine(PostgresStore settings) {
        this.settings = settings;
    }

    @Override
    public Connection open() throws SQLException {
        PGSimpleDataSource source = source();
        // Flyway takes an advisory lock of its own, so that of two gateways one migrates.
        Migrations.bring(source);
        return source.getConnection();
    }

    private PGSimpleDataSource source() throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(
                new String[] {
                    settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host()
                });
        source.setPortNumbers(new int[] {settings.port()});
        source.setDatabaseName(settings.database());
        source.setUser(settings.role());
        source.setPassword(settings.password().get());
        source.setApplicationName("holdfast store");
        source.setConnectTimeout(CONNECT_SECONDS_MAX);
        source.setLoginTimeout(CONNECT_SECONDS_MAX);
        source.setSocketTimeout(ANSWER_SECONDS_MAX);
        source.setTcpKeepAlive(true);
        // "Failing row contains …" is no matter of the log's.
        source.setLogServerErrorDetail(false);
        for (var each : settings.tls().entrySet()) {
            source.setProperty(each.getKey(), each.getValue());
        }
        return source;
    }

    @Override
    public boolean stands() {
        return true;
    }

    @Override
    public void begun(Handle handle) {
        handle.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
    }

    @Override
    public void announce(Handle handle, String channel) {
        handle.execute("NOTIFY " + channel);
    }

    @Override
    public AutoCloseable listen(String channel, Runnable heard) {
        Thread listener =
                Thread.ofVirtual()
                        .name("store-" + channel)
                        .start(() -> {
                            try {
                                while (true) {
                                    listenOnce(channel, heard);
                                    Thread.sleep(RETRY);
                                }
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
        return listener::interrupt;
    }

    /// Listens until the connection is lost.
    private void listenOnce(String channel, Runnable heard) throws InterruptedException {
        try (Connection connection = source().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + channel);
            // What was announced before is not told.
            heard.run();
            PGConnection notified = connection.unwrap(PGConnection.class);
            while (true) {
                if (notified.getNotifications(LISTEN_MILLIS).length > 0) {
                    heard.run();
                } else {
                    // A connection that is gone without a word would be waited on for ever.
                    statement.execute("SELECT 1");
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } catch (SQLException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            LOGGER.warn("store {}: not listening now: {}", name(), e.getMessage());
        }
    }

    @Override
    public String name() {
        return "postgresql://%s:%d/%s"
                .formatted(settings.host(), settings.port(), settings.database());
    }
}
