package dev.holdfast.server.people;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// People in a store from outside, for tests that are about something else: they enrolled nothing.
public final class StoredPeople {
    private StoredPeople() {}

    /// Puts some there.
    ///
    /// @param url of the store, for JDBC
    public static void put(String url, Person... people) {
        try (Connection connection = DriverManager.getConnection(url)) {
            put(connection, people);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /// The same by a connection that is open.
    public static void put(Connection connection, Person... people) throws SQLException {
        for (Person person : people) {
            put(connection, person);
        }
    }

    private static void put(Connection connection, Person person) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO person (name, roles, handle, password_hash, totp_secret,"
                                + " totp_latest_step, issuer, subject, disabled, created_epoch_millis)"
                                + " VALUES (?, ?, ?, '', '', 0, '', '', ?, 0)")) {
            insert.setString(1, person.name());
            insert.setString(2, AccountRow.text(person.roles()));
            insert.setString(3, person.name());
            insert.setBoolean(4, false);
            insert.executeUpdate();
        }
    }
}
