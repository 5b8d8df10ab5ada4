package dev.holdfast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultRelayIT {
    private static DisposablePostgres postgres;
    private static Pki pki;

    @BeforeAll
    static void start(@TempDir Path directory) {
        pki = Pki.create(directory);
        postgres =
                DisposablePostgres.ofVersion(PostgresVersion.newest())
                        .requireTls(pki.certificateChain(), pki.privateKey())
                        .start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    private static Connection through(FaultRelay relay) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://localhost:"
                        + relay.port()
                        + "/postgres?sslmode=verify-full&sslrootcert="
                        + pki.authority(),
                postgres.superuser(),
                postgres.superuserPassword());
    }

    @Test
    void passesTlsAndDataUnchangedInPieces() throws SQLException {
        try (FaultRelay relay = FaultRelay.to("127.0.0.1", postgres.port())) {
            relay.split(7);
            try (Connection connection = through(relay);
                    Statement statement = connection.createStatement();
                    ResultSet result =
                            statement.executeQuery(
                                    "SELECT repeat('x', 20000), ssl FROM pg_stat_ssl"
                                            + " WHERE pid = pg_backend_pid()")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getString(1)).hasSize(20_000);
                assertThat(result.getBoolean(2)).isTrue();
            }
            assertThat(relay.fromTargetBytes()).isGreaterThan(20_000);
        }
    }

    @Test
    void cutsInTheMiddleOfAnAnswer() throws SQLException {
        try (FaultRelay relay = FaultRelay.to("127.0.0.1", postgres.port());
                Connection connection = through(relay);
                Statement statement = connection.createStatement()) {
            relay.cutAfter(50_000);
            assertThatThrownBy(() -> statement.executeQuery("SELECT repeat('x', 200000)"))
                    .isInstanceOf(SQLException.class);
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void holdsBackWhileStalled() throws SQLException {
        try (FaultRelay relay = FaultRelay.to("127.0.0.1", postgres.port());
                Connection connection = through(relay)) {
            relay.stall();
            assertThat(connection.isValid(1)).isFalse();
        }
        try (FaultRelay relay = FaultRelay.to("127.0.0.1", postgres.port());
                Connection connection = through(relay)) {
            relay.delay(Duration.ofMillis(5));
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
