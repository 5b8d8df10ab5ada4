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
        name = "stop",
        description = {
            "Stop everything that agents do, in one database or everywhere.",
            "Their sessions end now and nobody gets in, over restarts too, until 'resume'."
        },
        mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = {"-d", "--database"},
            paramLabel = "NAME",
            defaultValue = "",
            description = "Where; everywhere if it is not given.")
    private String database = "";

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            required = true,
            description = "Why; it goes on record, and agents are told.")
    private String reason = "";

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Mixin
    private Remote remote = new Remote();

    StopCommand() {
        this(Terminal.OF_PROCESS);
    }

    StopCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Map<String, Object> order = new LinkedHashMap<>();
        if (!database.isEmpty()) {
            order.put("database", database);
        }
        order.put("reason", reason);
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.post("/api/v1/stop", order);
        }
        remote.print(
                spec,
                answer,
                "stopped %s; sessions ended: %s%n"
                        .formatted(
                                database.isEmpty() ? "everywhere" : Lines.oneLine(database),
                                Lines.text(answer, "sessionsEnded")));
        return ExitCode.OK.code();
    }
}
