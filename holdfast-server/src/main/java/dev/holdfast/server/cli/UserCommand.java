package dev.holdfast.server.cli;

import dev.holdfast.server.composition.StorePeople;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.people.Invite;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "user",
        description = "Invite people, see who they are, keep them out and let them in again.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class UserCommand implements Runnable {
    private static final String NAME = "As 'list' prints it.";

    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    UserCommand() {
        this(Terminal.OF_PROCESS);
    }

    UserCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "name a command: invite, list, disable, enable, passkeys, rename-passkey or remove-passkey");
    }

    @Command(
            name = "invite",
            description = {
                "Print an address with which a person enrols, once, within a day.",
                "Works on the store itself, so that the first person can get in; whoever is enrolled under the"
                        + " name already loses what they enrolled."
            },
            mixinStandardHelpOptions = true)
    int invite(
            @Parameters(paramLabel = "NAME", description = "a-z 0-9 . _ @ + -") String name,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE",
                            split = ",",
                            required = true,
                            description =
                                    "viewer (sees), reviewer (decides what is held), operator (gives and takes"
                                            + " access, undoes), owner (invites people)")
                    List<Role> roles,
            @Mixin ConfigurationOption configured,
            @Option(names = "--json", description = "Print JSON.") boolean json)
            throws ConfigurationException, IOException {
        Set<Role> wanted = EnumSet.copyOf(roles);
        try (StorePeople store = StorePeople.open(ConfigurationFile.read(configured.file()))) {
            Invite invite = store.people().invite(operator(), name, wanted);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                Map<String, Object> answer = new LinkedHashMap<>();
                answer.put("name", name);
                answer.put("url", invite.url());
                answer.put("expires", invite.expires().truncatedTo(ChronoUnit.SECONDS).toString());
                out.print(JsonText.indented(answer));
            } else {
                out.printf(
                        "%s opens this once, until %s:%n  %s%n",
                        name, invite.expires().truncatedTo(ChronoUnit.SECONDS), invite.url());
            }
            out.flush();
        } catch (PeopleException e) {
            throw new IOException(e.getMessage(), e);
        }
        return ExitCode.OK.code();
    }

    /// Who the operating system says is at the shell: for the record, and no proof.
    private static String operator() {
        String name = String.valueOf(System.getProperty("user.name")).toLowerCase(Locale.ROOT);
        return "shell:" + name.replaceAll("[^a-z0-9._@+-]", "_");
    }

    @Command(
            name = "list",
            description = "List people, their roles, and what they enrolled.",
            mixinStandardHelpOptions = true)
    int list(@Mixin Remote remote) throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> answer = client.get("/api/v1/people", Map.of());
            Lines lines = new Lines("NAME", "STATE", "ROLES", "PASSKEYS", "CODES");
            for (Map<?, ?> each : Lines.objects(answer, "people")) {
                lines.add(
                        Lines.text(each, "name"),
                        Lines.text(each, "state"),
                        Lines.text(each, "roles"),
                        Lines.text(each, "passkeys"),
                        Lines.text(each, "codes"));
            }
            remote.print(spec, answer, lines);
        }
        return ExitCode.OK.code();
    }

    @Command(
            name = "disable",
            description = "Let a person in no more; their sessions end at once.",
            mixinStandardHelpOptions = true)
    int disable(
            @Mixin Remote remote, @Parameters(paramLabel = "NAME", description = NAME) String name)
            throws IOException {
        return told(remote, name, "disable", Map.of());
    }

    @Command(
            name = "enable",
            description = {
                "Let a person in again, with what they had enrolled.",
                "Asks for a code of your authenticator."
            },
            mixinStandardHelpOptions = true)
    int enable(
            @Mixin Remote remote, @Parameters(paramLabel = "NAME", description = NAME) String name)
            throws IOException {
        return told(
                remote,
                name,
                "enable",
                Map.of("code", terminal.ask("Code of the authenticator: ")));
    }

    @Command(
            name = "passkeys",
            description = {
                "List your own passkeys.",
                "One is added in a browser, in the console's settings."
            },
            mixinStandardHelpOptions = true)
    int passkeys(@Mixin Remote remote) throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> answer = client.get("/api/v1/me/passkeys", Map.of());
            Lines lines = new Lines("ID", "NAME", "MADE", "USED", "USABLE");
            for (Map<?, ?> each : Lines.objects(answer, "passkeys")) {
                lines.add(
                        Lines.text(each, "id"),
                        Lines.text(each, "name"),
                        Lines.text(each, "made"),
                        Lines.text(each, "latestUse"),
                        Lines.text(each, "usable"));
            }
            remote.print(spec, answer, lines);
        }
        return ExitCode.OK.code();
    }

    @Command(
            name = "rename-passkey",
            description = "Call a passkey of your own by another name.",
            mixinStandardHelpOptions = true)
    int renamePasskey(
            @Mixin Remote remote,
            @Parameters(paramLabel = "ID", description = "As 'passkeys' prints it.") String id,
            @Parameters(paramLabel = "NAME", description = "1 to 60 characters, such as: phone")
                    String name)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            remote.print(
                    spec,
                    client.post(
                            "/api/v1/me/passkeys/" + GatewayClient.segment(id) + "/rename",
                            Map.of("name", name)),
                    "%s: renamed%n".formatted(Lines.oneLine(id)));
        }
        return ExitCode.OK.code();
    }

    @Command(
            name = "remove-passkey",
            description = {
                "Remove a passkey of your own, such as one that is lost; see 'logout --everywhere' too.",
                "Asks for a code of your authenticator."
            },
            mixinStandardHelpOptions = true)
    int removePasskey(
            @Mixin Remote remote,
            @Parameters(paramLabel = "ID", description = "As 'passkeys' prints it.") String id)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> code = Map.of("code", terminal.ask("Code of the authenticator: "));
            remote.print(
                    spec,
                    client.post(
                            "/api/v1/me/passkeys/" + GatewayClient.segment(id) + "/remove", code),
                    "%s: removed%n".formatted(Lines.oneLine(id)));
        }
        return ExitCode.OK.code();
    }

    private int told(Remote remote, String name, String what, Map<String, Object> body)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            String path = "/api/v1/people/" + GatewayClient.segment(name) + "/" + what;
            remote.print(
                    spec,
                    client.post(path, body),
                    "%s: %sd%n".formatted(Lines.oneLine(name), what));
        }
        return ExitCode.OK.code();
    }
}
