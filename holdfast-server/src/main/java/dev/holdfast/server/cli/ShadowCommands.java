package dev.holdfast.server.cli;

import dev.holdfast.server.capture.ShadowTables;
import dev.holdfast.server.capture.ShadowTables.ShadowException;
import dev.holdfast.server.composition.OfflineShadows;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.undo.UndoRefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Which tables note where rows are changed: commands of `holdfast undo`.
final class ShadowCommands {
    private ShadowCommands() {}

    /// What every one of them takes.
    static final class Common {
        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Mixin
        private ConfigurationOption configured = new ConfigurationOption();

        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Option(
                names = {"-d", "--database"},
                paramLabel = "NAME",
                defaultValue = "",
                description = "In which database, where the configuration has several.")
        private String database = "";

        private OfflineShadows open() throws ConfigurationException, IOException {
            try {
                return OfflineShadows.open(configured.file(), database);
            } catch (UndoRefusedException e) {
                throw new IOException(e.getMessage() + ". " + e.hint(), e);
            }
        }
    }

    /// What those take that change something.
    static final class Change {
        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Parameters(paramLabel = "TABLE", description = "schema.name")
        private String table = "";

        @Option(
                names = "--dry-run",
                description = "Print the SQL that would run, and change nothing.")
        private boolean dryRun;

        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Mixin
        private Common common = new Common();

        private int run(CommandSpec spec, boolean installing)
                throws ConfigurationException, IOException {
            try (OfflineShadows shadows = common.open()) {
                ShadowTables tables = shadows.tables();
                List<String> statements =
                        installing ? tables.installing(table) : tables.removing(table);
                if (statements.isEmpty()) {
                    return told(spec, table + " has a shadow already");
                }
                if (dryRun) {
                    return told(spec, ShadowTables.script(statements));
                }
                tables.run(statements, table, installing);
                return told(
                        spec,
                        installing
                                ? table
                                        + " has a shadow: agents' changes are found by it from now on"
                                : table + " has no shadow any more");
            } catch (ShadowException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    @Command(
            name = "shadow-install",
            description = {
                "Make a table note where rows are changed, so that a large one need not be read.",
                "Creates a trigger on the table, as the database's restore role. It notes for agents only."
            },
            mixinStandardHelpOptions = true)
    static final class Install implements Callable<Integer> {
        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Mixin
        private Change change = new Change();

        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws ConfigurationException, IOException {
            return change.run(spec, true);
        }
    }

    @Command(
            name = "shadow-remove",
            description = "Take the trigger away again; with the last one, everything of shadows.",
            mixinStandardHelpOptions = true)
    static final class Remove implements Callable<Integer> {
        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Mixin
        private Change change = new Change();

        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws ConfigurationException, IOException {
            return change.run(spec, false);
        }
    }

    @Command(
            name = "shadow-list",
            description = {
                "List the tables with a shadow.",
                "whole: it is used. disabled, altered: it is not, and the table is read as without one."
            },
            mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Mixin
        private Common common = new Common();

        @SuppressWarnings("FieldCanBeFinal") // picocli sets it
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws ConfigurationException, IOException {
            try (OfflineShadows shadows = common.open()) {
                List<ShadowTables.Shadowed> all = shadows.tables().all();
                PrintWriter out = spec.commandLine().getOut();
                if (json) {
                    out.print(
                            JsonText.indented(
                                    all.stream()
                                            .map(one ->
                                                    Map.of(
                                                            "table",
                                                            one.table(),
                                                            "state",
                                                            one.state()))
                                            .toList()));
                } else {
                    all.forEach(one -> out.printf("%-8s  %s%n", one.state(), one.table()));
                }
                out.flush();
                return ExitCode.OK.code();
            } catch (ShadowException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    private static int told(CommandSpec spec, String what) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(what);
        out.flush();
        return ExitCode.OK.code();
    }
}
