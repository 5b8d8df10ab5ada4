package dev.holdfast.server.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "resume",
        description = {
            "Lift a stop, in one database or everywhere.",
            "Asks for a code of your authenticator."
        },
        mixinStandardHelpOptions = true)
final class ResumeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = {"-d", "--database"},
            paramLabel = "NAME",
            defaultValue = "",
            description = "Where, as it was stopped; everywhere if it is not given.")
    private String database = "";

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Mixin
    private Remote remote = new Remote();

    ResumeCommand() {
        this(Terminal.OF_PROCESS);
    }

    ResumeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> body = new LinkedHashMap<>();
            if (!database.isEmpty()) {
                body.put("database", database);
            }
            body.put("code", terminal.ask("Code of the authenticator: "));
            answer = client.post("/api/v1/resume", body);
        }
        remote.print(
                spec,
                answer,
                "work may go on %s%n"
                        .formatted(
                                database.isEmpty()
                                        ? "everywhere"
                                        : "in " + Lines.oneLine(database)));
        return ExitCode.OK.code();
    }
}
