package dev.holdfast.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "login",
        description = {
            "Sign in to a gateway that runs, as a person.",
            "Asks for the password and a code of the authenticator at the terminal; with --browser for"
                    + " neither. The session is kept in $XDG_STATE_HOME/holdfast (else"
                    + " ~/.local/state/holdfast), for this user alone. It shows, and it operates; it never"
                    + " suffices to approve anything."
        },
        mixinStandardHelpOptions = true)
final class LoginCommand implements Callable<Integer> {
    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The gateway's console (default: $HOLDFAST_URL, else http://localhost:6490).")
    private @Nullable String url;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(names = "--user", paramLabel = "NAME", required = true, description = "Who signs in.")
    private String user = "";

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--browser",
            description =
                    "Sign in with a browser, by whatever way you have there: a passkey, an identity provider, a"
                            + " password. Confirm there with a passkey or a code; compare the letters.")
    private boolean browser = false;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--paste",
            description =
                    "As --browser, with the browser on another machine: type the code that it shows. Within SSH"
                            + " (SSH_CONNECTION) --browser does so too.")
    private boolean paste = false;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--certificate-authority",
            paramLabel = "FILE",
            description =
                    "Who signed the console's certificate, in PEM, where Java does not know it.")
    private String authority = "";

    LoginCommand() {
        this(Terminal.OF_PROCESS);
    }

    LoginCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        SessionFile file = SessionFile.of(terminal.environment());
        try (GatewayClient client = GatewayClient.open(url, authority, terminal.environment())) {
            Map<String, Object> answer = browser || paste ? byBrowser(client) : byPassword(client);
            file.write(
                    new SessionFile.Kept(
                            client.url(), user, Lines.text(answer, "token"), authority));
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "signed in to %s as %s, until %s%n",
                    client.url(),
                    Lines.oneLine(Lines.text(answer, "name")),
                    Lines.oneLine(Lines.text(answer, "expires")));
            out.flush();
        }
        return ExitCode.OK.code();
    }

    private Map<String, Object> byPassword(GatewayClient client) throws IOException {
        String password = terminal.askSecretly("Password of " + Lines.oneLine(user) + ": ");
        String code = terminal.ask("Code of the authenticator: ");
        try {
            return client.post(
                    "/api/v1/login", Map.of("user", user, "password", password, "code", code));
        } catch (GatewayException e) {
            if (!e.code().equals("login_refused")) {
                throw e;
            }
            throw new GatewayException(
                    401,
                    e.code(),
                    String.valueOf(e.getMessage()),
                    "Who has no password signs in with --browser.");
        }
    }

    private Map<String, Object> byBrowser(GatewayClient client) throws IOException {
        return new BrowserLogin(client, terminal, spec.commandLine().getErr())
                .session(user, paste || BrowserLogin.elsewhere(terminal.environment()));
    }
}
