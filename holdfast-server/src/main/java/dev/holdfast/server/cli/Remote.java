package dev.holdfast.server.cli;

import dev.holdfast.server.text.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// The options of whatever talks to a gateway that runs.
final class Remote {
    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The gateway's console (default: $HOLDFAST_URL, else that of the last log-in).")
    private @Nullable String url;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /// A client for someone who has logged in.
    GatewayClient client(Terminal terminal) throws IOException {
        return GatewayClient.signedIn(url, terminal.environment());
    }

    /// Prints an answer: as JSON where that was asked for, else as lines.
    void print(CommandSpec spec, Map<String, Object> answer, Object lines) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? JsonText.indented(answer) : lines);
        out.flush();
    }
}
