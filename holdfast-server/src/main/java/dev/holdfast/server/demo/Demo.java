package dev.holdfast.server.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;

/// `holdfast demo`: from nothing to a guarded database that can be tried, with one command.
public final class Demo {
    /// Where the gateway listens unless the port is taken.
    public static final int PORT = 6432;

    private final GatewayStarter starter;
    private final DemoUndo undo;
    private final PrintWriter out;

    public Demo(GatewayStarter starter, DemoUndo undo, PrintWriter out) {
        this.starter = starter;
        this.undo = undo;
        this.out = out;
    }

    /// Plays the incident unattended, one line per step.
    ///
    /// @param port where to listen; another one when it is taken
    /// @return whether every step went as it should
    public boolean playScript(int port) throws IOException, SQLException {
        try (DemoStage stage = DemoStage.raise(starter, port)) {
            return new DemoScript(stage, undo, out).play();
        }
    }

    /// Raises the demo, says what to try, and stays until the program is interrupted.
    ///
    /// @param port where to listen; another one when it is taken
    public void stay(int port) throws IOException, InterruptedException {
        out.println(
                "Starting PostgreSQL with the sample \"Bright Harbour\" and a gateway before it ...");
        out.flush();
        DemoStage stage = DemoStage.raise(starter, port);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    close(stage);
                                    ended.countDown();
                                },
                                "end-demo"));
        if (stage.port() != port) {
            out.printf("Port %d is taken; the gateway listens on %d.%n", port, stage.port());
        }
        out.println(invitation(stage));
        if (!stage.console().isEmpty()) {
            out.printf(
                    """
                    People see and decide in the console, %s
                    Open this to get in, once, with a password and a passkey or an authenticator:
                      %s

                    """,
                    stage.console(), stage.invite("you"));
        }
        out.flush();
        ended.await();
    }

    private static void close(DemoStage stage) {
        try {
            stage.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the demo's directory", e);
        }
    }

    private static String invitation(DemoStage stage) {
        return """

        An agent connects to the gateway, not to PostgreSQL:

          PGPASSWORD='%1$s' \\
          psql '%2$s'

        user %3$s, password %1$s, database %4$s, port %5$d, TLS with the authority's
        certificate above.

        Reads flow:
          \\dt+
          SELECT * FROM course_results ORDER BY mean_points DESC LIMIT 5;
          SELECT country, count(*) FROM students GROUP BY country ORDER BY 2 DESC;

        Now clean up the old test data, as agents were once asked to:
          DELETE FROM students WHERE joined_at < now();
          WITH gone AS (DELETE FROM scores RETURNING 1) SELECT count(*) FROM gone;
          COMMIT; DROP SCHEMA public CASCADE;
          SET default_transaction_read_only = off;
          EXPLAIN ANALYZE DELETE FROM payments;
          SELECT * FROM vault.cards;

        Another agent was granted a cleanup: it may delete submissions, 50 rows a statement, %8$d an hour.

          PGPASSWORD='%1$s' \\
          psql '%9$s'

          DELETE FROM submissions WHERE student_id = 80;
          DELETE FROM submissions WHERE student_id IN
            (SELECT id FROM students WHERE email LIKE 'test+%%');

        A third agent may delete them only when a person has approved it; it waits:

          PGPASSWORD='%1$s' \\
          psql '%10$s'

          DELETE FROM submissions WHERE student_id = 160;

        What they changed, and putting it back:
          ./holdfast undo list --config %7$s
          ./holdfast undo diff --config %7$s ID
          ./holdfast undo apply --config %7$s ID

        The record, a line for every statement:  tail -f %6$s/*
        The configuration that is running:       cat %7$s

        Ctrl-C ends it and leaves nothing behind.
        """
                .formatted(
                        stage.password(),
                        stage.connectionString(DemoStage.AGENT),
                        DemoStage.AGENT,
                        DemoStage.DATABASE,
                        stage.port(),
                        stage.recordDirectory(),
                        stage.configuration(),
                        DemoStage.CLEANER_ROWS_PER_HOUR,
                        stage.connectionString(DemoStage.CLEANER),
                        stage.connectionString(DemoStage.ARCHIVIST));
    }
}
