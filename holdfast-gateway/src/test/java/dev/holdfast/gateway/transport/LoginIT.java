package dev.holdfast.gateway.transport;

import static dev.holdfast.gateway.transport.GatewayFixture.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.gateway.TlsSettings;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.ExternalProgram;
import dev.holdfast.testkit.Pki;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;

class LoginIT {
    @TempDir private static Path directory;
    private static DisposablePostgres postgres;
    private static Pki pki;
    private static GatewayFixture gateway;

    @BeforeAll
    static void start() throws Exception {
        postgres = DisposablePostgres.start();
        postgres.createRole(
                GatewayFixture.UPSTREAM_ROLE, GatewayFixture.UPSTREAM_PASSWORD, "NOSUPERUSER");
        pki = Pki.create(directory);
        gateway =
                GatewayFixture.to(postgres.port())
                        .tls(TlsSettings.required(pki.certificateChain(), pki.privateKey()))
                        .limits(GatewayFixture.patient())
                        .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        postgres.close();
    }

    @Test
    void letsPgjdbcInWhenTheCertificateIsVerified() throws SQLException {
        try (Connection connection = gateway.connect(verified())) {
            assertThat(value(connection, "SELECT session_user"))
                    .isEqualTo(GatewayFixture.UPSTREAM_ROLE);
        }
    }

    @Test
    void bindsTheLoginToTheCertificate() throws SQLException {
        try (Connection connection = gateway.connect(verified("channelBinding", "require"))) {
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void servesTlsWithoutASslRequest() throws SQLException {
        try (Connection connection = gateway.connect(verified("sslNegotiation", "direct"))) {
            assertThat(value(connection, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void servesPsqlWithTlsAndTellsItWhatToDoWithout() {
        ExternalProgram psql = ExternalProgram.require("psql");
        ExternalProgram.Result encrypted = psql(psql, "require");
        assertThat(encrypted.output()).as(encrypted.toString()).isEqualTo("1\n");
        ExternalProgram.Result clear = psql(psql, "disable");
        assertThat(clear.exitStatus()).isEqualTo(2);
        assertThat(clear.errors()).contains("only connections with TLS", "sslmode=require");
    }

    @Test
    void refusesAConnectionInClear() {
        PSQLException refused = refusal("reader", PASSWORD, "shop", "sslmode", "disable");
        assertThat(refused.getSQLState()).isEqualTo("28000");
    }

    @Test
    void tellsNobodyWhetherItWasTheAgentTheDatabaseOrThePassword() {
        List<String> said = new ArrayList<>();
        for (List<String> attempt :
                List.of(
                        List.of("reader", "wrong", "shop"),
                        List.of("nobody", PASSWORD, "shop"),
                        List.of("disabled", PASSWORD, "shop"),
                        List.of("reader", PASSWORD, "closed"),
                        List.of("reader", PASSWORD, "nowhere"))) {
            PSQLException refused = refusal(attempt.get(0), attempt.get(1), attempt.get(2));
            said.add(
                    refused.getSQLState()
                            + " "
                            + String.valueOf(refused.getServerErrorMessage())
                                    .replace(attempt.get(0), "NAME"));
        }
        assertThat(said).allMatch(text -> text.startsWith("28P01 "));
        assertThat(said.stream().distinct()).hasSize(1);
        assertThat(gateway.count(Counter.AUTHENTICATION_FAILURES)).isGreaterThanOrEqualTo(5);
    }

    @Test
    void pinsWhatProtectsTheDatabaseAndLeadsResetsBackToIt() throws SQLException {
        try (Connection connection = gateway.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET default_transaction_read_only = off");
            statement.execute("RESET ALL");
            assertThat(value(connection, "SHOW default_transaction_read_only")).isEqualTo("on");
            assertThat(value(connection, "SHOW standard_conforming_strings")).isEqualTo("on");
            assertThat(value(connection, "SHOW client_encoding")).isEqualTo("UTF8");
            assertThat(value(connection, "SHOW row_security")).isEqualTo("on");
        }
    }

    @Test
    void passesHarmlessSettingsOn() throws SQLException {
        try (Connection connection =
                gateway.connect(
                        "ApplicationName", "an agent",
                        "options", "-c statement_timeout=4321 --geqo=off")) {
            assertThat(value(connection, "SHOW application_name")).isEqualTo("an agent");
            assertThat(value(connection, "SHOW statement_timeout")).isEqualTo("4321ms");
            assertThat(value(connection, "SHOW geqo")).isEqualTo("off");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-c default_transaction_read_only=off, default_transaction_read_only",
        "-cdefault_transaction_read_only=off, default_transaction_read_only",
        "--default-transaction-read-only=off, default_transaction_read_only",
        "-c DEFAULT_Transaction_Read_Only=off, default_transaction_read_only",
        "-c standard_conforming_strings=off, standard_conforming_strings",
        "-c client_encoding=SJIS, client_encoding",
        "-c session_replication_role=replica, session_replication_role",
        "-c role=postgres, role",
        "-c no_such_setting=1, no_such_setting",
        "-c geqo=on -c row_security=off, row_security",
        "-e, options",
    })
    void refusesSettingsThatAreNotHarmless(String options, String named) {
        PSQLException refused = refusal("reader", PASSWORD, "shop", "options", options);
        assertThat(refused.getMessage()).contains(named);
        assertThat(refused.getSQLState()).isIn("42501", "42601");
    }

    @ParameterizedTest
    @CsvSource({"database", "true", "on", "1", "YES", "t", "nonsense"})
    void refusesReplicationHoweverItIsSpelled(String spelling) throws Exception {
        try (RawClient client = RawClient.encrypted(gateway.port())) {
            client.startup(0, "user", "reader", "database", "shop", "replication", spelling);
            assertThat(client.fatal()).isEqualTo("28000");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void agreesOnTheNewestProtocolThatBothSpeak() throws Exception {
        try (RawClient client = RawClient.encrypted(gateway.port())) {
            client.startup(7, "user", "reader", "database", "shop", "_pq_.unknown", "1");
            RawClient.Message negotiation = client.read();
            assertThat(negotiation.type()).isEqualTo('v');
            assertThat(negotiation.text()).startsWith("\0\3\0\2").contains("_pq_.unknown");
            client.login(PASSWORD);
            assertThat(client.secret()).hasSize(32);
        }
        try (RawClient client = RawClient.encrypted(gateway.port())) {
            client.startup(0, "user", "reader", "database", "shop");
            client.login(PASSWORD);
            assertThat(client.secret()).hasSize(4);
        }
    }

    @Test
    void servesWhatTheClientSentAhead() throws Exception {
        try (RawClient client = RawClient.encrypted(gateway.port())) {
            client.startup(0, "user", "reader", "database", "shop");
            client.loginAndQueryAtOnce(PASSWORD, "SELECT 4711");
            assertThat(client.readUntilReady()).contains("4711");
        }
    }

    @Test
    void keepsAnAgentWithinItsSessions() throws Exception {
        try (GatewayFixture narrow = GatewayFixture.to(postgres.port()).sessionsMax(2).start();
                Connection _ = narrow.connect()) {
            try (Connection _ = narrow.connect()) {
                PSQLException refused = catchThrowableOfType(PSQLException.class, narrow::connect);
                assertThat(refused.getSQLState()).isEqualTo("53300");
                assertThat(narrow.count(Counter.REJECTED_AGENT_LIMIT)).isEqualTo(1);
                narrow.connectAs("other", PASSWORD, "shop").close();
            }
            try (Connection again = narrow.connect()) {
                assertThat(value(again, "SELECT 1")).isEqualTo("1");
            }
        }
    }

    private static ExternalProgram.Result psql(ExternalProgram psql, String sslMode) {
        return psql.run(
                List.of(
                        "-XAt",
                        "host=127.0.0.1 port=%d user=reader dbname=shop sslmode=%s"
                                .formatted(gateway.port(), sslMode),
                        "-c",
                        "SELECT 1"),
                Map.of("PGPASSWORD", PASSWORD),
                directory,
                Duration.ofSeconds(20));
    }

    private static String[] verified(String... more) {
        List<String> properties =
                new ArrayList<>(
                        List.of(
                                "sslmode",
                                "verify-full",
                                "sslrootcert",
                                pki.authority().toString()));
        properties.addAll(List.of(more));
        return properties.toArray(String[]::new);
    }

    private static PSQLException refusal(
            String user, String password, String database, String... properties) {
        PSQLException refused =
                catchThrowableOfType(
                        PSQLException.class,
                        () -> gateway.connectAs(user, password, database, properties));
        assertThat((Throwable) refused).isNotNull();
        return refused;
    }

    static String value(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }
}
