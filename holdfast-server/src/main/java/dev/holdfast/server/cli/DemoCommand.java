package dev.holdfast.server.cli;

import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.demo.Demo;
import dev.holdfast.server.demo.GatewayStarter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = {
            "Try Holdfast with a database of its own.",
            "Starts a PostgreSQL with a course platform of about 200,000 rows and a gateway before"
                    + " it, says what to try, and stays until Ctrl-C. Nothing is left behind."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private final GatewayStarter starter;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--script",
            description = {
                "Play the incident unattended, one line per step, and end.",
                "The exit code is 0 when every step went as it should."
            })
    private boolean script = false;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "" + Demo.PORT,
            description =
                    "Where the gateway listens (default: ${DEFAULT-VALUE}; another one when it is"
                            + " taken).")
    private int port = Demo.PORT;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    DemoCommand() {
        this(DemoCommand::serve);
    }

    DemoCommand(GatewayStarter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        Demo demo = new Demo(starter, DemoCommand::undo, spec.commandLine().getOut());
        if (script) {
            return (demo.playScript(port) ? ExitCode.OK : ExitCode.FAILURE).code();
        }
        demo.stay(port);
        return ExitCode.OK.code();
    }

    /// As the person would type it.
    static void undo(Path configuration, List<String> transactions) throws IOException {
        List<String> arguments =
                new ArrayList<>(
                        List.of("undo", "apply", "--yes", "--config", configuration.toString()));
        arguments.addAll(transactions);
        StringWriter said = new StringWriter();
        int code =
                Main.commandLine()
                        .setOut(new PrintWriter(said))
                        .setErr(new PrintWriter(said))
                        .execute(arguments.toArray(String[]::new));
        if (code != ExitCode.OK.code()) {
            throw new IOException("holdfast undo apply: exit code " + code + ": " + said);
        }
    }

    private static GatewayStarter.Gateway serve(Path configuration) throws IOException {
        try {
            return new Served.DemoGateway(
                    HoldfastServer.start(ConfigurationFile.read(configuration), Served.PARTS));
        } catch (ConfigurationException e) {
            throw new IOException("the demo's own configuration is refused: " + e.problems(), e);
        }
    }
}
