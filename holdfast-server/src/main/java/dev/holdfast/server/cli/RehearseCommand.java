package dev.holdfast.server.cli;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.composition.OfflineJudge.Judged;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.sql.analysis.Analysis;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "rehearse",
        description = {
            "Run a statement on the database as an agent would, measure what it changes, and roll it"
                    + " back.",
            "Where the database's entry says rehearse-on-staging that is done on its staging copy, and"
                    + " the database itself is only read.",
            "It waits at most two seconds for a lock and runs at most thirty. Nobody else sees"
                    + " anything of it; sequences move, and what a trigger sends out of the database"
                    + " is sent."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it could run, and this is what it would do",
            "1:it is denied, fails, or could not be undone",
            "2:the command line is not understood",
            "78:the configuration cannot be used"
        },
        mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Parameters(index = "0", paramLabel = "SQL", description = "The statement.")
    private String sql = "";

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--as",
            paramLabel = "AGENT",
            required = true,
            description = "The agent that would send it.")
    private String agent = "";

    @Option(
            names = {"-d", "--database"},
            paramLabel = "NAME",
            description =
                    "The database that it would be sent to; may be left out where the agent has one"
                            + " only.")
    private @Nullable String database;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Mixin
    private ConfigurationOption configured = new ConfigurationOption();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws ConfigurationException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (OfflineJudge judge = OfflineJudge.open(configured.file(), true)) {
            Principal principal = judge.principal(agent, database);
            Judged judged = judge.judge(principal, sql);
            if (judged.decision() instanceof Decision.Deny(Refusal refusal)) {
                throw new IOException("denied: " + refusal.message() + ". " + refusal.detail());
            }
            if (!(judged.analysis() instanceof Analysis.Understood understood)) {
                throw new IOException("the statement is not understood");
            }
            MeasuredEffect effect = judge.rehearsal().rehearse(principal, understood, sql);
            out.print(
                    json
                            ? JsonText.indented(json(effect, judged.decision()))
                            : text(effect, judged.decision()));
            out.flush();
            return ExitCode.OK.code();
        } catch (ChangeRefusedException e) {
            Refusal refusal = e.refusal();
            throw new IOException(
                    "%s. %s %s".formatted(refusal.message(), refusal.detail(), refusal.hint()), e);
        }
    }

    private static String decided(Decision decision) {
        return switch (decision) {
            case Decision.Allow allow -> "allowed by " + allow.rule();
            case Decision.Hold hold -> "held by " + hold.refusal().rule();
            case Decision.Deny deny -> "denied by " + deny.refusal().rule();
        };
    }

    static String text(MeasuredEffect effect, Decision decision) {
        StringBuilder out = new StringBuilder();
        if (!effect.copy().isEmpty()) {
            out.append(
                    "On staging copy %s, not on the database itself:%n".formatted(effect.copy()));
        }
        out.append(
                "%d rows in %d tables, %.1f ms; %s%n"
                        .formatted(
                                effect.rows(),
                                effect.tables().size(),
                                effect.durationMicros() / 1_000.0,
                                decided(decision)));
        for (TableEffect table : effect.tables()) {
            out.append(
                    "  %-40s %8d inserted %8d updated %8d deleted  of %s%n"
                            .formatted(
                                    table.relation(),
                                    table.inserted(),
                                    table.updated(),
                                    table.deleted(),
                                    table.rowsBefore() < 0
                                            ? "an unknown number"
                                            : Long.toString(table.rowsBefore())));
        }
        effect.things().forEach(thing -> out.append("  gone: %s%n".formatted(thing)));
        if (!effect.plan().isEmpty()) {
            out.append("PostgreSQL's plan, constants left out:%n".formatted());
            effect.plan().forEach(line -> out.append("  %s%n".formatted(Lines.oneLine(line))));
        }
        return out.append("Everything was rolled back.%n".formatted()).toString();
    }

    static Map<String, Object> json(MeasuredEffect effect, Decision decision) {
        List<Map<String, Object>> tables = new ArrayList<>();
        for (TableEffect table : effect.tables()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("relation", table.relation());
            one.put("inserted", table.inserted());
            one.put("updated", table.updated());
            one.put("deleted", table.deleted());
            one.put("rowsBefore", table.rowsBefore());
            tables.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("decision", decided(decision));
        all.put("measuredOn", effect.copy());
        all.put("rows", effect.rows());
        all.put("durationMicros", effect.durationMicros());
        all.put("tables", tables);
        all.put("things", effect.things());
        all.put("plan", effect.plan());
        return all;
    }
}
