package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.server.api.ApiStage;
import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What a person types to a gateway that runs.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RemoteCommandsIT {
    private ApiStage stage;
    private ApiStage.Someone rita;
    private Path state;
    private ScriptedTerminal terminal;

    @BeforeAll
    void start(@TempDir Path directory) throws InterruptedException, Exception {
        stage = new ApiStage(directory);
        rita = stage.enrol("rita", Role.REVIEWER);
    }

    @AfterAll
    void stop() {
        stage.close();
    }

    @BeforeEach
    void nobodyIsSignedIn(@TempDir Path directory) {
        state = directory;
        terminal = new ScriptedTerminal(directory);
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

    private Ran login() throws InterruptedException {
        terminal.typing(ApiStage.PASSWORD, rita.app().code());
        return run(new LoginCommand(terminal), "--url", stage.url(), "--user", "rita");
    }

    private CompletableFuture<String> deleting() {
        CompletableFuture<String> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (Connection connection = stage.connect("agent");
                            Statement statement = connection.createStatement()) {
                        statement.execute("DELETE FROM shop.customers");
                        done.complete("ok");
                    } catch (SQLException e) {
                        done.complete(String.valueOf(e.getMessage()));
                    }
                });
        return done;
    }

    private String waiting() throws InterruptedException, Exception {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> stage.server.approvals().pending().size() == 1);
        return stage.server.approvals().pending().getFirst().id();
    }

    /// From signing in to the statement that runs, and out again.
    @Test
    void aPersonSignsInDecidesAndSignsOut() throws InterruptedException, Exception {
        assertThat(login().code()).isZero();
        Path file = state.resolve("holdfast/session.json");
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        CompletableFuture<String> deleting = deleting();
        String id = waiting();
        ApprovalCommand approval = new ApprovalCommand(terminal);
        assertThat(run(approval, "list").out()).contains(id, "agent", "DELETE FROM shop.customers");
        assertThat(run(new ApprovalCommand(terminal), "show", id).out())
                .contains("shop.customers: 0 inserted, 0 updated, 20 deleted");
        String phrase = stage.server.approvals().pending().getFirst().phrase();
        Ran slip = run(new ApprovalCommand(terminal.typing("yes", "000000")), "approve", id);
        assertThat(slip.code()).isEqualTo(ExitCode.FAILURE.code());
        assertThat(slip.err()).contains("the phrase is not the one");
        Ran guess = run(new ApprovalCommand(terminal.typing(phrase, "000000")), "approve", id);
        assertThat(guess.code()).isEqualTo(ExitCode.PERMISSION.code());
        Ran silent = run(new ApprovalCommand(terminal.typing(phrase)), "approve", id);
        assertThat(silent.err()).contains("nobody answers");
        assertThat(stage.server.approvals().pending()).hasSize(1);
        Ran yes =
                run(new ApprovalCommand(terminal.typing(phrase, rita.app().code())), "approve", id);
        assertThat(yes.out()).contains(id + " is approved");
        assertThat(deleting.get()).isEqualTo("ok");
        // A code leaves nothing that could be checked elsewhere, and that is said.
        Ran verified = run(new ApprovalCommand(terminal), "verify", id);
        assertThat(verified.code()).isEqualTo(ExitCode.FAILURE.code());
        assertThat(verified.out()).contains("rita", "nothing to check here");
        // What PostgreSQL itself knows is shown before anybody is asked for anything.
        stage.leaveInDoubt(id);
        String[] settle = {"settle", id, "--reason", "its machine is gone"};
        Ran unproven = run(new ApprovalCommand(terminal.typing("000000")), settle);
        assertThat(unproven.code()).isEqualTo(ExitCode.PERMISSION.code());
        assertThat(unproven.out()).contains("PostgreSQL says that it committed");
        assertThat(run(new ApprovalCommand(terminal), "show", id).out()).contains("ambiguous");
        assertThat(run(new AuditCommand(terminal), "search", "--agent", "person:rita").out())
                .contains("approve " + id, "person.approve");
        assertThat(
                        run(
                                        new AuditCommand(terminal),
                                        "search",
                                        "--text",
                                        "delete",
                                        "--since",
                                        "1h",
                                        "--json")
                                .out())
                .contains("\"entries\"", "DELETE FROM shop.customers");
        assertThat(run(new LogoutCommand(terminal)).out()).contains("signed out");
        assertThat(file).doesNotExist();
        assertThat(run(new ApprovalCommand(terminal), "list").code())
                .isEqualTo(ExitCode.PERMISSION.code());
    }

    @Test
    void whoIsNotSignedInIsToldHow() {
        Ran ran = run(new AuditCommand(terminal), "search", "--url", stage.url());
        assertThat(ran.code()).isEqualTo(ExitCode.PERMISSION.code());
        assertThat(ran.err()).contains("holdfast login --user NAME --url " + stage.url());
    }

    @Test
    void aWrongPasswordLeavesNoSession() {
        terminal.typing("wrong", "000000");
        Ran ran = run(new LoginCommand(terminal), "--url", stage.url(), "--user", "nobody");
        assertThat(ran.code()).isEqualTo(ExitCode.PERMISSION.code());
        assertThat(state.resolve("holdfast")).doesNotExist();
    }

    /// The password is not even asked for where it would go over a network in clear.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://console.example",
                "http://127.0.0.1.evil.example:6490",
                "http://localhost@evil.example",
                "http://localhost:6490/path",
                "ftp://localhost",
                "localhost:6490",
                "https://console.example?x=1",
                "http://0x7f000001",
                "not a url"
            })
    void noSecretGoesToAnAddressThatIsNoConsoles(String url) {
        terminal.typing(ApiStage.PASSWORD, "000000");
        Ran ran = run(new LoginCommand(terminal), "--url", url, "--user", "rita");
        assertThat(ran.code()).isEqualTo(ExitCode.FAILURE.code());
        assertThat(ran.err()).contains("--url");
        assertThat(terminal.questions()).isEmpty();
    }

    @Test
    void aSessionThatOthersCouldReadIsNotUsed() throws InterruptedException, Exception {
        Path file = state.resolve("holdfast/session.json");
        Files.createDirectories(file.getParent());
        Files.writeString(
                file, "{\"url\":\"%s\",\"user\":\"rita\",\"token\":\"x\"}".formatted(stage.url()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(run(new AuditCommand(terminal), "search").err())
                .contains("may be read by others");
    }

    /// A gateway that is another than that of the log-in gets no token.
    @Test
    void aTokenGoesOnlyToTheGatewayThatGaveIt() throws InterruptedException, Exception {
        new SessionFile(state.resolve("holdfast/session.json"))
                .write(new SessionFile.Kept("https://elsewhere.example", "rita", "x", ""));
        assertThat(run(new AuditCommand(terminal), "search", "--url", stage.url()).code())
                .isEqualTo(ExitCode.PERMISSION.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../login", "apr_1/approve", "..", "", "apr_1?x=1", "apr 1"})
    void anIdIsOneSegmentOfAPath(String id) throws IOException {
        new SessionFile(state.resolve("holdfast/session.json"))
                .write(new SessionFile.Kept(stage.url(), "rita", "x", ""));
        assertThat(run(new ApprovalCommand(terminal), "show", id).err()).contains("not an id");
    }

    /// What an agent wrote moves no cursor and forges no line.
    @Test
    void tablesShowControlCharactersAsNone() {
        Lines lines = new Lines("ID", "STATEMENT");
        lines.add("a", "SELECT 1\u001b[2K\rapr_1  approved\nnext\u009b1A");
        assertThat(lines.toString()).hasLineCount(2).doesNotContain("\u001b", "\r", "\u009b");
    }
}
