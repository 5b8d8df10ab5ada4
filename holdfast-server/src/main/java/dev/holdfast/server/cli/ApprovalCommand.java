package dev.holdfast.server.cli;

import dev.holdfast.server.approval.ApprovalClosing;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Proofs;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "approval",
        description = "See what is held for a person's word, and give or refuse it.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class ApprovalCommand implements Runnable {
    private static final String PATH = "/api/v1/approvals";
    private final Terminal terminal;

    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Spec
    private CommandSpec spec = CommandSpec.create();

    ApprovalCommand() {
        this(Terminal.OF_PROCESS);
    }

    ApprovalCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "name a command: list, show, approve, reject, request-changes, settle or verify");
    }

    @Command(
            name = "list",
            description = "List what waits, the oldest first.",
            mixinStandardHelpOptions = true)
    int list(
            @Option(names = "--all", description = "What was decided too, the newest first.")
                    boolean all,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> answer;
        try (GatewayClient client = remote.client(terminal)) {
            answer = client.get(PATH, Map.of("state", all ? "" : "pending"));
        }
        Lines lines =
                new Lines(
                        "ID", "STATE", "EXPIRES", "AGENT", "DATABASE", "ROWS", "RULE", "STATEMENT");
        for (Map<?, ?> held : Lines.objects(answer, "approvals")) {
            lines.add(
                    Lines.text(held, "id"),
                    Lines.text(held, "state"),
                    Lines.text(held, "expires"),
                    Lines.text(held, "agent"),
                    Lines.text(held, "database"),
                    Lines.text(held, "rows"),
                    Lines.text(held, "rule"),
                    Lines.text(held, "statement"));
        }
        remote.print(spec, answer, lines);
        return ExitCode.OK.code();
    }

    @Command(
            name = "show",
            description = "Show what is held, why, and what it would do.",
            mixinStandardHelpOptions = true)
    int show(
            @Parameters(paramLabel = "ID", description = "As listed: apr_….") String id,
            @Mixin Remote remote)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> held = client.get(path(id), Map.of());
            remote.print(spec, held, ApprovalText.of(held));
        }
        return ExitCode.OK.code();
    }

    private static String path(String id) throws IOException {
        return PATH + "/" + GatewayClient.segment(id);
    }

    @Command(
            name = "approve",
            description = {
                "Let it run once, as it was measured.",
                "Shows it, and asks at the terminal for the phrase and for a code of the authenticator:"
                        + " each time, and from nowhere else. Who has a passkey only approves in the"
                        + " console."
            },
            mixinStandardHelpOptions = true)
    int approve(
            @Parameters(paramLabel = "ID", description = "As listed: apr_….") String id,
            @Mixin Remote remote)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> held = client.get(path(id), Map.of());
            PrintWriter out = spec.commandLine().getOut();
            out.print(ApprovalText.of(held));
            out.flush();
            String phrase =
                    terminal.ask(
                            "Type \"%s\" to approve: "
                                    .formatted(Lines.oneLine(Lines.text(held, "phrase"))));
            String code = terminal.ask("Code of the authenticator: ");
            Map<String, Object> answer =
                    client.post(
                            path(id) + "/approve",
                            Map.of(
                                    "digest",
                                    Lines.text(held, "digest"),
                                    "phrase",
                                    phrase,
                                    "code",
                                    code.strip()));
            remote.print(spec, answer, told(answer));
        }
        return ExitCode.OK.code();
    }

    private static String told(Map<String, Object> answer) {
        return "%s is %s%n"
                .formatted(
                        Lines.oneLine(Lines.text(answer, "id")),
                        Lines.oneLine(Lines.text(answer, "state")));
    }

    @Command(
            name = "reject",
            description = "Say no; the agent reads the reason.",
            mixinStandardHelpOptions = true)
    int reject(
            @Parameters(paramLabel = "ID", description = "As listed: apr_….") String id,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            required = true,
                            description = "Why not.")
                    String reason,
            @Mixin Remote remote)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> answer =
                    client.post(path(id) + "/reject", Map.of("reason", reason));
            remote.print(spec, answer, told(answer));
        }
        return ExitCode.OK.code();
    }

    @Command(
            name = "request-changes",
            description = "Ask for another statement; the agent reads what is wanted.",
            mixinStandardHelpOptions = true)
    int requestChanges(
            @Parameters(paramLabel = "ID", description = "As listed: apr_….") String id,
            @Option(
                            names = "--wish",
                            paramLabel = "TEXT",
                            required = true,
                            description = "What should be different.")
                    String wish,
            @Mixin Remote remote)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> answer =
                    client.post(path(id) + "/request-changes", Map.of("wish", wish));
            remote.print(spec, answer, told(answer));
        }
        return ExitCode.OK.code();
    }

    @Command(
            name = "settle",
            description = {
                "Close one that stays in doubt because its gateway never came back.",
                "What PostgreSQL says of its transaction is taken; only where it cannot say you are asked"
                        + " whether it ran. Asks for a code of the authenticator. Nothing runs, or runs"
                        + " again."
            },
            mixinStandardHelpOptions = true)
    int settle(
            @Parameters(paramLabel = "ID", description = "As listed: apr_….") String id,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            required = true,
                            description = "Why you close it; it goes on record.")
                    String reason,
            @Mixin Remote remote)
            throws IOException {
        try (GatewayClient client = remote.client(terminal)) {
            Map<String, Object> held = client.get(path(id), Map.of());
            Map<String, Object> found = client.post(path(id) + "/settle/challenge", Map.of());
            PrintWriter out = spec.commandLine().getOut();
            out.print(ApprovalText.of(held));
            out.printf("  %-14s %s%n", "found:", Lines.oneLine(Lines.text(found, "meaning")));
            out.flush();
            Map<String, Object> order = new LinkedHashMap<>();
            order.put("reason", reason);
            if (Lines.text(found, "finding").equals("unknown")) {
                order.put("ran", askedWhetherItRan());
            }
            order.put("code", terminal.ask("Code of the authenticator: ").strip());
            Map<String, Object> answer = client.post(path(id) + "/settle", order);
            remote.print(spec, answer, told(answer));
        }
        return ExitCode.OK.code();
    }

    private boolean askedWhetherItRan() throws IOException {
        String word = terminal.ask("Look at the rows. Type \"ran\" or \"did not run\": ").strip();
        return switch (word) {
            case "ran" -> true;
            case "did not run" -> false;
            default ->
                    throw new IOException("neither \"ran\" nor \"did not run\"; nothing is closed");
        };
    }

    @Command(
            name = "verify",
            description = {
                "Check who approved it, here and not at the gateway.",
                "A passkey's signature is computed again over the digest. A code leaves no signature:"
                        + " only the gateway's record says that it was right."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:every signature of a passkey is right",
                "1:one is not, or there is no approval by a passkey; or it could not be done",
                "2:the command line is not understood",
                "77:nobody is signed in to the gateway, or who is may not do it"
            },
            mixinStandardHelpOptions = true)
    int verify(
            @Parameters(paramLabel = "ID", description = "As listed: apr_….") String id,
            @Mixin Remote remote)
            throws IOException {
        Map<String, Object> held;
        try (GatewayClient client = remote.client(terminal)) {
            held = client.get(path(id), Map.of());
        }
        String digest = Lines.text(held, "digest");
        List<Map<String, Object>> checked = new ArrayList<>();
        StringBuilder text = new StringBuilder("digest " + Lines.oneLine(digest) + "\n");
        int right = 0;
        int wrong = 0;
        for (Map<?, ?> word : Lines.objects(held, "words")) {
            String kind = Lines.text(word, "proofKind");
            if (kind.isEmpty()) {
                continue;
            }
            boolean passkey = kind.equals(Proof.Kind.PASSKEY.name());
            boolean verified = passkey && Proofs.verifies(proof(word), signed(word, id, digest));
            right += verified ? 1 : 0;
            wrong += passkey && !verified ? 1 : 0;
            String result =
                    verified
                            ? "signature is right"
                            : passkey ? "SIGNATURE IS WRONG" : "code: nothing to check here";
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("person", Lines.text(word, "person"));
            each.put("kind", kind);
            each.put("credential", Lines.text(word, "credential"));
            each.put("result", result);
            checked.add(each);
            text.append(
                    "%s, %s %s: %s%n"
                            .formatted(
                                    Lines.oneLine(Lines.text(word, "person")),
                                    Lines.oneLine(kind),
                                    Lines.oneLine(Lines.text(word, "credential")),
                                    result));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", id);
        answer.put("digest", digest);
        answer.put("words", checked);
        remote.print(spec, answer, text);
        return (right > 0 && wrong == 0 ? ExitCode.OK : ExitCode.FAILURE).code();
    }

    /// What the proof of a word was made for: closing an approval is another thing than approving it.
    private static String signed(Map<?, ?> word, String id, String digest) {
        return switch (Lines.text(word, "said")) {
            case "closed", "said-it-ran", "said-it-did-not-run" ->
                    ApprovalClosing.digest(id, digest);
            default -> digest;
        };
    }

    private static Proof proof(Map<?, ?> word) {
        return new Proof(
                Proof.Kind.PASSKEY,
                Lines.text(word, "person"),
                Lines.text(word, "credential"),
                Lines.text(word, "evidence"),
                word.get("atEpochMillis") instanceof Long at ? at : 0);
    }
}
