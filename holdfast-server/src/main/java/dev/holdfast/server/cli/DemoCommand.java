package dev.holdfast.server.cli;

import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.demo.Demo;
import dev.holdfast.server.demo.DemoOperator;
import dev.holdfast.server.demo.GatewayStarter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        Demo demo = new Demo(starter, new Operator(), spec.commandLine().getOut());
        if (script) {
            return (demo.playScript(port) ? ExitCode.OK : ExitCode.FAILURE).code();
        }
        demo.stay(port);
        return ExitCode.OK.code();
    }

    /// Does what a person would type.
    static final class Operator implements DemoOperator {
        private static final Pattern ADDRESS = Pattern.compile("https?://\\S+");

        @Override
        public void undo(Path configuration, List<String> transactions) throws IOException {
            List<String> arguments =
                    new ArrayList<>(
                            List.of(
                                    "undo",
                                    "apply",
                                    "--yes",
                                    "--config",
                                    configuration.toString()));
            arguments.addAll(transactions);
            run(arguments);
        }

        @Override
        public String invite(Path configuration, String name) throws IOException {
            String said =
                    run(
                            List.of(
                                    "user",
                                    "invite",
                                    name,
                                    "--role",
                                    "reviewer,operator,viewer",
                                    "--config",
                                    configuration.toString()));
            Matcher address = ADDRESS.matcher(said);
            if (!address.find()) {
                throw new IOException("holdfast user invite: no address in: " + said);
            }
            return address.group();
        }

        private static String run(List<String> arguments) throws IOException {
            StringWriter said = new StringWriter();
            int code =
                    Main.commandLine()
                            .setOut(new PrintWriter(said))
                            .setErr(new PrintWriter(said))
                            .execute(arguments.toArray(String[]::new));
            if (code != ExitCode.OK.code()) {
                throw new IOException(
                        "holdfast %s: exit code %d: %s".formatted(arguments, code, said));
            }
            return said.toString();
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
