package dev.holdfast.server.catalog;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads rows of a catalog, in pieces.
final class CatalogRows {
    private static final int FETCH_ROWS = 10_000;

    private final Connection connection;

    /// Takes one row.
    interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    CatalogRows(Connection connection) {
        this.connection = connection;
    }

    void execute(String command) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    void read(String query, Reader reader) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    /// The oids or numbers of an array; none where it is NULL.
    static List<Long> numbers(@Nullable Array array) throws SQLException {
        return array == null
                ? List.of()
                : Arrays.stream((Object[]) array.getArray())
                        .map(number -> ((Number) number).longValue())
                        .toList();
    }

    /// The texts of an array; none where it is NULL.
    static List<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? List.of() : Arrays.asList((String[]) array.getArray());
    }
}
