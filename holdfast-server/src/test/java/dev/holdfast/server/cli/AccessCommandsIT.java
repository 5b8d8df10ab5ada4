package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.api.ApiStage;
import dev.holdfast.server.people.Role;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What an operator types to give access and to take it away: seen in what agents can do.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("InterruptedExceptionSwallowed") // a test that is interrupted fails
class AccessCommandsIT {
    private ApiStage stage;
    private Path state;
    private int people;

    @BeforeAll
    void start(@TempDir Path directory, @TempDir Path states) throws Exception {
        stage = new ApiStage(directory);
        state = states;
    }

    /// An operator who has signed in, and whose app shows one code more: each counts once, so each command that
    /// needs one is somebody else's.
    private ScriptedTerminal somebody() throws Exception {
        String name = "otto" + ++people;
        ApiStage.Someone otto = stage.enrol(name, Role.OPERATOR, Role.VIEWER);
        ScriptedTerminal terminal = new ScriptedTerminal(state.resolve(name));
        terminal.typing(ApiStage.PASSWORD, otto.app().code());
        assertThat(run(new LoginCommand(terminal), "--url", stage.url(), "--user", name).code)
                .isZero();
        return terminal.typing(otto.app().code());
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    private record Ran(int code, String out, String err) {}

    private static Ran run(Object command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.configured(new CommandLine(command))
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Ran(code, out.toString(), err.toString());
    }

    private static String said(Ran ran, String what) {
        assertThat(ran.code).as(ran.err).isZero();
        Matcher line = Pattern.compile(what + ": +(\\S+)").matcher(ran.out);
        assertThat(line.find()).as(ran.out).isTrue();
        return line.group(1);
    }

    private Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable"
                        .formatted(stage.server.addresses().getFirst().getPort()),
                user,
                password);
    }

    private static String count(Connection connection) throws SQLException {
        try (ResultSet result =
                connection.createStatement().executeQuery("SELECT count(*) FROM shop.customers")) {
            result.next();
            return result.getString(1);
        }
    }

    private Ran grant(String agent) throws Exception {
        return run(
                new GrantCommand(somebody()),
                "create",
                "--agent",
                agent,
                "--database",
                "shop",
                "--task",
                "count the customers",
                "--justification",
                "asked for by the boss",
                "--tables",
                "shop.customers",
                "--ttl",
                "5m");
    }

    @Test
    void aGrantOpensADatabaseForATaskAndIsTakenAway() throws Exception {
        ScriptedTerminal terminal = somebody();
        said(run(new AgentCommand(terminal), "create", "counter"), "password");
        Ran created = grant("other");
        String user = said(created, "user");
        String password = said(created, "password");
        try (Connection connection = connect(user, password)) {
            assertThat(Integer.parseInt(count(connection))).isPositive();
            assertThat(run(new SessionCommand(terminal), "list").out).contains(user);
            assertThat(run(new GrantCommand(terminal), "list").out)
                    .contains(user, "count the customers");
            assertThat(run(new GrantCommand(terminal), "show", user).out)
                    .contains("asked for by the boss");
            assertThat(run(new GrantCommand(terminal), "renew", user, "--ttl", "10m").out)
                    .contains("lasts until");
            // Whoever has the session but no code gets nowhere.
            assertThat(run(new GrantCommand(terminal.typing("000000")), "renew", user).err)
                    .contains("code");
            Ran revoked = run(new GrantCommand(terminal), "revoke", user, "--reason", "it is done");
            assertThat(revoked.out).contains("sessions ended: 1");
            assertThat(catching(() -> count(connection))).isNotEmpty();
        }
        assertThat(catching(() -> connect(user, password).close())).isNotEmpty();
    }

    @Test
    void anAgentIsKeptOutAndEverythingIsStopped() throws Exception {
        Ran created = grant("other");
        String user = said(created, "user");
        String password = said(created, "password");
        ScriptedTerminal terminal = somebody();
        assertThat(
                        run(
                                        new AgentCommand(terminal),
                                        "disable",
                                        "other",
                                        "--reason",
                                        "it looks odd")
                                .code)
                .isZero();
        assertThat(catching(() -> connect(user, password).close())).isNotEmpty();
        assertThat(run(new AgentCommand(terminal), "list").out).contains("other", "it looks odd");
        assertThat(run(new AgentCommand(terminal), "enable", "other").code).isZero();
        // What it had ended with it.
        Ran again = grant("other");
        String fresh = said(again, "user");
        String freshPassword = said(again, "password");
        connect(fresh, freshPassword).close();
        assertThat(run(new StopCommand(terminal), "--reason", "fire").out)
                .contains("stopped everywhere");
        assertThat(catching(() -> connect(fresh, freshPassword).close())).isNotEmpty();
        assertThat(run(new ResumeCommand(somebody())).out).contains("everywhere");
        connect(fresh, freshPassword).close();
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws SQLException;
    }

    /// What went wrong; empty where nothing did.
    private static String catching(Attempt attempt) {
        try {
            attempt.run();
            return "";
        } catch (SQLException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
