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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "agent",
        description = "Make agents, list them, keep them out and let them in.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class AgentCommand implements Runnable {
    private static final String PATH = "/api/v1/agents";
    private static final int GENERATED_BYTES = 24;
    private static final int PASSWORD_LENGTH_MIN = 12;
    private static final int PASSWORD_LENGTH_MAX = 1024;

    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    AgentCommand() {
        this(Terminal.OF_PROCESS);
    }

    AgentCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name a command: create, list, disable, enable or verifier");
    }

    @Command(
            name = "create",
            description = {
                "Make an agent, to be given grants.",
                "Prints its own password once, with which it asks for access and sees what waits;"
                        + " it opens no database by itself."
            },
            mixinStandardHelpOptions = true)
    int create(
            @Parameters(paramLabel = "NAME", description = "The agent's name.") String name,
            @Option(
                            names = "--policy",
                            paramLabel = "POLICY",
                            defaultValue = "read-only",
                            description =
                                    "What holds under every grant it is given (default:"
                                            + " ${DEFAULT-VALUE}).")
                    String policy,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.post(PATH, Map.of("name", name, "policy", policy));
        }
        remote.print(
                spec,
                answer,
                "agent:    %s%npassword: %s%n"
                        .formatted(
                                Lines.oneLine(Lines.text(answer, "name")),
                                Lines.oneLine(Lines.text(answer, "password"))));
        return ExitCode.OK.code();
    }

    @Command(
            name = "list",
            description = "List agents, of the configuration too.",
            mixinStandardHelpOptions = true)
    int list(@Mixin Remote remote) throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.get(PATH, Map.of());
        }
        Lines lines = new Lines("NAME", "POLICY", "ENABLED", "CONFIGURED", "DISABLED BECAUSE");
        for (Map<?, ?> agent : Lines.objects(answer, "agents")) {
            lines.add(
                    Lines.text(agent, "name"),
                    Lines.text(agent, "policy"),
                    Lines.text(agent, "enabled"),
                    Lines.text(agent, "configured"),
                    Lines.text(agent, "disabledBecause"));
        }
        remote.print(spec, answer, lines);
        return ExitCode.OK.code();
    }

    @Command(
            name = "disable",
            description = "Keep an agent out: its sessions and its grants end now.",
            mixinStandardHelpOptions = true)
    int disable(
            @Parameters(paramLabel = "NAME", description = "The agent's name.") String name,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            required = true,
                            description = "Why; it goes on record.")
                    String reason,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.post(path(name) + "/disable", Map.of("reason", reason));
        }
        remote.print(
                spec,
                answer,
                "%s is kept out; sessions ended: %s%n"
                        .formatted(Lines.oneLine(name), Lines.text(answer, "sessionsEnded")));
        return ExitCode.OK.code();
    }

    @Command(
            name = "enable",
            description = {"Let an agent in again.", "Asks for a code of your authenticator."},
            mixinStandardHelpOptions = true)
    int enable(
            @Parameters(paramLabel = "NAME", description = "The agent's name.") String name,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer =
                    client.post(
                            path(name) + "/enable",
                            Map.of("code", terminal.ask("Code of the authenticator: ")));
        }
        remote.print(spec, answer, "%s may log in%n".formatted(Lines.oneLine(name)));
        return ExitCode.OK.code();
    }

    private static String path(String name) throws IOException {
        return PATH + "/" + GatewayClient.segment(name);
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
