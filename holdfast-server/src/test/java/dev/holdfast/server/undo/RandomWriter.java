package dev.holdfast.server.undo;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// One session of the agent's that does one transaction after the other, in one of the ways in which a
/// driver can: explicit or in a batch of its own, by the simple or the extended protocol, with savepoints.
/// Each leaves a number of its own in the table `marks`, by which it is known from outside.
final class RandomWriter {
    private final ServedStage stage;
    private final int session;
    private final List<List<String>> work;
    private final RandomGenerator random;
    private final boolean simple;
    private final List<Integer> committed = new ArrayList<>();
    private final List<Integer> committedWithOneStatement = new ArrayList<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();

    RandomWriter(ServedStage stage, int session, List<List<String>> work, RandomGenerator random) {
        this.stage = stage;
        this.session = session;
        this.work = work;
        this.random = random;
        this.simple = random.nextBoolean();
    }

    /// The marks of the transactions of which the client was told that they committed.
    List<Integer> committed() {
        return committed;
    }

    /// Of those the ones that had a single statement beside the mark.
    List<Integer> committedWithOneStatement() {
        return committedWithOneStatement;
    }

    /// How many transactions ended how: `committed`, the rule of a refusal, or a SQLSTATE.
    Map<String, Integer> outcomes() {
        return outcomes;
    }

    void write() {
        try (Connection connection = stage.connect(simple ? "simple" : "extended")) {
            for (int i = 0; i < work.size(); i++) {
                int mark = (session + 1) * 1_000 + i + 1;
                outcomes.merge(transaction(connection, mark, work.get(i)), 1, Integer::sum);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("session " + session + ": " + e.getMessage(), e);
        }
    }

    private String transaction(Connection connection, int mark, List<String> statements)
            throws SQLException {
        String marking = "UPDATE marks SET n = %d WHERE id = %d".formatted(mark, session);
        boolean explicit =
                random.nextBoolean() || statements.stream().anyMatch(RandomWriter::isCopy);
        connection.setAutoCommit(!explicit);
        try (Statement statement = connection.createStatement()) {
            if (explicit) {
                statement.execute(marking);
                boolean whole = true;
                for (String sql : statements) {
                    whole &= run(connection, statement, sql);
                }
                connection.commit();
                note(mark, whole && statements.size() == 1);
            } else if (simple) {
                statement.execute(marking + "; " + String.join("; ", statements));
                note(mark, false);
            } else {
                statement.addBatch(marking);
                for (String sql : statements) {
                    statement.addBatch(sql);
                }
                statement.executeBatch();
                note(mark, statements.size() == 1);
            }
            return "committed";
        } catch (SQLException | IOException e) {
            if (explicit) {
                connection.rollback();
            }
            return reason(e);
        }
    }

    private void note(int mark, boolean single) {
        committed.add(mark);
        if (single) {
            committedWithOneStatement.add(mark);
        }
    }

    /// @return whether it was not rolled back to a savepoint
    private boolean run(Connection connection, Statement statement, String sql)
            throws SQLException, IOException {
        if (isCopy(sql)) {
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            RandomSchema.COPY,
                            new StringReader(sql.substring(RandomSchema.COPY.length() + 1)));
            return true;
        }
        if (random.nextInt(4) > 0) {
            statement.execute(sql);
            return true;
        }
        Savepoint savepoint = connection.setSavepoint();
        statement.execute(sql);
        if (random.nextBoolean()) {
            connection.releaseSavepoint(savepoint);
            return true;
        }
        connection.rollback(savepoint);
        return false;
    }

    private static boolean isCopy(String sql) {
        return sql.startsWith("COPY");
    }

    private static String reason(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PSQLException error) {
                ServerErrorMessage message = error.getServerErrorMessage();
                if (message == null) {
                    return "lost: " + error.getMessage();
                }
                String rule = message.getConstraint();
                return rule != null && rule.contains(".")
                        ? rule
                        : String.valueOf(message.getSQLState());
            }
        }
        return failure.toString();
    }
}
