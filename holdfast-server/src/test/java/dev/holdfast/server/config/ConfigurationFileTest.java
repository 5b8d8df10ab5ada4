package dev.holdfast.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.server.config.HoldfastConfiguration.Admin;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Analysis;
import dev.holdfast.server.config.HoldfastConfiguration.Approvals;
import dev.holdfast.server.config.HoldfastConfiguration.Audit;
import dev.holdfast.server.config.HoldfastConfiguration.ClientTls;
import dev.holdfast.server.config.HoldfastConfiguration.Console;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.Limits;
import dev.holdfast.server.config.HoldfastConfiguration.Listener;
import dev.holdfast.server.config.HoldfastConfiguration.Notify;
import dev.holdfast.server.config.HoldfastConfiguration.NotifyMail;
import dev.holdfast.server.config.HoldfastConfiguration.NotifyWebhook;
import dev.holdfast.server.config.HoldfastConfiguration.Oidc;
import dev.holdfast.server.config.HoldfastConfiguration.Pool;
import dev.holdfast.server.config.HoldfastConfiguration.ServiceRole;
import dev.holdfast.server.config.HoldfastConfiguration.Shutdown;
import dev.holdfast.server.config.HoldfastConfiguration.Store;
import dev.holdfast.server.config.HoldfastConfiguration.Transport;
import dev.holdfast.server.config.HoldfastConfiguration.Undo;
import dev.holdfast.server.config.HoldfastConfiguration.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each setting is read as it is declared, and what is wrong is named with its place.
class ConfigurationFileTest {
    @TempDir private Path directory;

    @Test
    void fillsInEveryDefault() throws Exception {
        assertThat(read(Samples.MINIMAL))
                .isEqualTo(
                        new HoldfastConfiguration(
                                List.of(
                                        new Listener(
                                                "127.0.0.1",
                                                6432,
                                                new ClientTls(
                                                        ClientTls.Mode.REQUIRE,
                                                        directory.resolve("server.crt"),
                                                        directory.resolve("server.key")))),
                                List.of(
                                        new Database(
                                                "shop",
                                                new Upstream(
                                                        "db.internal",
                                                        5432,
                                                        "shop",
                                                        Upstream.SslMode.VERIFY_FULL,
                                                        directory.resolve("root.crt"),
                                                        Duration.ofSeconds(10)),
                                                new Pool(4, 64, Duration.ofMinutes(5)),
                                                Duration.ofSeconds(30),
                                                null,
                                                null,
                                                null,
                                                null,
                                                false)),
                                List.of(
                                        new Agent(
                                                "reporter",
                                                new Secret(Samples.VERIFIER),
                                                "read-only",
                                                true,
                                                20,
                                                List.of(
                                                        new AgentDatabase(
                                                                "shop",
                                                                "holdfast_reporter",
                                                                new Secret("s3cret-value"))))),
                                null,
                                new Analysis(List.of(), List.of()),
                                new Audit(
                                        directory.resolve("audit"),
                                        256L << 20,
                                        Duration.ofSeconds(1),
                                        16_384),
                                new Undo(
                                        directory.resolve("audit/undo"),
                                        Duration.ofDays(30),
                                        10L << 30,
                                        1L << 30,
                                        List.of()),
                                new Store(directory.resolve("audit/holdfast.db"), null),
                                new Approvals(
                                        Duration.ofSeconds(45),
                                        Duration.ofMinutes(30),
                                        Duration.ofMinutes(15),
                                        20),
                                new Limits(
                                        1L << 20,
                                        16L << 20,
                                        2_000,
                                        200,
                                        10,
                                        Duration.ofMinutes(1),
                                        4_096,
                                        16L << 20,
                                        Duration.ofSeconds(10),
                                        Duration.ofSeconds(1),
                                        Duration.ofMinutes(5),
                                        32L << 20,
                                        0),
                                new Transport(Transport.Kind.AUTO, 0),
                                new Admin("127.0.0.1", 6480),
                                null,
                                new Notify(List.of(), List.of()),
                                new Shutdown(Duration.ofSeconds(10))));
    }

    @Test
    void takesEveryExplicitValue() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "from-file\n");
        Samples.mode(password, "rw-------");
        Path hook = Files.writeString(directory.resolve("hook"), "https://hooks.example.com/x\n");
        Samples.mode(hook, "rw-------");
        assertThat(read(Samples.explicit(Samples.RECIPIENT)))
                .isEqualTo(
                        new HoldfastConfiguration(
                                List.of(
                                        new Listener(
                                                "::1",
                                                7000,
                                                new ClientTls(ClientTls.Mode.DISABLE, null, null))),
                                List.of(
                                        new Database(
                                                "shop",
                                                new Upstream(
                                                        "10.0.0.7",
                                                        5433,
                                                        "Shop Live",
                                                        Upstream.SslMode.REQUIRE,
                                                        null,
                                                        Duration.ofMillis(2500)),
                                                new Pool(0, 7, Duration.ofMinutes(1)),
                                                Duration.ofSeconds(5),
                                                new ServiceRole(
                                                        "hf_access", new Secret("from-file")),
                                                new ServiceRole(
                                                        "hf_capture", new Secret("from-file")),
                                                new ServiceRole(
                                                        "hf_restore", new Secret("from-file")),
                                                "shop-copy",
                                                true),
                                        new Database(
                                                "shop-copy",
                                                new Upstream(
                                                        "10.0.0.8",
                                                        5432,
                                                        "shop",
                                                        Upstream.SslMode.DISABLE,
                                                        null,
                                                        Duration.ofSeconds(10)),
                                                new Pool(4, 64, Duration.ofMinutes(5)),
                                                Duration.ofSeconds(30),
                                                null,
                                                new ServiceRole(
                                                        "hf_capture", new Secret("from-file")),
                                                null,
                                                null,
                                                false)),
                                List.of(
                                        new Agent(
                                                "reporter",
                                                new Secret(Samples.VERIFIER),
                                                "analysts",
                                                false,
                                                3,
                                                List.of(
                                                        new AgentDatabase(
                                                                "shop",
                                                                "r1",
                                                                new Secret("from-file"))))),
                                directory.resolve("policies.yaml"),
                                new Analysis(List.of("public.score"), List.of("app")),
                                new Audit(
                                        Path.of("/var/log/holdfast"),
                                        1L << 20,
                                        Duration.ZERO,
                                        1024),
                                new Undo(
                                        Path.of("/var/lib/holdfast/undo"),
                                        Duration.ofDays(7),
                                        2L << 30,
                                        64L << 20,
                                        List.of(Samples.RECIPIENT)),
                                new Store(directory.resolve("state.db"), null),
                                new Approvals(
                                        Duration.ofSeconds(10),
                                        Duration.ofHours(2),
                                        Duration.ofMinutes(5),
                                        7),
                                new Limits(
                                        1L << 20,
                                        2L << 20,
                                        11,
                                        12,
                                        13,
                                        Duration.ofHours(1),
                                        14,
                                        16L << 16,
                                        Duration.ofSeconds(3),
                                        Duration.ofMillis(250),
                                        Duration.ofSeconds(90),
                                        15L << 20,
                                        3),
                                new Transport(Transport.Kind.IO_URING, 2),
                                new Admin("localhost", 7001),
                                new Console(
                                        "::1",
                                        0,
                                        "https://holdfast.example.com",
                                        null,
                                        null,
                                        new Oidc(
                                                "Example",
                                                "https://login.example.com/",
                                                "holdfast",
                                                new Secret("from-file"),
                                                List.of("openid", "profile"),
                                                Oidc.Claim.PREFERRED_USERNAME,
                                                new Oidc.Groups(
                                                        "teams",
                                                        Duration.ofHours(1),
                                                        List.of(
                                                                new Oidc.Group(
                                                                        "Night shift",
                                                                        Oidc.Role.REVIEWER))))),
                                new Notify(
                                        List.of(
                                                new NotifyWebhook(
                                                        new Secret("https://hooks.example.com/x"),
                                                        new Secret("from-file"),
                                                        NotifyWebhook.Format.SLACK)),
                                        List.of(
                                                new NotifyMail(
                                                        "mail.example.com",
                                                        465,
                                                        NotifyMail.Tls.TLS,
                                                        "holdfast",
                                                        new Secret("from-file"),
                                                        "holdfast@example.com",
                                                        List.of("ada@example.com")))),
                                new Shutdown(Duration.ofSeconds(5))));
    }

    @Test
    void namesTheNearestKeyForAMistypedOne() {
        assertThat(
                        Samples.problems(
                                directory,
                                Samples.MINIMAL.replace(
                                        "    databases:", "    polcy: x\n    databases:")))
                .containsExactly(
                        "holdfast.yaml:9:5: agents[0].polcy: unknown setting (did you mean"
                                + " \"policy\"? known here: name, verifier, policy, enabled,"
                                + " sessions-max, databases)");
    }

    @Test
    void tellsEveryProblemAtOnceInTheOrderOfTheFile() {
        String broken =
                Samples.MINIMAL
                        .replace("  - tls:", "  - port: -1\n    tls:")
                        .replace("directory: audit", "directroy: audit");
        assertThat(Samples.problems(directory, broken))
                .satisfiesExactly(
                        first ->
                                assertThat(first)
                                        .isEqualTo(
                                                "holdfast.yaml:2:11: listeners[0].port: -1"
                                                        + " (expected: a whole number from 0 to"
                                                        + " 65535)"),
                        second -> assertThat(second).contains("did you mean \"directory\"?"),
                        third -> assertThat(third).contains("audit: \"directory\" is missing"));
    }

    @Test
    void refusesAKeySetTwice() {
        assertThat(Samples.problems(directory, Samples.MINIMAL + "  directory: elsewhere\n"))
                .containsExactly(
                        "holdfast.yaml:13:3: audit.directory: set twice (first on line 12)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "admin: {port: '6480'}          | admin.port: is text",
                "admin: {port: 6480.5}          | admin.port: is a number",
                "admin: {port: 65536}           | admin.port: 65536 (expected: a whole number",
                "admin: {port: 99999999999999}  | admin.port: 99999999999999 (expected",
                "admin: {port: }                | admin.port: has no value",
                "admin: {port: [1]}             | admin.port: is a list",
                "admin: {port: '${PORT}'}       | admin.port: is text",
                "admin: {host: '${env:HOST}'}   | admin.host: references are read for secrets only",
                "admin: {host: 'a b'}           | admin.host: a b (expected: a host name",
                "admin: []                      | admin: not a mapping",
                "shutdown: {drain-timeout: 5}   | shutdown.drain-timeout: is a number",
                "shutdown: {drain-timeout: 5sec} | 5sec (expected: a duration from 0ms to 10m",
                "shutdown: {drain-timeout: 11m} | 11m (expected: a duration from 0ms to 10m",
                "limits: {bind-size-max: 4MB}   | 4MB (expected: a size from 1KiB to",
                "transport: {kind: iouring}     | did you mean \"io-uring\"?",
                "policy-file: &x p.yaml         | anchors and aliases are not read here",
                "policy-flie: p.yaml            | did you mean \"policy-file\"?",
                "policy-file: gone.yaml         | gone.yaml: does not exist"
            })
    void refusesAValueThatDoesNotFit(String addition, String message) {
        assertThat(Samples.problems(directory, Samples.MINIMAL + addition + "\n"))
                .singleElement()
                .asString()
                .contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only a comment\n", "---\na: 1\n---\nb: 2\n", "just text"})
    void refusesWhatIsNotOneDocument(String yaml) {
        assertThat(Samples.problems(directory, yaml)).isNotEmpty();
    }

    @Test
    void saysThatAFileDoesNotExist() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ConfigurationFile.read(directory.resolve("none.yaml")))
                .withMessageContaining("does not exist");
    }

    private HoldfastConfiguration read(String yaml) throws IOException, ConfigurationException {
        return ConfigurationFile.read(Samples.write(directory, yaml), Samples.ENVIRONMENT);
    }
}
