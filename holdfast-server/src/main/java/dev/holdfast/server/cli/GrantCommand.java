package dev.holdfast.server.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "grant",
        description = "Give an agent access for one task, and take it away.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class GrantCommand implements Runnable {
    private static final String PATH = "/api/v1/grants";
    private static final String CODE = "Code of the authenticator: ";

    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    GrantCommand() {
        this(Terminal.OF_PROCESS);
    }

    GrantCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name a command: create, list, show, renew or revoke");
    }

    /// What is granted.
    static final class Wanted {
        @Option(
                names = "--agent",
                paramLabel = "AGENT",
                required = true,
                description = "Who gets it.")
        private String agent = "";

        @Option(
                names = {"-d", "--database"},
                paramLabel = "NAME",
                required = true,
                description = "Where.")
        private String database = "";

        @Option(
                names = "--task",
                paramLabel = "TEXT",
                required = true,
                description = "What for; rows are counted for it.")
        private String task = "";

        @Option(
                names = "--justification",
                paramLabel = "TEXT",
                required = true,
                description = "Why the access is needed.")
        private String justification = "";

        @Option(
                names = "--tables",
                paramLabel = "PATTERN",
                split = ",",
                required = true,
                description = "schema.table, where * stands for any characters of its part.")
        private List<String> tables = List.of();

        @Option(
                names = "--operations",
                paramLabel = "OPERATION",
                split = ",",
                defaultValue = "select",
                description = "select, insert, update, delete (default: ${DEFAULT-VALUE}).")
        private List<String> operations = List.of();

        @Option(
                names = "--rows",
                paramLabel = "N",
                defaultValue = "0",
                description =
                        "How many rows may be changed for the task, by whatever way (default:"
                                + " ${DEFAULT-VALUE}).")
        private long rows;

        @Option(
                names = "--ttl",
                paramLabel = "TIME",
                defaultValue = "30m",
                converter = Span.class,
                description = "How long, 1m to 7d (default: ${DEFAULT-VALUE}).")
        private Duration time = Duration.ofMinutes(30);
    }

    @Command(
            name = "create",
            description = {
                "Give access: a log-in of its own, with a role of its own in PostgreSQL.",
                "Asks for a code of your authenticator. Prints the password once; it is kept nowhere."
            },
            mixinStandardHelpOptions = true)
    int create(@Mixin Wanted wanted, @Mixin Remote remote) throws IOException {
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("agent", wanted.agent);
        order.put("database", wanted.database);
        order.put("task", wanted.task);
        order.put("justification", wanted.justification);
        order.put("tables", wanted.tables);
        order.put("operations", wanted.operations);
        order.put("rows", wanted.rows);
        order.put("ttlSeconds", wanted.time.toSeconds());
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            order.put("code", terminal.ask(CODE));
            answer = client.post(PATH, order);
        }
        remote.print(spec, answer, issued(answer));
        return ExitCode.OK.code();
    }

    private static String issued(Map<String, Object> answer) {
        Map<?, ?> grant = answer.get("grant") instanceof Map<?, ?> map ? map : Map.of();
        StringBuilder out = new StringBuilder();
        out.append(
                "user:     %s%npassword: %s%nuntil:    %s, renewable until %s%n"
                        .formatted(
                                Lines.oneLine(Lines.text(answer, "user")),
                                Lines.oneLine(Lines.text(answer, "password")),
                                Lines.oneLine(Lines.text(grant, "expiresAt")),
                                Lines.oneLine(Lines.text(grant, "renewableUntil"))));
        if (answer.get("warnings") instanceof List<?> warnings) {
            warnings.forEach(warning ->
                    out.append("warning:  %s%n".formatted(Lines.oneLine(warning.toString()))));
        }
        return out.toString();
    }

    @Command(
            name = "list",
            description = "List grants, the newest first.",
            mixinStandardHelpOptions = true)
    int list(
            @Option(names = "--all", description = "Those that have ended too.") boolean all,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.get(PATH, Map.of("all", Boolean.toString(all)));
        }
        Lines lines = new Lines("ID", "STATE", "AGENT", "DATABASE", "EXPIRES", "ROWS", "TASK");
        for (Map<?, ?> grant : Lines.objects(answer, "grants")) {
            lines.add(
                    Lines.text(grant, "id"),
                    Lines.text(grant, "state"),
                    Lines.text(grant, "agent"),
                    Lines.text(grant, "database"),
                    Lines.text(grant, "expiresAt"),
                    Lines.text(grant, "rows"),
                    Lines.text(grant, "task"));
        }
        remote.print(spec, answer, lines);
        return ExitCode.OK.code();
    }

    @Command(
            name = "show",
            description = "Show what one grant gives, to whom and why.",
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "ID", description = "As listed: gr_….") String id,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> grant;
        try (GatewayClient client = remote.client(terminal)) {
            grant = client.get(path(id), Map.of());
        }
        Lines lines = new Lines("WHAT", "VALUE");
        grant.forEach((what, value) -> lines.add(what, String.valueOf(value)));
        remote.print(spec, grant, lines);
        return ExitCode.OK.code();
    }

    @Command(
            name = "renew",
            description = {
                "Let a grant last longer, up to its maximum.",
                "Asks for a code of your authenticator."
            },
            mixinStandardHelpOptions = true)
    int renew(
            @Parameters(paramLabel = "ID", description = "As listed: gr_….") String id,
            @Option(
                            names = "--ttl",
                            paramLabel = "TIME",
                            defaultValue = "30m",
                            converter = Span.class,
                            description = "How long from now (default: ${DEFAULT-VALUE}).")
                    Duration time,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> grant;
        try (GatewayClient client = remote.client(terminal)) {
            grant =
                    client.post(
                            path(id) + "/renew",
                            Map.of("ttlSeconds", time.toSeconds(), "code", terminal.ask(CODE)));
        }
        remote.print(
                spec,
                grant,
                "%s lasts until %s%n"
                        .formatted(
                                Lines.oneLine(Lines.text(grant, "id")),
                                Lines.oneLine(Lines.text(grant, "expiresAt"))));
        return ExitCode.OK.code();
    }

    @Command(
            name = "revoke",
            description = "Take a grant away now: its sessions end, its role goes.",
            mixinStandardHelpOptions = true)
    int revoke(
            @Parameters(paramLabel = "ID", description = "As listed: gr_….") String id,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            required = true,
                            description = "Why; it goes on record.")
                    @Nullable String reason,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.post(path(id) + "/revoke", Map.of("reason", String.valueOf(reason)));
        }
        remote.print(
                spec,
                answer,
                "%s is revoked; sessions ended: %s%n"
                        .formatted(Lines.oneLine(id), Lines.text(answer, "sessionsEnded")));
        return ExitCode.OK.code();
    }

    private static String path(String id) throws IOException {
        return PATH + "/" + GatewayClient.segment(id);
    }
}
