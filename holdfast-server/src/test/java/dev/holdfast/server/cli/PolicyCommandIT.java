package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `holdfast policy …` on a small shop with a vault.
@SideBySide
class PolicyCommandIT {
    private static final String POLICY =
            """
            policies:
              - name: clerks
                read: ["shop.*"]
                write:
                  - {relations: ["shop.orders", "shop.lines"], operations: [insert, update, delete]}
                deny-columns: ["shop.customers.email"]
                restricted:
                  - {relations: ["vault.*"], access: deny}
                hold: {kinds: [destroy]}
            """;

    @TempDir private static Path directory;
    private static DisposablePostgres postgres;
    private static Path configuration;

    private record Ended(int code, String out, String err) {}

    @BeforeAll
    static void start() throws IOException {
        postgres = DisposablePostgres.start();
        postgres.createRole("clerk", "clerk-password", "NOSUPERUSER");
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                """
                CREATE SCHEMA shop; CREATE SCHEMA vault;
                CREATE TABLE shop.customers (id int PRIMARY KEY, email text, city text);
                CREATE TABLE shop.orders (id int PRIMARY KEY, customer int, total numeric);
                CREATE TABLE shop.lines (id int, order_id int REFERENCES shop.orders ON DELETE CASCADE);
                CREATE TABLE vault.keys (id int, k text);
                CREATE VIEW shop.peek AS SELECT count(*) AS n FROM vault.keys;
                """);
        Path password = Files.writeString(directory.resolve("password"), "clerk-password\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        configuration = configured("holdfast.yaml", "policy.yaml", POLICY);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void explainsWhatIsAllowed() {
        Ended ended = explain("SELECT city FROM shop.customers WHERE id = 4711");
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out())
                .contains("decision  allow")
                .contains("policy    clerks")
                .containsPattern("read +shop\\.customers +city, id +named")
                .contains("read.granted")
                .doesNotContain("4711");
    }

    @Test
    void explainsWhatIsDenied() {
        Ended ended = explain("SELECT k FROM vault.keys");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out())
                .contains("decision  deny")
                .contains("SQLSTATE  42501")
                .containsPattern("read +vault\\.keys +k +named");
    }

    @Test
    void showsByWhichWayARelationIsReached() {
        Ended ended = explain("SELECT n FROM shop.peek");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out())
                .contains("relation.restricted")
                .containsPattern("read +vault\\.keys .*by view shop\\.peek");
        assertThat(explain("DELETE FROM shop.orders WHERE id = 1").out())
                .containsPattern("delete +shop\\.orders .*bounded +named")
                .containsPattern("delete +shop\\.lines .*by foreign key lines_order_id_fkey");
    }

    @Test
    void endsWithTwoForWhatIsHeld() {
        assertThat(explain("DROP TABLE shop.lines").code()).isEqualTo(2);
    }

    @Test
    void readsTheStatementFromStandardInput() {
        Ended ended = runWithInput("SELECT email FROM shop.customers", "-", "--json");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out())
                .startsWith("{\n")
                .contains("\"decision\": \"deny\"")
                .contains("\"relation\": \"shop.customers\"")
                .contains("\"operation\": \"READ\"");
    }

    @Test
    void saysWhatCannotBeKnownWithoutACatalog() {
        Ended ended = explain("SELECT 1 FROM shop.orders", "--no-catalog");
        assertThat(ended.out())
                .contains("Judged by the text alone")
                .contains("what views, functions, triggers, rules and foreign keys reach");
    }

    @Test
    void saysWhatToDoAboutAMistake() throws IOException {
        assertThat(run("policy", "explain", "SELECT 1", "--as", "klerk", "-c", path()).err())
                .contains("there is no agent klerk (expected: clerk)");
        assertThat(explain("SELECT 1", "--database", "shpo").err())
                .contains("agent clerk may not use database shpo (expected: shop)");
        Path broken = configured("broken.yaml", "broken-policy.yaml", "policies:\n  - nam: x\n");
        Ended ended = run("policy", "check", "--config", broken.toString());
        assertThat(ended.code()).isEqualTo(78);
        assertThat(ended.err()).contains("did you mean \"name\"?");
    }

    @Test
    void saysHowToGoOnWhereTheDatabaseIsNotThere() throws IOException {
        Path elsewhere = directory.resolve("elsewhere.yaml");
        Files.writeString(
                elsewhere,
                Files.readString(configuration).replace("port: " + postgres.port(), "port: 1"));
        Ended ended =
                run("policy", "explain", "SELECT 1", "--as", "clerk", "-c", elsewhere.toString());
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("the catalog of database shop").contains("--no-catalog");
    }

    @Test
    void warnsOfWhatIsProbablyNotMeant() throws IOException {
        Path warned =
                configured(
                        "warned.yaml",
                        "warned-policy.yaml",
                        """
                        policies:
                          - name: clerks
                            read: ["shop.*", "sales.*", "vault.keys"]
                            deny-columns: ["shop.customers.mail"]
                            restricted:
                              - {relations: ["vault.*", "valut.*"], access: deny}
                            functions: [shop.no_such]
                          - name: nobodys
                            read: ["shop.*"]
                        """);
        Ended ended = run("policy", "check", "--config", warned.toString());
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out().lines())
                .containsExactlyInAnyOrder(
                        "warning: policy clerks: restricted: \"valut.*\" matches no relation of shop",
                        "warning: policy clerks: read: \"sales.*\" matches no relation of shop",
                        "warning: policy clerks: read: \"vault.keys\" grants nothing: `restricted`"
                                + " closes all of it",
                        "warning: policy clerks: deny-columns: \"shop.customers.mail\" matches no"
                                + " column of shop",
                        "warning: policy clerks: functions: \"shop.no_such\" is no function of shop",
                        "warning: policy nobodys: no agent has it",
                        directory.resolve("warned-policy.yaml") + ": ok (2 policies, 6 warnings)");
        assertThat(run("policy", "check", "--strict", "--config", warned.toString()).code())
                .isEqualTo(1);
        assertThat(run("policy", "check", "--strict", "--config", path()).code()).isZero();
    }

    @Test
    void runsCasesAndTellsTheDifference() throws IOException {
        Path cases =
                Files.writeString(
                        directory.resolve("cases.yaml"),
                        """
                        cases:
                          - {name: reads orders, as: clerk, sql: "SELECT * FROM shop.orders", expect: allow}
                          - name: no e-mail
                            as: clerk
                            database: shop
                            sql: SELECT email FROM shop.customers
                            expect: deny
                            reaches: [shop.customers]
                          - name: wrong on purpose
                            as: clerk
                            sql: SELECT * FROM vault.keys
                            expect: allow
                            rule: no.such
                            reaches: [vault.keys, shop.orders]
                        """);
        Ended ended = run("policy", "test", cases.toString(), "--config", path());
        assertThat(ended.code()).as(ended.err()).isEqualTo(1);
        List<String> lines = ended.out().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).isEqualTo("ok   reads orders");
        assertThat(lines.get(1)).isEqualTo("ok   no e-mail");
        assertThat(lines.get(2))
                .startsWith("FAIL wrong on purpose: deny (expected: allow), by ")
                .contains("(expected: no.such among them)")
                .contains("does not reach shop.orders, only ")
                .doesNotContain("does not reach vault.keys");
        assertThat(lines.get(3)).isEqualTo("policy test: 2 of 3 cases ok");
        Files.writeString(cases, "cases:\n  - {name: x, as: clerk, sqll: y, expect: maybe}\n");
        Ended refused = run("policy", "test", cases.toString(), "--config", path());
        assertThat(refused.code()).isEqualTo(78);
        assertThat(refused.err()).contains("sqll: unknown").contains("allow, deny, hold");
    }

    @Test
    void suggestsTheLeastForWhatIsOnRecord() throws IOException {
        Path record = Files.createDirectory(directory.resolve("record"));
        Files.write(
                record.resolve("audit-20251125-000000000001.jsonl"),
                List.of(
                        line(1, "clerk", "SELECT total FROM shop.orders WHERE id = $1", "ok"),
                        line(2, "clerk", "SELECT total FROM shop.orders WHERE id = $1", "ok"),
                        line(3, "clerk", "SELECT city FROM shop.customers", "ok"),
                        line(4, "clerk", "DELETE FROM shop.orders WHERE id = $1", "ok"),
                        line(5, "clerk", "SELECT k FROM vault.keys", "ok"),
                        line(6, "clerk", "SELECT * FROM shop.lines", "refused"),
                        line(7, "clerk", "SELECT FROM WHERE", "ok"),
                        "{\"seq\":8,\"torn"));
        Ended ended = run("policy", "suggest", "--from", record.toString(), "--config", path());
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out())
                .contains("from 8 lines")
                .contains("2 of them could not be analysed again")
                .contains("clerk: 5 statements on shop")
                .containsPattern(
                        "read:\n +- \"shop\\.customers\" +# used once\n +- \"shop\\.orders\" +# ")
                .containsPattern(
                        "operations: \\[delete\\]\n +relations:\n"
                                + " +- \"shop\\.lines\" .*\n +- \"shop\\.orders\"")
                .contains(
                        "not suggested: vault.keys: is restricted by the policy in force: vault.*")
                .doesNotContainPattern("- \"vault\\.keys\"");
        Path suggested = Files.writeString(directory.resolve("suggested.yaml"), ended.out());
        Ended check = run("policy", "check", suggested.toString());
        assertThat(check.code()).as(check.err()).isZero();
        assertThat(check.out()).contains("ok (1 policies");
        Ended nobody =
                run("policy", "suggest", "--from", record.toString(), "--agent", "x", "-c", path());
        assertThat(nobody.code()).isEqualTo(1);
        assertThat(nobody.err()).contains("no statement that ran of agent x").contains("observe");
        Ended nothing =
                run("policy", "suggest", "--from", directory.toString(), "--config", path());
        assertThat(nothing.err()).contains("holds no record").contains("audit:");
    }

    private static String line(int sequence, String agent, String statement, String outcome) {
        return ("{\"seq\":%d,\"time\":\"2025-11-25T00:00:00.000000Z\",\"session\":1,\"agent\":\"%s\","
                        + "\"database\":\"shop\",\"statement\":\"%s\",\"decision\":\"allow\",\"rule\":\"x\","
                        + "\"outcome\":\"%s\",\"sqlstate\":\"00000\",\"rows\":1,\"duration_us\":5}")
                .formatted(sequence, agent, statement, outcome);
    }

    private static Path configured(String name, String policyName, String policy)
            throws IOException {
        Files.writeString(directory.resolve(policyName), policy);
        String verifier =
                ScramVerifier.of("a long test password".toCharArray(), 4096, new SecureRandom())
                        .encoded();
        return Files.writeString(
                directory.resolve(name),
                """
                listeners:
                  - {port: 0, tls: {mode: disable}}
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                agents:
                  - name: clerk
                    verifier: "%s"
                    policy: clerks
                    databases: [{database: shop, role: clerk, password: "${file:password}"}]
                policy-file: %s
                audit: {directory: audit}
                """
                        .formatted(postgres.port(), verifier, policyName));
    }

    private static String path() {
        return configuration.toString();
    }

    private static Ended explain(String sql, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("policy", "explain", sql, "--as", "clerk", "-c", path()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private static Ended runWithInput(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            List<String> more = new ArrayList<>(List.of(arguments));
            return explain(more.removeFirst(), more.toArray(String[]::new));
        } finally {
            System.setIn(before);
        }
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
}
