package dev.holdfast.server.catalog;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/// What each of Holdfast's own connections to a database is opened with.
public final class PostgresLogin {
    private static final String LOGIN_SECONDS_MAX = "10";

    /// Over the time of a statement: PostgreSQL's own limit is to end it, not the socket's.
    private static final long MARGIN_SECONDS = 10;

    private PostgresLogin() {}

    /// pgjdbc's properties.
    ///
    /// @param tls those of TLS
    /// @param application what `pg_stat_activity` shows behind `holdfast`
    public static Properties properties(
            Map<String, String> tls,
            String database,
            String role,
            String password,
            String application) {
        Properties all = new Properties();
        all.putAll(tls);
        all.setProperty("PGDBNAME", database);
        all.setProperty("user", role);
        all.setProperty("password", password);
        all.setProperty("ApplicationName", "holdfast " + application);
        all.setProperty("loginTimeout", LOGIN_SECONDS_MAX);
        all.setProperty("connectTimeout", LOGIN_SECONDS_MAX);
        return all;
    }

    /// The same where no statement may take longer than a time: an answer that does not come ends the
    /// connection a little later.
    public static Properties properties(
            Map<String, String> tls,
            String database,
            String role,
            String password,
            String application,
            Duration statementTime) {
        Properties all = properties(tls, database, role, password, application);
        all.setProperty("socketTimeout", Long.toString(statementTime.toSeconds() + MARGIN_SECONDS));
        return all;
    }
}
