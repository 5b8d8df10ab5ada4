package dev.holdfast.server.cli;

import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "session",
        description = "See what agents do now, and end it.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class SessionCommand implements Runnable {
    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    SessionCommand() {
        this(Terminal.OF_PROCESS);
    }

    SessionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: list, traffic or kill");
    }

    @Command(
            name = "list",
            description = "List sessions that live.",
            mixinStandardHelpOptions = true)
    int list(
            @Option(
                            names = "--agent",
                            paramLabel = "AGENT",
                            defaultValue = "",
                            description = "Only of this agent.")
                    String agent,
            @Option(
                            names = {"-d", "--database"},
                            paramLabel = "NAME",
                            defaultValue = "",
                            description = "Only in this database.")
                    String database,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.get("/api/v1/sessions", Map.of("agent", agent, "database", database));
        }
        Lines lines = new Lines("ID", "AGENT", "GRANT", "DATABASE", "SINCE", "STATE", "STATEMENT");
        for (Map<?, ?> session : Lines.objects(answer, "sessions")) {
            lines.add(
                    Lines.text(session, "id"),
                    Lines.text(session, "agent"),
                    Lines.text(session, "grant"),
                    Lines.text(session, "database"),
                    Lines.text(session, "since"),
                    Lines.text(session, "state"),
                    Lines.text(session, "statement"));
        }
        remote.print(spec, answer, lines);
        return ExitCode.OK.code();
    }

    @Command(
            name = "traffic",
            description = "How much agents send: statements a second, and how many were refused.",
            mixinStandardHelpOptions = true)
    int traffic(@Mixin Remote remote) throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.get("/api/v1/traffic", Map.of());
        }
        Lines lines = new Lines("STATEMENTS A SECOND", "REFUSED WITHIN AN HOUR");
        lines.add(Lines.text(answer, "statementsPerSecond"), Lines.text(answer, "refusedLastHour"));
        remote.print(spec, answer, lines);
        return ExitCode.OK.code();
    }

    @Command(
            name = "kill",
            description = "End a session now: its statement is cancelled, its client is told.",
            mixinStandardHelpOptions = true)
    int kill(
            @Parameters(paramLabel = "ID", description = "As listed.") String id,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.delete("/api/v1/sessions/" + GatewayClient.segment(id));
        }
        remote.print(spec, answer, "session %s is ended%n".formatted(Lines.oneLine(id)));
        return ExitCode.OK.code();
    }
}
