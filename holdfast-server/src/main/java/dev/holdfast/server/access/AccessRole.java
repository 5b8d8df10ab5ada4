package dev.holdfast.server.access;

import dev.holdfast.server.catalog.PostgresLogin;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

/// As whom Holdfast makes and ends the roles of grants in one database. The role has CREATEROLE, is no
/// superuser, and may grant what agents may be given (`WITH GRANT OPTION`).
///
/// @param database the database's name in the configuration
/// @param server pgjdbc's address of the server
/// @param upstreamDatabase the database's name there
/// @param tls pgjdbc's properties of TLS
/// @param password asked for at each connect
public record AccessRole(
        String database,
        String server,
        String upstreamDatabase,
        Map<String, String> tls,
        String role,
        Supplier<String> password) {
    private static final int ANSWER_MILLIS_MAX = 5_000;
    private static final int LOCK_MILLIS_MAX = 2_000;

    public AccessRole {
        tls = Map.copyOf(tls);
    }

    /// A connection outside any transaction.
    ///
    /// @throws SQLException if PostgreSQL cannot be reached or does not let the role in
    Connection connect() throws SQLException {
        Properties all =
                PostgresLogin.properties(tls, upstreamDatabase, role, password.get(), "access");
        all.setProperty("socketTimeout", "10");
        all.setProperty("loginTimeout", "3");
        all.setProperty("connectTimeout", "3");
        all.setProperty(
                "options",
                "-c search_path=pg_catalog -c standard_conforming_strings=on -c statement_timeout="
                        + ANSWER_MILLIS_MAX
                        + " -c lock_timeout="
                        + LOCK_MILLIS_MAX);
        return DriverManager.getConnection(server, all);
    }
}
