package dev.holdfast.server.cli;

import dev.holdfast.server.composition.ConfiguredQuarantine;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.quarantine.Dump;
import dev.holdfast.server.quarantine.Entry;
import dev.holdfast.server.quarantine.EntrySummary;
import dev.holdfast.server.quarantine.Quarantine;
import dev.holdfast.server.quarantine.Quarantine.InTheWayException;
import dev.holdfast.server.quarantine.Step;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.UnreadableReason;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "quarantine",
        description = "See, put back or remove for good what approved statements destroyed.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class QuarantineCommand implements Runnable {
    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "holdfast.yaml",
            scope = ScopeType.INHERIT,
            description = "The configuration (default: ${DEFAULT-VALUE}).")
    private Path file = Path.of("holdfast.yaml");

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON.")
    private boolean json;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name a command: list, show, restore, pin, unpin or purge");
    }

    @Command(
            name = "list",
            description = "List what is kept, newest first, and what became of it.",
            mixinStandardHelpOptions = true)
    int list() throws ConfigurationException, IOException {
        Quarantine quarantine = quarantine();
        List<Entry> entries = quarantine.list();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(
                    JsonText.indented(
                            entries.stream()
                                    .map(entry -> EntrySummary.json(quarantine, entry))
                                    .toList()));
        } else {
            for (Entry entry : entries) {
                out.printf(
                        "%s  %s  %-9s  %s  %s: %s%n",
                        entry.id(),
                        EntrySummary.moment(entry),
                        EntrySummary.state(entry),
                        entry.database(),
                        entry.command(),
                        String.join(", ", entry.things()));
            }
        }
        out.flush();
        return ExitCode.OK.code();
    }

    @Command(
            name = "show",
            description = "Show who destroyed what on whose word, and how it is put back.",
            mixinStandardHelpOptions = true)
    int show(@Parameters(paramLabel = "ID", description = "As 'list' prints it.") String id)
            throws ConfigurationException, IOException {
        Quarantine quarantine = quarantine();
        Entry entry = quarantine.look(id);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> whole = EntrySummary.json(quarantine, entry);
            whole.putAll(entry.json());
            out.print(JsonText.indented(whole));
        } else {
            out.printf("%s: %s in %s%n", entry.id(), entry.command(), entry.database());
            out.printf("  kept:     %s%n", String.join(", ", entry.things()));
            out.printf("  at:       %s%n", EntrySummary.moment(entry));
            out.printf("  agent:    %s%n", entry.agent());
            out.printf("  approved: %s by %s%n", entry.approval(), entry.approver());
            out.printf("  state:    %s%n", EntrySummary.state(entry));
            out.printf("  until:    %s%n", EntrySummary.until(quarantine, entry));
            for (Dump dump : entry.dumps()) {
                out.printf(
                        "  rows:     %d of %s in %s (%d bytes)%n",
                        dump.rows(), dump.relation(), dump.file(), dump.bytes());
            }
            out.println("  put back by 'holdfast quarantine restore " + id + "', which runs:");
            for (Step step : entry.restore()) {
                out.println("    " + step.sql() + ";");
            }
        }
        out.flush();
        return ExitCode.OK.code();
    }

    @Command(
            name = "restore",
            description = {
                "Put it back as it was: all of it, or nothing.",
                "Says what is in the way where it cannot be put back."
            },
            mixinStandardHelpOptions = true)
    int restore(
            @Parameters(paramLabel = "ID", description = "As 'list' prints it.") String id,
            @Option(
                            names = "--dry-run",
                            description = "Only find out whether it could be put back.")
                    boolean dryRun,
            @Option(
                            names = "--identity",
                            paramLabel = "FILE",
                            description = "An age key file, where rows are encrypted.")
                    @Nullable Path identity)
            throws ConfigurationException, IOException {
        Quarantine quarantine = quarantine();
        try {
            quarantine.look(id);
            Entry entry = quarantine.restore(id, dryRun, AgeKeys.read(identity));
            return told(quarantine, entry, dryRun ? "could be put back" : "was put back");
        } catch (InTheWayException e) {
            throw new IOException(id + ": nothing was changed: " + e.getMessage(), e);
        }
    }

    @Command(
            name = "pin",
            description = "Keep it from being purged, whatever its age.",
            mixinStandardHelpOptions = true)
    int pin(@Parameters(paramLabel = "ID", description = "As 'list' prints it.") String id)
            throws ConfigurationException, IOException {
        Quarantine quarantine = quarantine();
        return told(quarantine, quarantine.pin(id, true), "is pinned");
    }

    @Command(
            name = "unpin",
            description = "Let it be purged once it is old enough.",
            mixinStandardHelpOptions = true)
    int unpin(@Parameters(paramLabel = "ID", description = "As 'list' prints it.") String id)
            throws ConfigurationException, IOException {
        Quarantine quarantine = quarantine();
        return told(quarantine, quarantine.pin(id, false), "is not pinned");
    }

    @Command(
            name = "purge",
            description = {
                "Remove for good what is older than undo.retention and not pinned.",
                "With an ID only that; what is younger is never removed."
            },
            mixinStandardHelpOptions = true)
    int purge(
            @Parameters(
                            paramLabel = "ID",
                            arity = "0..1",
                            description =
                                    "As 'list' prints it; without it everything that expired.")
                    @Nullable String id,
            @Option(names = "--expired", description = "Everything that expired; the default.")
                    boolean expired)
            throws ConfigurationException, IOException {
        if (id != null && expired) {
            throw new ParameterException(spec.commandLine(), "give an ID or --expired, not both");
        }
        Quarantine quarantine = quarantine();
        List<String> ids = new ArrayList<>();
        if (id != null) {
            ids.add(id);
        } else {
            for (Entry entry : quarantine.list()) {
                if (entry.state() == Entry.State.KEPT
                        && !entry.pinned()
                        && quarantine.expired(entry)) {
                    ids.add(entry.id());
                }
            }
        }
        List<String> failures = new ArrayList<>();
        for (String each : ids) {
            try {
                told(quarantine, quarantine.purge(each), "was removed for good");
            } catch (InTheWayException e) {
                failures.add(each + ": " + e.getMessage());
            }
        }
        if (!failures.isEmpty()) {
            throw new IOException("not removed: " + String.join("; ", failures));
        }
        return ExitCode.OK.code();
    }

    /// Statements are carried out by the gateway alone, so this one needs no parser.
    private Quarantine quarantine() throws ConfigurationException, IOException {
        return ConfiguredQuarantine.of(
                ConfigurationFile.read(file),
                _ -> new ParseOutcome.Unreadable(UnreadableReason.PARSER_BUSY));
    }

    private int told(Quarantine quarantine, Entry entry, String what) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> answer = EntrySummary.json(quarantine, entry);
            answer.put("result", what);
            out.print(JsonText.indented(answer));
        } else {
            out.printf("%s %s: %s%n", entry.id(), what, String.join(", ", entry.things()));
        }
        out.flush();
        return ExitCode.OK.code();
    }
}
