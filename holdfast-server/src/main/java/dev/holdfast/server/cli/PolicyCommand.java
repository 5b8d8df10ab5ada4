package dev.holdfast.server.cli;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.composition.OfflineJudge.Judged;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.PolicyCase;
import dev.holdfast.server.config.PolicyCaseFile;
import dev.holdfast.server.config.PolicyYaml;
import dev.holdfast.server.config.Problem;
import dev.holdfast.server.explain.CaseOutcome;
import dev.holdfast.server.explain.Explanation;
import dev.holdfast.server.explain.PolicyWarnings;
import dev.holdfast.server.explain.Suggestion;
import dev.holdfast.server.text.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
        name = "policy",
        description = "Explain, check, test and suggest policies.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class PolicyCommand implements Runnable {
    private static final int STATEMENT_BYTES_MAX = 1 << 20;
    private static final int DENIED = 1;
    private static final int HELD = 2;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name a command: explain, check, test or suggest");
    }

    @Command(
            name = "explain",
            description = {
                "Say what a statement would do, what is decided about it, and by which rules.",
                "Nothing of it is run. The catalog is read with the role of the first agent that may"
                        + " use the database."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:allowed",
                "1:denied; or it could not be judged, then nothing is on standard output",
                "2:held for a person; or the command line is not understood, then nothing is on standard output",
                "78:the configuration cannot be used"
            },
            mixinStandardHelpOptions = true)
    int explain(
            @Parameters(
                            index = "0",
                            paramLabel = "SQL",
                            description = "The statement; - reads it from standard input.")
                    String sql,
            @Option(
                            names = "--as",
                            paramLabel = "AGENT",
                            required = true,
                            description = "The agent that would send it.")
                    String agent,
            @Option(
                            names = {"-d", "--database"},
                            paramLabel = "NAME",
                            description =
                                    "The database that it would be sent to; may be left out where"
                                            + " the agent has one only.")
                    @Nullable String database,
            @Mixin ConfigurationOption configured,
            @Option(
                            names = "--no-catalog",
                            description = "Judge by the text alone; ask no database.")
                    boolean noCatalog,
            @Option(names = "--json", description = "Print JSON.") boolean json)
            throws ConfigurationException, IOException {
        String text = sql.equals("-") ? standardInput() : sql;
        try (OfflineJudge judge = OfflineJudge.open(configured.file(), !noCatalog)) {
            Principal principal = judge.principal(agent, database);
            Judged judged = judge.judge(principal, text);
            Explanation explanation = new Explanation(principal, judged, !noCatalog);
            print(json ? JsonText.indented(explanation.json()) : explanation.text());
            return switch (judged.decision()) {
                case Decision.Allow _ -> ExitCode.OK.code();
                case Decision.Deny _ -> DENIED;
                case Decision.Hold _ -> HELD;
            };
        }
    }

    @Command(
            name = "check",
            description = {
                "Read the policies as 'serve' does, and warn of what is probably not meant.",
                "Names every problem with its place. With a reachable database it also tells patterns"
                        + " that match nothing and grants that a restriction takes back."
            },
            mixinStandardHelpOptions = true)
    int check(
            @Parameters(
                            index = "0",
                            arity = "0..1",
                            paramLabel = "FILE",
                            description =
                                    "A policy file to read by itself; otherwise the one that the"
                                            + " configuration names.")
                    @Nullable Path policyFile,
            @Mixin ConfigurationOption configured,
            @Option(names = "--no-catalog", description = "Ask no database.") boolean noCatalog,
            @Option(names = "--strict", description = "End with 1 where there is a warning.")
                    boolean strict,
            @Option(names = "--json", description = "Print JSON.") boolean json)
            throws ConfigurationException, IOException {
        try {
            if (policyFile != null) {
                return report(policyFile, PolicyYaml.read(policyFile), List.of(), strict, json);
            }
            try (OfflineJudge judge = OfflineJudge.open(configured.file(), !noCatalog)) {
                Path named = judge.configuration().policyFile();
                if (named == null) {
                    throw new IOException(
                            configured.file()
                                    + " names no policy-file; every agent has the built-in read-only");
                }
                return report(named, judge.policies(), PolicyWarnings.of(judge), strict, json);
            }
        } catch (ConfigurationException e) {
            if (!json) {
                throw e;
            }
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("ok", false);
            answer.put("problems", e.problems().stream().map(Problem::toString).toList());
            answer.put("warnings", List.of());
            print(JsonText.indented(answer));
            return ExitCode.CONFIGURATION.code();
        }
    }

    private int report(
            Path file, PolicyFile policies, List<String> warnings, boolean strict, boolean json) {
        if (json) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("ok", true);
            answer.put("problems", List.of());
            answer.put("warnings", warnings);
            print(JsonText.indented(answer));
        } else {
            StringBuilder out = new StringBuilder();
            warnings.forEach(warning -> out.append("warning: ").append(warning).append('\n'));
            out.append(
                    "%s: ok (%d policies, %d warnings)%n"
                            .formatted(file, policies.policies().size(), warnings.size()));
            print(out.toString());
        }
        return (strict && !warnings.isEmpty() ? ExitCode.FAILURE : ExitCode.OK).code();
    }

    @Command(
            name = "test",
            description = {
                "Run cases: statements with what should become of them.",
                "Each is an item of 'cases' in FILE: name, as (the agent), sql, expect (allow, deny or"
                        + " hold); and if wanted database, rule, reaches (relations). Nothing is run in"
                        + " the database."
            },
            mixinStandardHelpOptions = true)
    int test(
            @Parameters(index = "0", paramLabel = "FILE", description = "The cases, in YAML.")
                    Path cases,
            @Mixin ConfigurationOption configured,
            @Option(
                            names = "--no-catalog",
                            description = "Judge by the texts alone; ask no database.")
                    boolean noCatalog)
            throws ConfigurationException, IOException {
        List<PolicyCase> read = PolicyCaseFile.read(cases);
        PrintWriter out = spec.commandLine().getOut();
        int ok = 0;
        try (OfflineJudge judge = OfflineJudge.open(configured.file(), !noCatalog)) {
            for (PolicyCase each : read) {
                CaseOutcome outcome = CaseOutcome.of(judge, each);
                out.println(outcome.line());
                ok += outcome.ok() ? 1 : 0;
            }
        }
        out.printf("policy test: %d of %d cases ok%n", ok, read.size());
        out.flush();
        return (ok == read.size() ? ExitCode.OK : ExitCode.FAILURE).code();
    }

    @Command(
            name = "suggest",
            description = {
                "Write the least policy under which an agent could have done what is on record.",
                "Statements that ran are analysed again with the catalog; relations, operations,"
                        + " functions and settings become grants. What is restricted is never"
                        + " suggested. Meant for agents whose policy has 'mode: observe'."
            },
            mixinStandardHelpOptions = true)
    int suggest(
            @Option(
                            names = "--from",
                            paramLabel = "DIR",
                            required = true,
                            description = "The directory of the record.")
                    Path directory,
            @Option(names = "--agent", paramLabel = "NAME", description = "For this agent only.")
                    @Nullable String agent,
            @Mixin ConfigurationOption configured,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "FILE",
                            description =
                                    "Where to write it, if nothing is there yet (default: standard"
                                            + " output).")
                    @Nullable Path output)
            throws ConfigurationException, IOException {
        String suggestion;
        try (OfflineJudge judge = OfflineJudge.open(configured.file(), true)) {
            suggestion = Suggestion.of(judge, directory, agent);
        }
        if (output == null) {
            print(suggestion);
        } else if (Files.exists(output)) {
            throw new IOException(output + " is there already; name another --output");
        } else {
            Files.writeString(output, suggestion, StandardOpenOption.CREATE_NEW);
            print(output + ": written; read it, then: holdfast policy check " + output + "\n");
        }
        return ExitCode.OK.code();
    }

    private static String standardInput() throws IOException {
        byte[] bytes = System.in.readNBytes(STATEMENT_BYTES_MAX + 1);
        if (bytes.length > STATEMENT_BYTES_MAX) {
            throw new IOException("the statement is longer than 1 MiB; send a shorter one");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
