package dev.holdfast.server.capture;

import dev.holdfast.guard.change.Counters;
import dev.holdfast.server.catalog.PostgresLogin;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

/// Where the twin of a writing session connects to: a second session in the same database that sees rows
/// as they were before the first one commits.
///
/// @param name the database's name in the configuration
/// @param server pgjdbc's address of the server
/// @param database the database's name there
/// @param properties pgjdbc's connection properties, those of TLS above all
/// @param role the capture role
/// @param password asked for at each connect
/// @param statementTime how long one query may take, at least 1 ms
/// @param lockTime how long one may wait for a lock, at least 1 ms
/// @param connectionsMax how many transactions may be captured at a time, at least 1
public record TwinSource(
        String name,
        String server,
        String database,
        Map<String, String> properties,
        String role,
        Supplier<String> password,
        Duration statementTime,
        Duration lockTime,
        int connectionsMax) {

    public TwinSource {
        properties = Map.copyOf(properties);
    }

    /// A connection in autocommit, so that each query sees what is committed by then. It only reads.
    ///
    /// @throws SQLException if PostgreSQL cannot be reached or does not let the role in
    public Connection connect() throws SQLException {
        Properties all =
                PostgresLogin.properties(
                        properties, database, role, password.get(), "capture", statementTime);
        all.setProperty("binaryTransfer", "false");
        Connection connection = DriverManager.getConnection(server, all);
        try (Statement statement = connection.createStatement()) {
            // After the login, where nothing overrides it: neither pgjdbc nor ALTER ROLE … SET.
            statement.execute(Counters.PIN_SESSION_FORMATS);
            statement.execute(
                    "SET default_transaction_read_only = on; SET row_security = off;"
                            + " SET synchronous_commit = local;"
                            + " SET default_transaction_isolation = 'read committed';"
                            + " SET idle_in_transaction_session_timeout = 0; SET lock_timeout = "
                            + lockTime.toMillis()
                            + "; SET statement_timeout = "
                            + statementTime.toMillis());
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
