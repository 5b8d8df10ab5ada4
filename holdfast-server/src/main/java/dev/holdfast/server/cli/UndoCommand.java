package dev.holdfast.server.cli;

import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.server.composition.OfflineUndo;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.undo.UndoDiff;
import dev.holdfast.server.undo.UndoRefusedException;
import dev.holdfast.server.undo.UndoReport;
import dev.holdfast.server.undo.UndoText;
import dev.holdfast.server.undo.UndoWish;
import dev.holdfast.server.undo.UndoWish.Triggers;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
        name = "undo",
        description = {
            "See what agents changed, and put it back.",
            "Works beside a running gateway and without one."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ShadowCommands.Install.class,
            ShadowCommands.Remove.class,
            ShadowCommands.Show.class
        },
        mixinStandardHelpOptions = true)
final class UndoCommand implements Runnable {
    private static final int LEFT_ALONE = 3;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    /// What every command takes.
    static final class Common {
        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Mixin
        private ConfigurationOption configured = new ConfigurationOption();

        @Option(
                names = "--identity",
                paramLabel = "FILE",
                description = "An age key file, where the journal is encrypted.")
        private @Nullable Path identity;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        private List<String> identities() throws IOException {
            return AgeKeys.read(identity);
        }
    }

    /// Which transactions are meant.
    static final class Filter {
        @Option(names = "--agent", paramLabel = "AGENT", description = "Only of this agent.")
        private @Nullable String agent;

        @Option(
                names = {"-d", "--database"},
                paramLabel = "NAME",
                description = "Only in this database.")
        private @Nullable String database;

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "Only within this time: 90s, 15m, 2h, 3d.")
        private @Nullable String since;

        private boolean isGiven() {
            return agent != null || database != null || since != null;
        }
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "name a command: list, show, diff, apply, pin, unpin, shadow-install, shadow-remove or"
                        + " shadow-list");
    }

    @Command(
            name = "list",
            description = "List what was changed, the newest first.",
            mixinStandardHelpOptions = true)
    int list(@Mixin Common common, @Mixin Filter filter)
            throws ConfigurationException, IOException {
        try (OfflineUndo undo = OfflineUndo.open(common.configured.file())) {
            List<JournalEntry> entries = matching(undo, filter);
            if (common.json) {
                print(JsonText.indented(entries.stream().map(UndoText::json).toList()));
            } else {
                StringBuilder out = new StringBuilder();
                entries.forEach(entry -> out.append(UndoText.line(entry)).append('\n'));
                print(out.toString());
            }
        }
        return ExitCode.OK.code();
    }

    @Command(
            name = "show",
            description = "Show one transaction: who, when, by which statements, how many rows.",
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(index = "0", paramLabel = "ID", description = "As listed: txn_….")
                    String id,
            @Option(
                            names = "--values",
                            description = "Show the statements with their values and parameters.")
                    boolean values,
            @Mixin Common common)
            throws ConfigurationException, IOException {
        try (OfflineUndo undo = OfflineUndo.open(common.configured.file());
                JournalReader reader = undo.journal().open(id, common.identities())) {
            List<Map<String, Object>> statements = new ArrayList<>();
            for (WriteTransaction.Run run : reader.statements()) {
                Map<String, Object> statement = new LinkedHashMap<>();
                statement.put("text", values ? run.text() : run.redacted());
                if (values) {
                    statement.put(
                            "parameters",
                            run.parameters().stream()
                                    .map(value -> value == null ? "NULL" : value)
                                    .toList());
                }
                statement.put("rule", run.rule());
                statements.add(statement);
            }
            JournalEntry entry = reader.entry();
            if (common.json) {
                Map<String, Object> json = UndoText.json(entry);
                json.put("statements", statements);
                print(JsonText.indented(json));
                return ExitCode.OK.code();
            }
            StringBuilder out = new StringBuilder(UndoText.line(entry)).append('\n');
            out.append("session ").append(entry.session()).append('\n');
            for (Map<String, Object> statement : statements) {
                statement.forEach((key, value) ->
                        out.append("  ")
                                .append(key)
                                .append(": ")
                                .append(UndoText.oneLine(String.valueOf(value)))
                                .append('\n'));
            }
            out.append("rows\n").append(UndoText.tables(entry.measured().tables()));
            print(out.toString());
        }
        return ExitCode.OK.code();
    }

    @Command(
            name = "diff",
            description = {
                "Show rows before and after: - deleted, + added, ~ changed.",
                "Columns that the agent's policy denies are masked."
            },
            mixinStandardHelpOptions = true)
    int diff(
            @Parameters(index = "0", paramLabel = "ID", description = "As listed: txn_….")
                    String id,
            @Option(
                            names = "--table",
                            paramLabel = "TABLE",
                            defaultValue = "",
                            description = "Only this table: schema.name or name.")
                    String table,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "20",
                            description =
                                    "Rows of each table, 1 to 100000 (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Mixin Common common)
            throws ConfigurationException, IOException {
        if (limit < 1 || limit > 100_000) {
            throw new ParameterException(
                    spec.commandLine(), "--limit: " + limit + " (expected: 1 to 100000)");
        }
        try (OfflineUndo undo = OfflineUndo.open(common.configured.file());
                JournalReader reader = undo.journal().open(id, common.identities())) {
            UndoDiff diff =
                    new UndoDiff(undo::masks, reader.entry().principal().policy(), table, limit);
            diff.read(reader);
            print(common.json ? JsonText.indented(diff.json()) : diff.text());
        }
        return ExitCode.OK.code();
    }

    /// How an undo is to be done.
    static final class Manner {
        @Option(
                names = "--dry-run",
                description = "Do everything, tell what would come of it, and roll it back.")
        private boolean dryRun;

        @Option(
                names = "--table",
                paramLabel = "TABLE",
                description = "Only this table: schema.name or name; may be given several times.")
        private List<String> tables = List.of();

        @Option(
                names = "--rows",
                paramLabel = "KEY",
                description =
                        "Only the row with this primary key, its columns parted by commas; may be"
                                + " given several times.")
        private List<String> rows = List.of();

        @Option(
                names = "--force",
                description =
                        "Overwrite rows that were changed since, and accept what triggers change.")
        private boolean force;

        @Option(names = "--yes", description = "Do not ask.")
        private boolean yes;

        @Option(
                names = "--triggers",
                paramLabel = "WHEN",
                defaultValue = "auto",
                description =
                        "quiet: triggers and rules do not run; fire: they do; auto: quiet where the"
                                + " restoring role may (default: ${DEFAULT-VALUE}).")
        private Triggers triggers = Triggers.AUTO;
    }

    @Command(
            name = "apply",
            description = {
                "Put back what transactions changed.",
                "Several are undone the newest first, each in a transaction of its own; the first that"
                        + " cannot be undone ends the command. Rows that were changed since are left"
                        + " alone and listed. Each undo is in the journal itself and can be undone."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:everything was put back, or had been already",
                "1:not done, or only in part; the message says why",
                "2:the command line is not understood",
                "3:done, but rows were left alone",
                "78:the configuration cannot be used"
            },
            mixinStandardHelpOptions = true)
    int apply(
            @Parameters(
                            arity = "0..*",
                            paramLabel = "ID",
                            description =
                                    "As listed: txn_…; or say which with --agent and --since.")
                    @Nullable List<String> ids,
            @Mixin Filter filter,
            @Mixin Manner manner,
            @Mixin Common common)
            throws ConfigurationException, IOException {
        boolean named = ids != null && !ids.isEmpty();
        if (named == filter.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "name transactions, or say which: --agent, --database, --since");
        }
        try (OfflineUndo undo = OfflineUndo.open(common.configured.file())) {
            List<JournalEntry> chosen = chosen(undo, ids, filter);
            if (!manner.yes && !manner.dryRun && !confirmed(chosen)) {
                throw new IOException("nothing was undone; --yes does it without asking");
            }
            return apply(undo, chosen, manner, common);
        }
    }

    private int apply(OfflineUndo undo, List<JournalEntry> chosen, Manner manner, Common common)
            throws IOException {
        UndoWish wish =
                new UndoWish(
                        person(),
                        manner.tables,
                        manner.rows,
                        manner.force,
                        manner.dryRun,
                        manner.triggers);
        List<Object> reports = new ArrayList<>();
        int code = ExitCode.OK.code();
        for (JournalEntry entry : chosen) {
            try {
                UndoReport report = undo.undo(entry.id(), common.identities(), wish);
                if (common.json) {
                    reports.add(UndoText.json(report));
                } else {
                    print(UndoText.text(report));
                }
                if (report.outcome() == UndoReport.Outcome.AMBIGUOUS) {
                    code = ExitCode.FAILURE.code();
                    break;
                }
                if (report.conflicting() > 0 || !report.also().isEmpty()) {
                    code = LEFT_ALONE;
                }
            } catch (UndoRefusedException e) {
                code = ExitCode.FAILURE.code();
                PrintWriter err = spec.commandLine().getErr();
                err.printf("holdfast: %s: %s%n%s%n", entry.id(), e.getMessage(), e.hint());
                err.flush();
                break;
            }
        }
        if (common.json) {
            print(JsonText.indented(reports));
        }
        return code;
    }

    private List<JournalEntry> chosen(OfflineUndo undo, @Nullable List<String> ids, Filter filter)
            throws IOException {
        List<JournalEntry> matching = matching(undo, filter);
        if (ids == null || ids.isEmpty()) {
            return matching.stream()
                    .filter(entry -> entry.state() == JournalEntry.State.COMMITTED)
                    .filter(entry -> !entry.principal().agent().startsWith("undo by "))
                    .toList();
        }
        for (String id : ids) {
            if (matching.stream().noneMatch(entry -> entry.id().equals(id))) {
                throw new IOException(
                        "there is no transaction " + id + " (see 'holdfast undo list')");
            }
        }
        return matching.stream().filter(entry -> ids.contains(entry.id())).toList();
    }

    @SuppressWarnings("SystemConsoleNull") // on JDK 25 it is null again where there is no terminal
    private boolean confirmed(List<JournalEntry> chosen) throws IOException {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new IOException("there is no terminal to ask at; --yes undoes without asking");
        }
        StringBuilder out = new StringBuilder();
        for (JournalEntry entry : chosen) {
            out.append(UndoText.line(entry)).append('\n');
            out.append(UndoText.tables(entry.measured().tables()));
        }
        print(out.toString());
        String answer = console.readLine("Undo these %d transactions? Type yes: ", chosen.size());
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).equals("yes");
    }

    @Command(
            name = "pin",
            description = "Keep a transaction whatever its age.",
            mixinStandardHelpOptions = true)
    int pin(
            @Parameters(index = "0", paramLabel = "ID", description = "As listed: txn_….")
                    String id,
            @Mixin Common common)
            throws ConfigurationException, IOException {
        return pin(id, common, true);
    }

    @Command(
            name = "unpin",
            description = "Let retention remove a transaction again.",
            mixinStandardHelpOptions = true)
    int unpin(
            @Parameters(index = "0", paramLabel = "ID", description = "As listed: txn_….")
                    String id,
            @Mixin Common common)
            throws ConfigurationException, IOException {
        return pin(id, common, false);
    }

    private int pin(String id, Common common, boolean pinned)
            throws ConfigurationException, IOException {
        try (OfflineUndo undo = OfflineUndo.open(common.configured.file())) {
            if (pinned) {
                undo.journal().pin(id);
            } else {
                undo.journal().unpin(id);
            }
        }
        if (common.json) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("id", id);
            json.put("pinned", pinned);
            print(JsonText.indented(json));
        } else {
            print(id + (pinned ? ": pinned\n" : ": not pinned\n"));
        }
        return ExitCode.OK.code();
    }

    private List<JournalEntry> matching(OfflineUndo undo, Filter filter) throws IOException {
        @Nullable Instant since =
                filter.since == null ? null : Instant.now().minus(span(filter.since));
        return undo.journal().list().stream()
                .filter(entry ->
                        filter.agent == null || filter.agent.equals(entry.principal().agent()))
                .filter(entry ->
                        filter.database == null
                                || filter.database.equals(entry.principal().database()))
                .filter(entry ->
                        since == null
                                || !UndoText.instant(entry.keptAtEpochMicros()).isBefore(since))
                .toList();
    }

    private Duration span(String text) {
        Duration span = Span.read(text);
        if (span == null || span.isZero()) {
            throw new ParameterException(
                    spec.commandLine(), "--since: " + text + " (expected: 90s, 15m, 2h or 3d)");
        }
        return span;
    }

    private static String person() {
        return System.getProperty("user.name", "unknown");
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
