package dev.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.Pki;
import dev.holdfast.testkit.SideBySide;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGStatement;

/// The program as it is run: a process of its own, a real configuration, a real PostgreSQL, a real
/// driver.
@SideBySide
class ServeIT {
    private static final Pattern READY =
            Pattern.compile(
                    "holdfast ready: postgres 127\\.0\\.0\\.1:([0-9]+) \\(tls required\\), admin"
                            + " 127\\.0\\.0\\.1:([0-9]+), transport (io_uring|epoll|nio),"
                            + " [0-9]+\\.[0-9] s");
    private static final String PASSWORD = "a long test password";
    private static final String ROLE_PASSWORD = "role-password-of-the-test";

    @TempDir private Path directory;
    private DisposablePostgres postgres;
    private Pki pki;
    private Process program;
    private int port;
    private int adminPort;

    @BeforeEach
    void start() throws IOException {
        pki = Pki.create(directory);
        postgres = DisposablePostgres.start();
        postgres.createRole("reader", ROLE_PASSWORD, "NOSUPERUSER");
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                "CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 10);"
                        + " CREATE VIEW latest AS SELECT id, ''::text AS note FROM orders;"
                        + " GRANT SELECT ON orders, latest TO reader");
        program = launch(configuration());
        BufferedReader out = program.inputReader();
        String line = out.readLine();
        assertThat(line).as(log()).matches(READY);
        Matcher matcher = READY.matcher(line);
        assertThat(matcher.matches()).isTrue();
        port = Integer.parseInt(matcher.group(1));
        adminPort = Integer.parseInt(matcher.group(2));
    }

    @AfterEach
    void stop() {
        program.destroyForcibly();
        postgres.close();
    }

    @Test
    void servesReadsRefusesWritesAndKeepsTheRecord()
            throws SQLException, IOException, InterruptedException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet rows =
                    statement.executeQuery("SELECT count(*) FROM orders WHERE id > 4")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(6);
            }
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> statement.execute("DELETE FROM orders WHERE id = 987654"))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        }
        assertThat(postgres.value("shop", "SELECT count(*) FROM orders")).isEqualTo("10");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(record())
                                .anyMatch(line ->
                                        line.contains("DELETE FROM orders")
                                                && line.contains("\"decision\":\"deny\"")
                                                && line.contains("\"42501\""))
                                .noneMatch(line -> line.contains("987654")));
        assertThat(get("/readyz").body())
                .contains("ok    audit")
                .contains("ok    database shop")
                .contains("ok    catalog shop");
        assertThat(get("/metrics").body())
                .contains("holdfast_statements_total{agent=\"reporter\",decision=\"deny\"")
                .contains("holdfast_gateway_sessions_started_total 1.0");
        assertThat(log()).doesNotContain(ROLE_PASSWORD).doesNotContain(PASSWORD);
    }

    @Test
    void judgesAgainWhatWasPreparedBeforeAViewBecameDangerous() throws SQLException {
        try (Connection connection = connect();
                PreparedStatement prepared =
                        connection.prepareStatement("SELECT * FROM latest WHERE id > ?")) {
            prepared.unwrap(PGStatement.class).setPrepareThreshold(1);
            prepared.setInt(1, 0);
            prepared.executeQuery().close();
            prepared.executeQuery().close();
            postgres.sqlIn(
                    "shop",
                    "CREATE OR REPLACE VIEW latest AS"
                            + " SELECT id, pg_advisory_lock(42)::text AS note FROM orders");
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() ->
                            assertThatExceptionOfType(SQLException.class)
                                    .isThrownBy(() -> prepared.executeQuery().close())
                                    .satisfies(
                                            e -> assertThat(e.getSQLState()).isEqualTo("42501")));
        }
    }

    @Test
    void refusesEveryStatementWhileTheRecordCannotBeWritten() throws SQLException, IOException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            Path away = directory.resolve("audit-away");
            Files.move(directory.resolve("audit"), away);
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() ->
                            assertThatExceptionOfType(SQLException.class)
                                    .isThrownBy(() -> statement.execute("SELECT 1"))
                                    .satisfies(
                                            e -> assertThat(e.getSQLState()).isEqualTo("58030")));
            Files.move(away, directory.resolve("audit"));
        }
        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(this::reads);
    }

    private boolean reads() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            return statement.execute("SELECT 1");
        }
    }

    @Test
    void drainsAndEndsWithSuccessOnSigterm()
            throws SQLException, IOException, InterruptedException {
        Connection idle = connect();
        program.destroy();
        assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).as(log()).isZero();
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> idle.createStatement().execute("SELECT 1"));
        assertThatExceptionOfType(SQLException.class).isThrownBy(this::connect);
    }

    @Test
    void doesNotStartWhereTheRecordIsAnothers() throws IOException, InterruptedException {
        Process second = launch(directory.resolve("holdfast.yaml"));
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(1);
        assertThat(log()).contains("another gateway writes its record here");
    }

    private Path configuration() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), ROLE_PASSWORD + "\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(
                pki.privateKey(), PosixFilePermissions.fromString("rw-------"));
        String verifier =
                ScramVerifier.of(PASSWORD.toCharArray(), 4096, new SecureRandom()).encoded();
        return Files.writeString(
                directory.resolve("holdfast.yaml"),
                """
                listeners:
                  - {port: 0, tls: {certificate: "%s", key: "%s"}}
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                    catalog-refresh: 1s
                agents:
                  - name: reporter
                    verifier: "%s"
                    databases: [{database: shop, role: reader, password: "${file:password}"}]
                audit: {directory: audit}
                admin: {port: 0}
                shutdown: {drain-timeout: 5s}
                """
                        .formatted(
                                pki.certificateChain(),
                                pki.privateKey(),
                                postgres.port(),
                                verifier));
    }

    private Process launch(Path configuration) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.holdfast.server.cli.Main",
                        "serve",
                        "--config",
                        configuration.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()))
                .start();
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "reporter");
        properties.setProperty("password", PASSWORD);
        properties.setProperty("sslmode", "verify-ca");
        properties.setProperty("sslrootcert", pki.authority().toString());
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/shop", properties);
    }

    private List<String> record() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("audit"))) {
            Path file =
                    files.filter(each -> each.toString().endsWith(".jsonl"))
                            .findFirst()
                            .orElseThrow();
            return Files.readAllLines(file);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private String log() throws IOException {
        Path log = directory.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }
}
