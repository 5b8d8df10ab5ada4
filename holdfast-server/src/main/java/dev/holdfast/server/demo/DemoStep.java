package dev.holdfast.server.demo;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// One step of the demo's script, and what steps look at.
///
/// @param sentence what is shown, true when the check passes
record DemoStep(String sentence, Check check) {

    @FunctionalInterface
    interface Check {
        void run(Connection agent) throws Exception;
    }

    static final class Failure extends Exception {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }

    @FunctionalInterface
    interface Attempt {
        void run() throws SQLException, Failure;
    }

    static ServerErrorMessage expectState(Attempt attempt) throws Failure, SQLException {
        try {
            attempt.run();
        } catch (PSQLException e) {
            @Nullable ServerErrorMessage error = e.getServerErrorMessage();
            if (error == null
                    || !List.of("42501", "25006").contains(String.valueOf(error.getSQLState()))) {
                throw e;
            }
            return error;
        }
        throw new Failure("it went through");
    }

    /// A refusal says what was refused, by which rule, and what to do instead.
    static void expectRefusal(Attempt attempt) throws Failure, SQLException {
        ServerErrorMessage error = expectState(attempt);
        if (error.getDetail() == null || error.getHint() == null) {
            throw new Failure("refused without DETAIL or HINT: " + error);
        }
    }

    static String value(Connection agent, String query) throws SQLException {
        try (Statement statement = agent.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
    }

    static int rows(Connection agent, String query) throws SQLException {
        try (Statement statement = agent.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int rows = 0;
            while (result.next()) {
                rows++;
            }
            return rows;
        }
    }

    static void equal(Object actual, Object expected) throws Failure {
        if (!actual.equals(expected)) {
            throw new Failure("expected " + expected + ", got " + actual);
        }
    }
}
