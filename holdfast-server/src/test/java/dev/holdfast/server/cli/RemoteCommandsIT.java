package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.server.api.ApiStage;
import dev.holdfast.server.people.BrowserLogins;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
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
        assertThat(ran.err()).contains("no password signs in with --browser");
        assertThat(state.resolve("holdfast")).doesNotExist();
    }

    private Ran loginByBrowser(String... more) {
        return run(
                new LoginCommand(terminal),
                Stream.concat(Stream.of("--url", stage.url(), "--user", "rita"), Stream.of(more))
                        .toArray(String[]::new));
    }

    private static String request(String address) {
        return address.substring(address.lastIndexOf('/') + 1);
    }

    private BrowserLogins.Wish look(String address) throws PeopleException {
        return browserLogins().look(person(), request(address), "127.0.0.1");
    }

    private BrowserLogins browserLogins() {
        return Objects.requireNonNull(stage.server.people()).browserLogins();
    }

    private static Person person() {
        return new Person("rita", Set.of(Role.REVIEWER));
    }

    /// What the page does when rita confirms there.
    private String confirmed(String address) {
        String request = request(address);
        String digest = Proofs.digestOf(BrowserLogins.confirmAction(request));
        try {
            String options =
                    Objects.requireNonNull(stage.server.people())
                            .proofs()
                            .passkeyOptions(person(), digest);
            return browserLogins()
                    .confirm(
                            person(),
                            new Proofs.Given.Passkey(rita.passkey().get(options)),
                            request);
        } catch (PeopleException | ProofException e) {
            throw new AssertionError(e);
        }
    }

    /// What a browser gets from the command line's port.
    private static int visit(String host, int port, String rest) {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            socket.getOutputStream()
                    .write(
                            "%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                                    .formatted(rest, host)
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).contains("Content-security-policy: default-src 'none'");
            return Integer.parseInt(answer.substring(9, 12));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theBrowserOfThisMachineHandsOutASessionWhateverElseKnocksMeanwhile() throws Exception {
        List<Integer> others = new ArrayList<>();
        terminal.browsing(address -> {
            try {
                BrowserLogins.Wish wish = look(address);
                assertThat(wish.near()).isTrue();
                int port = wish.port();
                String host = "127.0.0.1:" + port;
                String code = confirmed(address);
                String right = "/?code=" + code + "&for=" + wish.challenge();
                // Somebody else's answer, a page of another site, a name that was made to point
                // here.
                String theirs = "/?code=AAAA&for=" + "A".repeat(43);
                others.add(visit(host, port, "GET " + theirs));
                others.add(visit(host, port, "GET /?refused=1&for=" + "A".repeat(43)));
                others.add(visit(host, port, "GET /?code=" + code));
                others.add(visit(host, port, "GET /elsewhere" + right.substring(1)));
                others.add(visit(host, port, "GET " + right + "&more=1"));
                others.add(visit(host, port, "POST " + right));
                others.add(visit(host, port, "HEAD " + right));
                others.add(visit("evil.example:" + port, port, "GET " + right));
                others.add(visit("localhost:" + port, port, "GET " + right));
                assertThat(visit(host, port, "GET " + right)).isEqualTo(200);
            } catch (PeopleException e) {
                throw new AssertionError(e);
            }
        });
        Ran ran = loginByBrowser("--browser");
        assertThat(others).hasSize(9).containsOnly(404);
        assertThat(ran.err()).contains("/login/browser/", "The page must show these letters: ");
        assertThat(ran.out()).contains("signed in to " + stage.url() + " as rita");
        assertThat(terminal.questions()).isEmpty();
        assertThat(run(new AuditCommand(terminal), "search", "--agent", "person:rita").out())
                .contains("sign in by browser, confirmed as");
    }

    @Test
    void whoRefusesInTheBrowserLeavesNoSession() {
        terminal.browsing(address -> {
            try {
                BrowserLogins.Wish wish = look(address);
                String refused = "GET /?refused=1&for=" + wish.challenge();
                assertThat(visit("127.0.0.1:" + wish.port(), wish.port(), refused)).isEqualTo(200);
            } catch (PeopleException e) {
                throw new AssertionError(e);
            }
        });
        Ran ran = loginByBrowser("--browser");
        assertThat(ran.code()).isEqualTo(ExitCode.PERMISSION.code());
        assertThat(ran.err()).contains("refused in the browser");
        assertThat(state.resolve("holdfast")).doesNotExist();
    }

    private static String address(StringWriter err) {
        return err.toString()
                .lines()
                .filter(line -> line.contains("/login/browser/"))
                .findFirst()
                .orElseThrow()
                .strip();
    }

    @Test
    void whereTheBrowserIsElsewhereItsCodeIsTyped() throws Exception {
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        Terminal typing =
                new ScriptedTerminal(state) {
                    @Override
                    public String ask(String question) throws IOException {
                        super.typing(" " + confirmed(address(err)).toLowerCase(Locale.ROOT));
                        return super.ask(question);
                    }
                };
        int code =
                Main.configured(new CommandLine(new LoginCommand(typing)))
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute("--url", stage.url(), "--user", "rita", "--paste");
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString()).contains("as rita");
        terminal.typing("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
        Ran guess = loginByBrowser("--paste");
        assertThat(guess.code()).isEqualTo(ExitCode.PERMISSION.code());
        assertThat(guess.err()).contains("this code is not right");
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
