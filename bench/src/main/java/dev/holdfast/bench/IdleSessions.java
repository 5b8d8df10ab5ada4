package dev.holdfast.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Opens a number of sessions, holds them without a word until its standard input ends, and then asks
/// each of them something: a session that has died fails the program.
public final class IdleSessions {
    private IdleSessions() {}

    /// Runs until standard input ends.
    ///
    /// @param arguments how many, and the JDBC address; the password is in `PGPASSWORD`
    public static void main(String[] arguments) throws SQLException, IOException {
        int count = Integer.parseInt(arguments[0]);
        String url = arguments[1] + "&password=" + System.getenv("PGPASSWORD");
        List<Connection> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(DriverManager.getConnection(url));
        }
        while (System.in.read() >= 0) {
            // Only the end matters.
        }
        for (Connection session : sessions) {
            try (Statement statement = session.createStatement()) {
                statement.execute("SELECT 1");
            }
            session.close();
        }
    }
}
