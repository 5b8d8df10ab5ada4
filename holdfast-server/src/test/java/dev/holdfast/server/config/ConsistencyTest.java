package dev.holdfast.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Settings that are each well-formed and cannot be together, or cannot be used as they are.
class ConsistencyTest {
    @TempDir private Path directory;

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
                        Samples.problems(
                                directory,
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
                        Samples.problems(
                                directory,
                                Samples.MINIMAL
                                        + "console: "
                                        + console
                                        + "\nnotify: {webhooks: [{url: '${file:hook}'}]}\n"))
                .singleElement()
                .asString()
                .contains(message)
                .doesNotContain("a:b@");
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
            assertThat(Samples.problems(directory, yaml))
                    .singleElement()
                    .asString()
                    .contains(message);
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
        assertThat(Samples.problems(directory, second))
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
        assertThat(Samples.problems(directory, yaml)).singleElement().asString().contains(message);
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
                Samples.RECIPIENT.substring(0, Samples.RECIPIENT.length() - 1)
                        + (Samples.RECIPIENT.endsWith("q") ? "p" : "q");
        assertThat(
                        Samples.problems(
                                directory, Samples.MINIMAL + addition.replace("TYPO", typo) + "\n"))
                .singleElement()
                .asString()
                .contains(message);
    }

    private HoldfastConfiguration read(String yaml) throws IOException, ConfigurationException {
        return ConfigurationFile.read(Samples.write(directory, yaml), Samples.ENVIRONMENT);
    }
}
