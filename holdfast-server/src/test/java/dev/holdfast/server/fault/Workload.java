package dev.holdfast.server.fault;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// What agents do while somebody is killed. Each transaction adds a row of its own to `marker`, so that the
/// database itself says whether it committed; its number, the mark, stands in each of its statements.
final class Workload {
    /// As many marks there are customers for.
    static final int MARKS_MAX = 4_000;

    private static final int KINDS = 6;

    static final String SCHEMA =
            """
            CREATE TABLE marker (id bigint PRIMARY KEY, kind text NOT NULL);
            CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, note text);
            CREATE TABLE orders (
              id bigint PRIMARY KEY,
              customer bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
              total numeric(12, 2),
              doubled numeric(12, 2) GENERATED ALWAYS AS (total * 2) STORED);
            CREATE INDEX ON orders (customer);
            CREATE TABLE lines (
              order_id bigint REFERENCES orders ON DELETE CASCADE,
              no int, data bytea, at timestamptz,
              PRIMARY KEY (order_id, no));
            CREATE TABLE accounts (id bigint PRIMARY KEY, balance bigint NOT NULL);
            INSERT INTO customers
              SELECT n, 'customer ' || n, CASE WHEN n % 7 = 0 THEN E'tab\\tand\\nline\\\\' END
              FROM generate_series(1, MARKS) n;
            INSERT INTO orders (id, customer, total)
              SELECT n, n / 2, n / 3.0 FROM generate_series(2, MARKS * 2) n;
            INSERT INTO lines
              SELECT n / 2, n % 2, decode(md5(n::text), 'hex'), timestamptz '2026-01-01' + n * interval '1 s'
              FROM generate_series(4, MARKS * 4) n;
            INSERT INTO accounts SELECT n, 0 FROM generate_series(1, 3) n;
            ANALYZE\
            """
                    .replace("MARKS", Integer.toString(MARKS_MAX));

    private Workload() {}

    /// What the agent was given to understand.
    enum Told {
        COMMITTED,
        /// An error that leaves no doubt: it must not be repeated by chance, and nothing is changed.
        NOTHING_CHANGED,
        /// Holdfast said that it does not know yet.
        UNKNOWN,
        /// Nobody said anything: the connection was lost.
        CUT,
        /// Nobody said anything, and nobody ended the connection.
        LEFT_WAITING,
        /// The agent itself sent ROLLBACK.
        ROLLED_BACK
    }

    /// One transaction that was tried.
    ///
    /// @param words what the error said; empty where there was none
    record Attempt(long mark, Told told, String words) {}

    /// What is tried.
    @FunctionalInterface
    interface Work {
        void run() throws SQLException;
    }

    /// Runs the transaction of a mark.
    static Attempt run(Connection connection, long mark) {
        Attempt attempt = attempt(mark, () -> transaction(connection, mark));
        return attempt.told() == Told.COMMITTED && isRolledBack(mark)
                ? new Attempt(mark, Told.ROLLED_BACK, "")
                : attempt;
    }

    /// Runs something, and understands what is said to it.
    static Attempt attempt(long mark, Work work) {
        try {
            work.run();
            return new Attempt(mark, Told.COMMITTED, "");
        } catch (SQLException e) {
            return new Attempt(mark, told(e), String.valueOf(e.getMessage()));
        }
    }

    /// Whether the agent itself takes it back.
    private static boolean isRolledBack(long mark) {
        return mark % KINDS == KINDS - 1;
    }

    private static void transaction(Connection connection, long mark) throws SQLException {
        String alone = "INSERT INTO marker (id, kind) VALUES (%d, 'alone')".formatted(mark);
        switch ((int) (mark % KINDS)) {
            case 0 ->
                    all(
                            connection,
                            List.of(
                                    "WITH marked AS (%s) DELETE FROM customers WHERE id = %d"
                                            .formatted(alone, mark)));
            case 1 ->
                    block(
                            connection,
                            List.of(
                                    marked(mark),
                                    "UPDATE accounts SET balance = balance + 1 WHERE id = %d /* %d */"
                                            .formatted(mark % 3 + 1, mark)),
                            "COMMIT");
            case 2 ->
                    block(
                            connection,
                            List.of(
                                    marked(mark),
                                    "UPDATE customers SET name = 'new ' || name WHERE id = %1$d /* %1$d */"
                                            .formatted(mark),
                                    "SAVEPOINT before_the_order",
                                    "DELETE FROM orders WHERE id = %d /* %d */"
                                            .formatted(mark * 2, mark),
                                    "ROLLBACK TO before_the_order",
                                    "DELETE FROM orders WHERE id = %d /* %d */"
                                            .formatted(mark * 2 + 1, mark)),
                            "COMMIT");
            case 3 -> all(connection, List.of(alone));
            case 4 -> prepared(connection, alone, mark);
            default ->
                    block(
                            connection,
                            List.of(
                                    marked(mark),
                                    "DELETE FROM customers WHERE id = %1$d /* %1$d */"
                                            .formatted(mark)),
                            "ROLLBACK");
        }
    }

    private static String marked(long mark) {
        return "INSERT INTO marker (id, kind) VALUES (%d, 'block')".formatted(mark);
    }

    private static void block(Connection connection, List<String> statements, String end)
            throws SQLException {
        all(connection, List.of("BEGIN"));
        try {
            all(connection, statements);
        } catch (SQLException e) {
            if (isTold(e)) {
                end(connection);
            }
            throw e;
        }
        all(connection, List.of(end));
    }

    private static void end(Connection connection) {
        try {
            all(connection, List.of("ROLLBACK"));
        } catch (SQLException _) {
            // What went wrong before is what counts.
        }
    }

    private static void all(Connection connection, List<String> statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    private static void prepared(Connection connection, String marked, long mark)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "WITH marked AS (%s) UPDATE accounts SET balance = balance + ? WHERE id = ?"
                                .formatted(marked))) {
            statement.setLong(1, mark);
            statement.setLong(2, mark % 3 + 1);
            statement.executeUpdate();
        }
    }

    private static boolean isTold(SQLException e) {
        return e instanceof PSQLException known && known.getServerErrorMessage() != null;
    }

    private static Told told(SQLException e) {
        @Nullable ServerErrorMessage error =
                e instanceof PSQLException known ? known.getServerErrorMessage() : null;
        if (error == null) {
            return e.getCause() instanceof SocketTimeoutException ? Told.LEFT_WAITING : Told.CUT;
        }
        String rule = String.valueOf(error.getConstraint());
        String state = String.valueOf(error.getSQLState());
        return switch (rule) {
            case "guarded.ambiguous" -> Told.UNKNOWN;
            case "guarded.committed" -> Told.COMMITTED;
            default ->
                    rule.equals("null") && (state.startsWith("57P") || state.startsWith("08"))
                            ? Told.CUT
                            : Told.NOTHING_CHANGED;
        };
    }
}
