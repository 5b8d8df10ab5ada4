package dev.holdfast.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "logout",
        description = "End the session of 'login', at the gateway and here.",
        mixinStandardHelpOptions = true)
final class LogoutCommand implements Callable<Integer> {
    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--everywhere",
            description = "End all your sessions, in browsers and on other machines too.")
    private boolean everywhere = false;

    LogoutCommand() {
        this(Terminal.OF_PROCESS);
    }

    LogoutCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        SessionFile file = SessionFile.of(terminal.environment());
        PrintWriter out = spec.commandLine().getOut();
        SessionFile.Kept kept = file.read();
        if (kept == null) {
            out.println("nobody was signed in");
            out.flush();
            return ExitCode.OK.code();
        }
        try (GatewayClient client = GatewayClient.signedIn(kept.url(), terminal.environment())) {
            client.post(everywhere ? "/api/v1/me/sessions/end" : "/api/v1/logout", Map.of());
        } catch (GatewayException e) {
            // One that has ended already is what was wanted.
            if (!e.permission()) {
                throw e;
            }
        }
        file.remove();
        out.println("signed out of " + kept.url());
        out.flush();
        return ExitCode.OK.code();
    }
}
