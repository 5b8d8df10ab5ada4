package dev.holdfast.server.cli;

import dev.holdfast.server.text.JsonText;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Print the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("holdfast", Version.number());
            answer.put("revision", Version.revision());
            answer.put("java", Runtime.version().toString());
            out.print(JsonText.indented(answer));
        } else {
            out.println(String.join(System.lineSeparator(), new Version().getVersion()));
        }
        out.flush();
        return ExitCode.OK.code();
    }
}
