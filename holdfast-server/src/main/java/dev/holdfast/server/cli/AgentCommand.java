package dev.holdfast.server.cli;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.text.JsonText;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "agent",
        description = "Make what an agent logs in with.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class AgentCommand implements Runnable {
    private static final int GENERATED_BYTES = 24;
    private static final int PASSWORD_LENGTH_MIN = 12;
    private static final int PASSWORD_LENGTH_MAX = 1024;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: verifier");
    }

    @Command(
            name = "verifier",
            description = {
                "Print the verifier of a password, to be put into holdfast.yaml.",
                "Asks for the password, or reads one line from standard input;"
                        + " with --generate makes one and prints it too, once."
            },
            mixinStandardHelpOptions = true)
    int verifier(
            @Option(names = "--generate", description = "Make a password of 192 random bits.")
                    boolean generate,
            @Option(
                            names = "--iterations",
                            paramLabel = "N",
                            defaultValue = "4096",
                            description =
                                    "Work for whoever guesses, 4096 to 1000000"
                                            + " (default: ${DEFAULT-VALUE}, as PostgreSQL).")
                    int iterations,
            @Option(names = "--json", description = "Print JSON.") boolean json)
            throws IOException {
        if (iterations < 4096 || iterations > 1_000_000) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--iterations: " + iterations + " (expected: 4096 to 1000000)");
        }
        SecureRandom random = new SecureRandom();
        char[] password = generate ? generated(random) : read();
        try {
            String verifier = ScramVerifier.of(password, iterations, random).encoded();
            print(generate ? new String(password) : "", verifier, json);
        } finally {
            Arrays.fill(password, '\0');
        }
        return ExitCode.OK.code();
    }

    private void print(String generated, String verifier, boolean json) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> answer = new LinkedHashMap<>();
            if (!generated.isEmpty()) {
                answer.put("password", generated);
            }
            answer.put("verifier", verifier);
            out.print(JsonText.indented(answer));
        } else {
            if (!generated.isEmpty()) {
                out.println("password: " + generated);
            }
            out.println("verifier: \"" + verifier + "\"");
        }
        out.flush();
    }

    private static char[] generated(SecureRandom random) {
        byte[] bytes = new byte[GENERATED_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).toCharArray();
    }

    @SuppressWarnings("SystemConsoleNull") // on JDK 25 it is null again where there is no terminal
    private static char[] read() throws IOException {
        Console console = System.console();
        char[] password;
        if (console != null && console.isTerminal()) {
            password = console.readPassword("Password: ");
            char[] again = console.readPassword("Again: ");
            if (password == null || !Arrays.equals(password, again)) {
                throw new IOException("the two passwords differ; nothing was made");
            }
        } else {
            BufferedReader input =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            String line = input.readLine();
            password = line == null ? new char[0] : line.toCharArray();
        }
        if (password.length < PASSWORD_LENGTH_MIN || password.length > PASSWORD_LENGTH_MAX) {
            throw new IOException(
                    "password length: %d (expected: %d to %d; --generate makes one)"
                            .formatted(password.length, PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX));
        }
        return password;
    }
}
