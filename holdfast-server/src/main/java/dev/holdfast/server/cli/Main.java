package dev.holdfast.server.cli;

import dev.holdfast.server.config.ConfigurationException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `holdfast` program.
@Command(
        name = "holdfast",
        description = "The safety gateway between AI agents and production PostgreSQL.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            InitCommand.class,
            ServeCommand.class,
            DemoCommand.class,
            PolicyCommand.class,
            RehearseCommand.class,
            ConfigCommand.class,
            AgentCommand.class,
            GrantCommand.class,
            SessionCommand.class,
            StopCommand.class,
            ResumeCommand.class,
            UndoCommand.class,
            QuarantineCommand.class,
            UserCommand.class,
            LoginCommand.class,
            LogoutCommand.class,
            ApprovalCommand.class,
            AuditCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:could not be done; the message says why",
            "2:the command line is not understood",
            "77:nobody is signed in to the gateway, or who is may not do it",
            "78:the configuration cannot be used"
        })
public final class Main implements Runnable {
    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    Main() {}

    /// Runs the program and ends the process with its exit code.
    public static void main(String[] arguments) {
        int code = commandLine().execute(arguments);
        if (code != ExitCode.OK.code()) {
            System.exit(code);
        }
    }

    /// The program as a value, for tests.
    static CommandLine commandLine() {
        return configured(new CommandLine(new Main()));
    }

    /// A command with this program's way to tell what went wrong.
    static CommandLine configured(CommandLine commandLine) {
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setParameterExceptionHandler(Main::usageError);
        commandLine.setExecutionExceptionHandler(Main::failure);
        return commandLine;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut(), Ansi.AUTO);
    }

    private static int usageError(ParameterException e, String[] arguments) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println("holdfast: " + e.getMessage());
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
            err.printf(
                    "Run '%s --help' to see what is accepted.%n",
                    e.getCommandLine().getCommandSpec().qualifiedName());
        }
        err.flush();
        return ExitCode.USAGE.code();
    }

    private static int failure(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed)
            throws Exception {
        PrintWriter err = commandLine.getErr();
        ExitCode code =
                switch (e) {
                    case ConfigurationException refused -> {
                        refused.problems().forEach(err::println);
                        yield ExitCode.CONFIGURATION;
                    }
                    case GatewayException refused -> {
                        err.println("holdfast: " + refused.getMessage());
                        yield refused.permission() ? ExitCode.PERMISSION : ExitCode.FAILURE;
                    }
                    case IOException failed -> {
                        err.println("holdfast: " + failed.getMessage());
                        yield ExitCode.FAILURE;
                    }
                    // A bug: picocli prints the stack.
                    default -> throw e;
                };
        err.flush();
        return code.code();
    }
}
