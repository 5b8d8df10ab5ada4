package dev.holdfast.server.catalog;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

/// Where a catalog is read, and as whom. An ordinary role will do: what is read of `pg_catalog` is
/// open to everyone.
///
/// @param name the database's name in the configuration
/// @param server pgjdbc's address of the server
/// @param database the database's name there
/// @param properties pgjdbc's connection properties, those of TLS above all
/// @param password asked for at each connect
/// @param statementTime how long one query may take, at least 1 ms
public record CatalogSource(
        String name,
        String server,
        String database,
        Map<String, String> properties,
        String role,
        Supplier<String> password,
        Duration statementTime) {

    public CatalogSource {
        properties = Map.copyOf(properties);
    }

    /// A connection that can only read.
    ///
    /// @throws SQLException if PostgreSQL cannot be reached or does not let the role in
    public Connection connect() throws SQLException {
        Properties all =
                PostgresLogin.properties(
                        properties, database, role, password.get(), "catalog", statementTime);
        all.setProperty(
                "options",
                "-c default_transaction_read_only=on -c statement_timeout="
                        + statementTime.toMillis());
        Connection connection = DriverManager.getConnection(server, all);
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        return connection;
    }
}
