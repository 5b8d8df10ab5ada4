package dev.holdfast.server.quarantine;

import dev.holdfast.server.catalog.ResultTexts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/// One transaction as the restore role. Its search path is `pg_catalog`, so that every other name is
/// printed, and must be written, with its schema.
final class OwnerSession implements AutoCloseable {
    private final Connection connection;

    OwnerSession(RestoreRole role) throws SQLException {
        connection = role.connect();
    }

    /// Rows as text; NULL is null.
    ///
    /// @param parameters texts, or collections of numbers for `oid[]`
    List<List<@Nullable String>> rows(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                if (parameters[i] instanceof Collection<?> numbers) {
                    statement.setArray(i + 1, connection.createArrayOf("oid", numbers.toArray()));
                } else {
                    statement.setString(i + 1, String.valueOf(parameters[i]));
                }
            }
            try (ResultSet result = statement.executeQuery()) {
                return ResultTexts.of(result);
            }
        }
    }

    /// The first column of all rows.
    List<String> column(String sql, Object... parameters) throws SQLException {
        List<String> values = new ArrayList<>();
        for (List<@Nullable String> row : rows(sql, parameters)) {
            values.add(text(row, 0));
        }
        return values;
    }

    /// The one value of a query.
    String value(String sql, Object... parameters) throws SQLException {
        return column(sql, parameters).getFirst();
    }

    /// Runs a statement without parameters. What it returns, if anything, is not looked at.
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    CopyManager copy() throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    /// Does something and makes it undone, whether it succeeds or not. Locks that it took are let go.
    <T> T rehearse(Rehearsal<T> rehearsal) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            return rehearsal.run();
        } finally {
            connection.rollback(before);
            connection.releaseSavepoint(before);
        }
    }

    /// PostgreSQL's 64-bit id of this transaction, in decimal.
    String transactionId() throws SQLException {
        return value("SELECT pg_current_xact_id()::text");
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /// Empty for NULL.
    static String text(List<@Nullable String> row, int index) {
        @Nullable String value = row.get(index);
        return value == null ? "" : value;
    }

    /// What is made undone.
    @FunctionalInterface
    interface Rehearsal<T> {
        T run() throws SQLException;
    }
}
