package dev.holdfast.server.cli;

import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.Problem;
import dev.holdfast.server.text.JsonText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        description = "Check the configuration, or print its schema.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Runnable {
    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: check or schema");
    }

    @Command(
            name = "check",
            description = {
                "Read the configuration as 'serve' does, and do nothing else.",
                "Names every problem with its place and what is expected."
            },
            mixinStandardHelpOptions = true)
    int check(
            @Mixin ConfigurationOption configured,
            @Option(names = "--json", description = "Print JSON.") boolean json)
            throws ConfigurationException {
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            HoldfastConfiguration configuration = ConfigurationFile.read(configured.file());
            out.printf(
                    "%s: ok (%d listeners, %d databases, %d agents)%n",
                    configured.file(),
                    configuration.listeners().size(),
                    configuration.databases().size(),
                    configuration.agents().size());
            out.flush();
            return ExitCode.OK.code();
        }
        List<Problem> problems = problems(configured.file());
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", problems.isEmpty());
        answer.put("problems", problems.stream().map(ConfigCommand::json).toList());
        out.print(JsonText.indented(answer));
        out.flush();
        return (problems.isEmpty() ? ExitCode.OK : ExitCode.CONFIGURATION).code();
    }

    private static List<Problem> problems(Path file) {
        try {
            ConfigurationFile.read(file);
            return List.of();
        } catch (ConfigurationException e) {
            return e.problems();
        }
    }

    private static Map<String, Object> json(Problem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", problem.file().toString());
        json.put("line", problem.line());
        json.put("column", problem.column());
        json.put("path", problem.path());
        json.put("message", problem.message());
        return json;
    }

    @Command(
            name = "schema",
            description = "Print the JSON schema of the configuration, for editors.",
            mixinStandardHelpOptions = true)
    int schema() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(ConfigurationFile.schema());
        out.flush();
        return ExitCode.OK.code();
    }
}
