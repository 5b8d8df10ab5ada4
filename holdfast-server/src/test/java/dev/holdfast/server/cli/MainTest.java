package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.scram.ScramVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    @TempDir private Path directory;

    private record Ended(int code, String out, String err) {}

    @Test
    void namesTheNearestCommandForAMistypedOne() {
        Ended ended = run("serv");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains("serv").contains("serve");
    }

    @Test
    void saysHowToGoOnAfterAMissingCommand() {
        Ended ended = run("config");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains("check or schema").contains("holdfast config --help");
    }

    @Test
    void endsWith78ForAConfigurationThatCannotBeUsed() throws IOException {
        Path file = Files.writeString(directory.resolve("holdfast.yaml"), "listner: []\n");
        Ended ended = run("config", "check", "--config", file.toString());
        assertThat(ended.code()).isEqualTo(78);
        assertThat(ended.err()).contains(file + ":1:1: listner: unknown setting (did you mean");
        assertThat(run("serve", "--config", file.toString()).code()).isEqualTo(78);
    }

    @Test
    void tellsProblemsAsJsonToo() throws IOException {
        Path file = Files.writeString(directory.resolve("holdfast.yaml"), "listner: []\n");
        Ended ended = run("config", "check", "--json", "--config", file.toString());
        assertThat(ended.code()).isEqualTo(78);
        assertThat(ended.out())
                .startsWith("{\n  \"ok\": false,")
                .contains("\"line\": 1")
                .contains("\"path\": \"listner\"");
    }

    @Test
    void printsTheSchema() {
        assertThat(run("config", "schema").out())
                .startsWith("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\"");
    }

    @Test
    void makesAPasswordAndItsVerifier() {
        Ended ended = run("agent", "verifier", "--generate", "--iterations", "5000");
        assertThat(ended.code()).isZero();
        assertThat(ended.out().lines().toList())
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).matches("password: [A-Za-z0-9_-]{32}"),
                        line -> assertThat(line).startsWith("verifier: \"SCRAM-SHA-256$5000:"));
    }

    @Test
    void makesAVerifierOfTheLineOnStandardInput() {
        Ended ended = runWithInput("correct horse battery\n", "agent", "verifier", "--json");
        assertThat(ended.code()).isZero();
        String verifier = ended.out().replaceAll("(?s).*\"verifier\": \"([^\"]+)\".*", "$1");
        assertThat(ScramVerifier.parse(verifier).encoded()).isEqualTo(verifier);
        assertThat(ended.out()).doesNotContain("correct horse");
    }

    @Test
    void refusesAShortPasswordWithoutRepeatingIt() {
        Ended ended = runWithInput("hunter2\n", "agent", "verifier");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("--generate").doesNotContain("hunter2");
    }

    @Test
    void printsACompletionScriptForEveryCommand() {
        assertThat(run("completion").out())
                .contains("serve")
                .contains("verifier")
                .contains("check");
    }

    /// How the first person gets in: on the store itself, with no gateway running.
    @Test
    void invitesAPersonWithNothingButTheConfiguration() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("holdfast.yaml"),
                        """
                        listeners:
                          - tls: {mode: disable}
                        databases:
                          - name: shop
                            upstream: {host: localhost, database: shop, sslmode: disable}
                        agents:
                          - name: reporter
                            verifier: ${file:verifier}
                            policy: read-only
                            databases: [{database: shop, role: reporter, password: "${file:password}"}]
                        audit: {directory: audit}
                        console: {url: "http://localhost:6490"}
                        """);
        secret("password", "s3cret-value");
        secret(
                "verifier",
                run("agent", "verifier", "--generate", "--iterations", "5000")
                        .out()
                        .replaceAll("(?s).*verifier: \"([^\"]+)\".*", "$1"));
        Ended ended =
                run(
                        "user",
                        "invite",
                        "olga",
                        "--role",
                        "owner,reviewer",
                        "--config",
                        file.toString());
        assertThat(ended.err()).isEmpty();
        assertThat(ended.code()).isZero();
        assertThat(ended.out())
                .contains("olga opens this once, until ")
                .containsPattern("http://localhost:6490/enrol\\?invite=[A-Za-z0-9_-]{43}\\n");
        assertThat(Files.readString(onlyRecord(directory.resolve("audit/people"))))
                .contains("invite olga OWNER,REVIEWER")
                .doesNotContain(ended.out().replaceAll("(?s).*invite=(\\S+).*", "$1"));
        assertThat(run("user", "invite", "No Name", "--role", "owner", "-c", file.toString()).err())
                .contains("name: expected are");
        assertThat(run("user", "invite", "olga", "--role", "king", "-c", file.toString()).code())
                .isEqualTo(2);
    }

    private void secret(String name, String value) throws IOException {
        Path file = Files.writeString(directory.resolve(name), value);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static Path onlyRecord(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void everyCommandHasHelp() {
        everyCommandHasHelp(Main.commandLine());
    }

    private static void everyCommandHasHelp(CommandLine command) {
        assertThat(command.getUsageMessage())
                .as(command.getCommandSpec().qualifiedName())
                .contains("--help");
        assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
        command.getSubcommands().values().forEach(MainTest::everyCommandHasHelp);
    }

    private static Ended run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Ended(code, out.toString(), err.toString());
    }

    private static Ended runWithInput(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return run(arguments);
        } finally {
            System.setIn(before);
        }
    }
}
