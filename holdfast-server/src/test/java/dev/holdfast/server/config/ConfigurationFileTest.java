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

class ConfigurationFileTest {
    private static final String RECIPIENT =
            "age1pyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq8r66x";

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
        assertThat(read(Samples.explicit(RECIPIENT)))
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
                                        List.of(RECIPIENT)),
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://login.example.com      | [openid, email]  | email | issuer: not an address",
                "https://a:b@login.example.com | [openid, email]  | email | issuer: not an address",
                "https://login.example.com/?a  | [openid, email]  | email | issuer: not an address",
                "https://login.example.com/#a  | [openid, email]  | email | issuer: not an address",
                "ftp://login.example.com       | [openid, email]  | email | issuer: ftp://login",
                "https://login.example.com     | [email]          | email | scopes: openid is missing",
                "https://login.example.com     | [openid]         | email | scopes: email is missing",
                "https://login.example.com     | [openid, openid] | sub   | scopes: a scope is there twice",
                "http://127.0.0.1:9            | [openid]         | preferred-username | scopes: profile is",
            })
    void refusesAProviderThatCannotBeBelieved(
            String issuer, String scopes, String claim, String message) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "not in any message");
        Samples.mode(secret, "rw-------");
        assertThat(
                        problems(
                                Samples.MINIMAL
                                        + """
                                        console:
                                          oidc:
                                            issuer: "%s"
                                            client-id: holdfast
                                            client-secret: ${file:secret}
                                            scopes: %s
                                            claim: %s
                                        """
                                                .formatted(issuer, scopes, claim)))
                .singleElement()
                .asString()
                .contains("console.oidc." + message)
                .doesNotContain("not in any message");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://hooks.example.com/x  | {}                    | notify.webhooks[0].url: not a URL",
                "https://a:b@example.com/x   | {}                    | notify.webhooks[0].url: not a URL",
                "hooks.example.com           | {}                    | notify.webhooks[0].url: not a URL",
                "http://127.0.0.1:9/x        | {port: 0}             | console.url: where messages lead",
            })
    void refusesToTellWhereItMustNotOrCannot(String url, String console, String message)
            throws IOException {
        Path hook = Files.writeString(directory.resolve("hook"), url);
        Samples.mode(hook, "rw-------");
        assertThat(
                        problems(
                                Samples.MINIMAL
                                        + "console: "
                                        + console
                                        + "\nnotify: {webhooks: [{url: '${file:hook}'}]}\n"))
                .singleElement()
                .asString()
                .contains(message)
                .doesNotContain("a:b@");
    }

    @Test
    void namesTheNearestKeyForAMistypedOne() {
        assertThat(
                        problems(
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
        assertThat(problems(broken))
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
        assertThat(problems(Samples.MINIMAL + "  directory: elsewhere\n"))
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
        assertThat(problems(Samples.MINIMAL + addition + "\n"))
                .singleElement()
                .asString()
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "database: shop, role    | database: sohp, role   | did you mean \"shop\"?",
                "name: reporter          | 'name: x\n"
                        + "    policy: gone' | gone is not in `policy-file`",
                "certificate: server.crt, | ''                    | \"certificate\" and \"key\" are"
                        + " both",
                "root-certificate: root.crt | sslmode: verify-ca  | \"root-certificate\" is"
                        + " missing",
                "host: db.internal       | 'host: d, sslmode: require' | is not used with sslmode"
                        + " require",
                "root.crt                | gone.crt               | gone.crt is not there",
                "- tls: {                | '- tls: {mode: enable, ' | (expected: require, prefer,"
                        + " disable",
                "- tls:                  | '- host: 0.0.0.0\n    tls:' | NONE",
                "- tls: {  | '- host: 0.0.0.0\n    tls: {mode: prefer, ' | would carry statements"
            })
    void refusesWhatContradictsItself(String from, String to, String message) throws Exception {
        String yaml = Samples.MINIMAL.replace(from, to);
        assertThat(yaml).isNotEqualTo(Samples.MINIMAL);
        if (message.equals("NONE")) {
            assertThat(read(yaml).listeners().getFirst().host()).isEqualTo("0.0.0.0");
        } else {
            assertThat(problems(yaml)).singleElement().asString().contains(message);
        }
    }

    @Test
    void refusesOneRoleForTwoAgents() {
        String second =
                Samples.MINIMAL.replace(
                        "audit:",
                        """
                          - name: second
                            verifier: %s
                            databases:
                              - {database: shop, role: holdfast_reporter, password: "${env:SHOP_PASSWORD}"}
                        audit:\
                        """
                                .formatted(Samples.VERIFIER));
        assertThat(problems(second))
                .singleElement()
                .asString()
                .contains("agents[1].databases[0].role")
                .contains("already the role of agent reporter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "capture: {role: holdfast_reporter, P} | is the role of agent reporter (expected: a"
                        + " role that no agent has)",
                "restore: {role: holdfast_reporter, P} | is the role of agent reporter",
                "'capture: {role: c, P}\n    restore: {role: c, P}' | c is the capture role too",
                "capture: {role: c}                    | \"password\" is missing"
            })
    void refusesARoleOfItsOwnThatIsNot(String addition, String message) {
        String yaml =
                Samples.MINIMAL.replace(
                        "agents:",
                        "    "
                                + addition.replace("P}", "password: '${env:SHOP_PASSWORD}'}")
                                + "\nagents:");
        assertThat(problems(yaml)).singleElement().asString().contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "undo: {directory: audit}             | is the record's directory",
                "undo: {retention: 1s}                | 1s (expected: a duration from 1m",
                "undo: {size-max: 1MiB, transaction-size-max: 2MiB} | 2MiB is more than the whole"
                        + " journal may hold (expected: at most size-max, 1MiB)",
                "undo: {encrypt-to: [alice]}          | alice (expected: an age recipient",
                "undo: {encrypt-to: [TYPO]}           | has a typing error: its checksum is wrong",
                "store: {file: audit/undo/x.db}       | is in the undo journal's directory"
            })
    void refusesAnUndoJournalThatCannotBe(String addition, String message) {
        String typo =
                RECIPIENT.substring(0, RECIPIENT.length() - 1)
                        + (RECIPIENT.endsWith("q") ? "p" : "q");
        assertThat(problems(Samples.MINIMAL + addition.replace("TYPO", typo) + "\n"))
                .singleElement()
                .asString()
                .contains(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hunter2", "${env:MISSING}", "${SHOP_PASSWORD}", "${vault:x}", "${env:}"})
    void refusesASecretThatIsNotAReferenceToOneAndDoesNotRepeatIt(String written) {
        assertThat(problems(Samples.MINIMAL.replace("${env:SHOP_PASSWORD}", written)))
                .singleElement()
                .asString()
                .contains("agents[0].databases[0].password")
                .doesNotContain("hunter2");
    }

    @Test
    void refusesASecretFileThatEveryUserMayRead() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "hunter2");
        Samples.mode(password, "rw-r--r--");
        String yaml = Samples.MINIMAL.replace("${env:SHOP_PASSWORD}", "${file:password}");
        assertThat(problems(yaml))
                .singleElement()
                .asString()
                .contains("open to every user: rw-r--r-- (expected: chmod o-rw ")
                .doesNotContain("hunter2");

        Samples.mode(password, "rw-r-----");
        assertThat(read(yaml).agents().getFirst().databases().getFirst().password())
                .isEqualTo(new Secret("hunter2"));
    }

    @Test
    void refusesAMalformedVerifierAndDoesNotRepeatIt() {
        assertThat(problems(Samples.MINIMAL.replace(Samples.VERIFIER, "hunter2")))
                .singleElement()
                .asString()
                .contains("not a SCRAM-SHA-256 verifier")
                .doesNotContain("hunter2");
    }

    @Test
    void doesNotRepeatALineThatIsNotYaml() {
        assertThat(problems("agents:\n  - password: 'hunter2\n"))
                .singleElement()
                .asString()
                .contains("not YAML")
                .doesNotContain("hunter2");
    }

    @Test
    void refusesAConfigurationThatEveryUserMayChange() throws Exception {
        Path file = Samples.write(directory, Samples.MINIMAL);
        Samples.mode(file, "rw-rw-rw-");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ConfigurationFile.read(file, Samples.ENVIRONMENT))
                .withMessageContaining("and so may an agent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only a comment\n", "---\na: 1\n---\nb: 2\n", "just text"})
    void refusesWhatIsNotOneDocument(String yaml) {
        assertThat(problems(yaml)).isNotEmpty();
    }

    @Test
    void saysThatAFileDoesNotExist() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ConfigurationFile.read(directory.resolve("none.yaml")))
                .withMessageContaining("does not exist");
    }

    @Test
    void neverPrintsASecret() throws Exception {
        assertThat(read(Samples.MINIMAL).toString())
                .doesNotContain("s3cret-value")
                .doesNotContain(Samples.VERIFIER)
                .contains("Secret[hidden]");
    }

    private HoldfastConfiguration read(String yaml) throws IOException, ConfigurationException {
        return ConfigurationFile.read(Samples.write(directory, yaml), Samples.ENVIRONMENT);
    }

    private List<String> problems(String yaml) {
        try {
            read(yaml);
            return List.of();
        } catch (ConfigurationException e) {
            return e.problems().stream()
                    .map(problem -> problem.toString().replace(directory + "/", ""))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
