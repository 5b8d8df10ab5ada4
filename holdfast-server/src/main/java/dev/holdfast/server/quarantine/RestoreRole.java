package dev.holdfast.server.quarantine;

import dev.holdfast.server.catalog.PostgresLogin;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

/// The role as which Holdfast destroys, keeps and restores in one database. It owns the schemas of the
/// quarantine, may create them, and is a member of the roles that own what is destroyed.
///
/// @param server pgjdbc's address of the server
/// @param database the database's name there
/// @param properties pgjdbc's connection properties, those of TLS above all
/// @param password asked for at each connect
/// @param lockTime how long to wait for a lock, at least 1 ms: whoever waits for it keeps others waiting
/// @param statementTime how long one statement may take, at least 1 ms
public record RestoreRole(
        String server,
        String database,
        Map<String, String> properties,
        String role,
        Supplier<String> password,
        Duration lockTime,
        Duration statementTime) {
    /// What a value's text, and what a name stands for, depend on.
    private static final String SETTINGS =
            "-c search_path=pg_catalog,pg_temp -c DateStyle=ISO,YMD -c IntervalStyle=postgres"
                    + " -c TimeZone=UTC -c extra_float_digits=3 -c bytea_output=hex"
                    + " -c lc_monetary=C -c xmloption=content -c row_security=off"
                    + " -c default_transaction_read_only=off"
                    + " -c default_transaction_isolation=read\\ committed";

    public RestoreRole {
        properties = Map.copyOf(properties);
    }

    /// A connection that begins a transaction with its first statement.
    ///
    /// @throws SQLException if PostgreSQL cannot be reached or does not let the role in
    Connection connect() throws SQLException {
        Properties all =
                PostgresLogin.properties(
                        properties, database, role, password.get(), "quarantine", statementTime);
        all.setProperty(
                "options",
                SETTINGS
                        + " -c lock_timeout="
                        + lockTime.toMillis()
                        + " -c statement_timeout="
                        + statementTime.toMillis());
        Connection connection = DriverManager.getConnection(server, all);
        connection.setAutoCommit(false);
        return connection;
    }
}
