package dev.holdfast.server.cli;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "audit",
        description = "Look into the record of a gateway that runs.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class AuditCommand implements Runnable {
    private static final int ENTRIES_MAX = 10_000;
    private static final int PAGE_MAX = 500;

    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    AuditCommand() {
        this(Terminal.OF_PROCESS);
    }

    AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: search");
    }

    /// What is looked for.
    static final class Wanted {
        @Option(
                names = "--agent",
                paramLabel = "AGENT",
                defaultValue = "",
                description = "Only of this agent; people are person:NAME.")
        private String agent = "";

        @Option(
                names = {"-d", "--database"},
                paramLabel = "NAME",
                defaultValue = "",
                description = "Only in this database.")
        private String database = "";

        @Option(
                names = "--decision",
                paramLabel = "DECISION",
                defaultValue = "",
                description = "Only so decided: allow, deny or hold.")
        private String decision = "";

        @Option(
                names = "--text",
                paramLabel = "TEXT",
                defaultValue = "",
                description =
                        "Only what contains this in the statement, the rule or the transaction's id.")
        private String text = "";

        @Option(
                names = "--since",
                paramLabel = "TIME",
                defaultValue = "",
                description = "Only since then: 2026-01-31T08:00:00Z, or 90s, 15m, 2h, 3d ago.")
        private String since = "";

        @Option(
                names = "--until",
                paramLabel = "TIME",
                defaultValue = "",
                description = "Only before then, as --since.")
        private String until = "";

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "50",
                description = "How many at most, 1 to 10000 (default: ${DEFAULT-VALUE}).")
        private int limit;
    }

    @Command(
            name = "search",
            description = "Find entries, newest first.",
            mixinStandardHelpOptions = true)
    int search(@Mixin Wanted wanted, @Mixin Remote remote) throws IOException {
        if (wanted.limit < 1 || wanted.limit > ENTRIES_MAX) {
            throw new ParameterException(
                    spec.commandLine(), "--limit: " + wanted.limit + " (expected: 1 to 10000)");
        }
        Map<String, String> query = new LinkedHashMap<>();
        query.put("agent", wanted.agent);
        query.put("database", wanted.database);
        query.put("decision", wanted.decision);
        query.put("text", wanted.text);
        query.put("since", moment("--since", wanted.since));
        query.put("until", moment("--until", wanted.until));
        List<Map<?, ?>> entries = new ArrayList<>();
        @Nullable Object next;
        try (GatewayClient client = remote.client(terminal)) {
            do {
                int page = Math.min(PAGE_MAX, wanted.limit - entries.size());
                query.put("limit", Integer.toString(page));
                Map<String, Object> answer = client.get("/api/v1/activity", query);
                entries.addAll(Lines.objects(answer, "entries"));
                next = answer.get("next");
                query.put("from", next == null ? "" : next.toString());
            } while (next != null && entries.size() < wanted.limit);
        }
        Lines lines =
                new Lines("TIME", "AGENT", "DATABASE", "DECISION", "RULE", "OUTCOME", "STATEMENT");
        for (Map<?, ?> entry : entries) {
            lines.add(
                    Lines.text(entry, "time"),
                    Lines.text(entry, "agent"),
                    Lines.text(entry, "database"),
                    Lines.text(entry, "decision"),
                    Lines.text(entry, "rule"),
                    Lines.text(entry, "outcome"),
                    Lines.text(entry, "statement"));
        }
        remote.print(spec, Map.of("entries", entries), lines);
        return ExitCode.OK.code();
    }

    private String moment(String option, String text) {
        Duration ago = Span.read(text);
        if (ago != null) {
            return Instant.now().minus(ago).toString();
        }
        try {
            return text.isEmpty() ? "" : Instant.parse(text).toString();
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + ": not a time (expected: 2026-01-31T08:00:00Z, or 90s, 15m, 2h, 3d)",
                    e);
        }
    }
}
