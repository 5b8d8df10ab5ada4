package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGStatement;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// A policy file that changes under a running gateway with open sessions of a real driver.
@SideBySide
class PolicyReloadIT {
    private static final String PASSWORD = "a long test password";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ORDERS = "read: [public.orders]";
    private static final String BOTH = "read: [public.orders, public.items]";

    @TempDir private Path directory;
    private DisposablePostgres postgres;
    private HoldfastServer server;
    private Connection connection;

    @BeforeEach
    void start() throws Exception {
        postgres = DisposablePostgres.start();
        postgres.createRole("reader", "upstream", "NOSUPERUSER");
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                "CREATE TABLE orders (id int, email text); CREATE TABLE items (id int);"
                        + " GRANT SELECT ON orders, items TO reader");
        policy(ORDERS);
        Files.writeString(directory.resolve("password"), "upstream");
        Files.setPosixFilePermissions(
                directory.resolve("password"), PosixFilePermissions.fromString("rw-------"));
        Path file = Files.writeString(directory.resolve("holdfast.yaml"), configuration());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        server = HoldfastServer.start(ConfigurationFile.read(file));
        connection =
                DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable"
                                .formatted(server.addresses().getFirst().getPort()),
                        "analyst",
                        PASSWORD);
    }

    @AfterEach
    void stop() throws SQLException {
        connection.close();
        server.close();
        postgres.close();
    }

    @Test
    void aChangedFileIsInForceAtTheNextStatementOfAnOpenSession() throws Exception {
        refused("SELECT id FROM items", "read.not-granted");
        run("SELECT id FROM orders");

        replace(BOTH);
        await().atMost(PATIENCE).untilAsserted(() -> allowed("SELECT id FROM items"));

        replace(ORDERS);
        await().atMost(PATIENCE)
                .untilAsserted(() -> refused("SELECT id FROM items", "read.not-granted"));
        run("SELECT id FROM orders");
    }

    @Test
    void whatWasPreparedBeforeIsDecidedAnew() throws Exception {
        replace(BOTH);
        await().atMost(PATIENCE).untilAsserted(() -> allowed("SELECT id FROM items"));
        try (PreparedStatement prepared =
                connection.prepareStatement("SELECT id FROM items WHERE id > ?")) {
            prepared.unwrap(PGStatement.class).setPrepareThreshold(1);
            prepared.setInt(1, 0);
            prepared.executeQuery().close();
            prepared.executeQuery().close();

            replace(ORDERS);
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(
                                            rule(
                                                    catchThrowableOfType(
                                                            PSQLException.class,
                                                            () -> prepared.executeQuery().close())))
                                    .isEqualTo("read.not-granted"));
        }
    }

    @Test
    void aWrongFileLeavesTheEarlierPoliciesInForce() throws IOException, SQLException {
        int seen = 0;
        for (String wrong :
                new String[] {
                    "raed: [public.items]",
                    "read: [items]",
                    "rules: [{name: x, when: '1 +', decision: deny}]"
                }) {
            replace(wrong);
            awaitRefusedFiles(++seen);
            run("SELECT id FROM orders");
            refused("SELECT id FROM items", "read.not-granted");
        }
        // Not YAML, then without the policy that the agent has, then gone.
        write("policies: [");
        awaitRefusedFiles(++seen);
        run("SELECT id FROM orders");
        write("policies: []\n");
        awaitRefusedFiles(++seen);
        run("SELECT id FROM orders");
        Files.delete(directory.resolve("policies.yaml"));
        awaitRefusedFiles(++seen);
        run("SELECT id FROM orders");
        refused("SELECT id FROM items", "read.not-granted");

        replace(BOTH);
        await().atMost(PATIENCE).untilAsserted(() -> allowed("SELECT id FROM items"));
    }

    /// Returns once so many changed files were looked at and not put in force, by the gateway's own count.
    private void awaitRefusedFiles(int count) {
        String counter = "holdfast_policy_reload_failures_total " + (double) count;
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(metrics()).contains(counter));
    }

    private String metrics() throws IOException {
        try (InputStream in =
                URI.create("http://127.0.0.1:%d/metrics".formatted(server.adminAddress().getPort()))
                        .toURL()
                        .openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aSymbolicLinkThatPointsElsewhereIsAChange() throws Exception {
        Path first = directory.resolve("policies.yaml");
        Path second = Files.writeString(directory.resolve("second.yaml"), yaml(BOTH));
        Path link = directory.resolve("link");
        Files.createSymbolicLink(link, second.getFileName());
        Files.move(link, first, StandardCopyOption.ATOMIC_MOVE);

        await().atMost(PATIENCE).untilAsserted(() -> allowed("SELECT id FROM items"));
    }

    @Test
    void anErrorTellsRuleRelationAndColumnInFieldsOfTheirOwn() throws Exception {
        replace(ORDERS + ", deny-columns: [public.orders.email]");
        await().atMost(PATIENCE)
                .untilAsserted(() -> refused("SELECT email FROM orders", "column.denied"));

        ServerErrorMessage error = error("SELECT o.* FROM orders o");

        assertThat(error.getConstraint()).isEqualTo("column.denied");
        assertThat(error.getSchema()).isEqualTo("public");
        assertThat(error.getTable()).isEqualTo("orders");
        assertThat(error.getColumn()).isEqualTo("email");
        for (String spelling :
                new String[] {
                    "SELECT * FROM orders",
                    "TABLE orders",
                    "SELECT row_to_json(orders) FROM orders",
                    "SELECT orders FROM orders",
                    "SELECT orders::text FROM orders",
                    "SELECT id FROM orders WHERE email LIKE 'a%'",
                    "SELECT id FROM orders ORDER BY email",
                    "SELECT count(*) FROM orders GROUP BY email",
                    "SELECT x FROM orders AS o(id, x)",
                    "SELECT (SELECT email) FROM orders",
                    "SELECT v FROM orders, LATERAL (VALUES (email)) AS t(v)",
                    "WITH o AS (SELECT * FROM orders) SELECT id FROM o",
                    "COPY orders TO STDOUT",
                    "COPY (SELECT email FROM orders) TO STDOUT",
                    "SELECT o.email FROM items JOIN orders o USING (id)",
                    "SELECT id FROM items JOIN orders USING (id) WHERE length(email) > 3",
                    "SELECT most_common_vals FROM pg_stats",
                    "SELECT stavalues1 FROM pg_catalog.pg_statistic"
                }) {
            assertThat(error(spelling).getConstraint())
                    .as(spelling)
                    .isIn("column.denied", "relation.reveals");
        }
        run("SELECT id FROM orders WHERE id > 1 ORDER BY id");
    }

    @Test
    void aRuleOverHistoryIsDecidedAtEachStatement() throws Exception {
        replace(
                BOTH
                        + ", rules: [{name: calm, when: 'history.refusals_last_minute > 60',"
                        + " decision: deny}]");
        await().atMost(PATIENCE).untilAsserted(() -> allowed("SELECT id FROM items"));
        for (int i = 0; i < 61; i++) {
            error("SELECT rolname FROM pg_authid");
        }

        // Refusals of one kind are put on record together, a second later.
        await().atMost(PATIENCE).untilAsserted(() -> refused("SELECT id FROM items", "rule.calm"));
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void allowed(String sql) {
        assertThatCode(() -> run(sql)).doesNotThrowAnyException();
    }

    private void refused(String sql, String rule) {
        assertThat(rule(catchThrowableOfType(PSQLException.class, () -> run(sql)))).isEqualTo(rule);
    }

    private ServerErrorMessage error(String sql) {
        PSQLException thrown =
                Objects.requireNonNull(
                        catchThrowableOfType(PSQLException.class, () -> run(sql)), sql);
        return Objects.requireNonNull(thrown.getServerErrorMessage(), sql);
    }

    private static String rule(@Nullable PSQLException thrown) {
        return thrown == null || thrown.getServerErrorMessage() == null
                ? String.valueOf(thrown)
                : String.valueOf(thrown.getServerErrorMessage().getConstraint());
    }

    private void policy(String content) throws IOException {
        write(yaml(content));
    }

    private static String yaml(String content) {
        return "policies: [{name: analysts, " + content + "}]\n";
    }

    private void write(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("policies.yaml"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    /// As careful writers do.
    private void replace(String content) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), yaml(content));
        Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(next, directory.resolve("policies.yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    private String configuration() {
        String verifier =
                ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom()).encoded();
        return """
        listeners: [{port: 0, tls: {mode: disable}}]
        databases:
          - name: shop
            upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
        agents:
          - name: analyst
            verifier: "%s"
            policy: analysts
            databases: [{database: shop, role: reader, password: "${file:password}"}]
        policy-file: policies.yaml
        audit: {directory: audit}
        admin: {port: 0}
        """
                .formatted(postgres.port(), verifier);
    }
}
