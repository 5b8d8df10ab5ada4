package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;

/// Writes through a whole Holdfast: what commits is in the journal, what is not in the journal does not
/// commit.
class KeptWritesIT {
    private static final String PASSWORD = "a long test password";

    @TempDir private Path directory;
    private DisposablePostgres postgres;

    @BeforeEach
    void startPostgres() throws IOException {
        postgres = DisposablePostgres.start();
        postgres.createRole("writer", "upstream", "NOSUPERUSER");
        postgres.createRole("twin", "upstream", "NOSUPERUSER");
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                """
                CREATE TABLE orders (id int PRIMARY KEY, note text);
                CREATE TABLE lines (id int PRIMARY KEY,
                  orders int REFERENCES orders ON DELETE CASCADE);
                CREATE TABLE unseen (id int PRIMARY KEY, n int);
                INSERT INTO orders SELECT i, 'secret note' FROM generate_series(1, 50) i;
                INSERT INTO lines SELECT i, i % 50 + 1 FROM generate_series(1, 150) i;
                INSERT INTO unseen VALUES (1, 1);
                GRANT ALL ON orders, lines, unseen TO writer;
                GRANT SELECT ON orders, lines TO twin;
                """);
        write("password", "upstream", "rw-------");
        write(
                "policies.yaml",
                "policies: [{name: writers, read: [public.*], write: [{relations: [public.*],"
                        + " operations: [insert, update, delete]}]}]\n",
                "rw-r--r--");
    }

    @AfterEach
    void stopPostgres() {
        postgres.close();
    }

    @Test
    void whatCommitsIsInTheJournal() throws SQLException, IOException, ConfigurationException {
        try (HoldfastServer server = start("twin");
                Connection agent = connect(server)) {
            run(agent, "UPDATE orders SET note = 'x' WHERE id = 7");
            run(agent, "DELETE FROM orders WHERE id = 8");
            assertThat(postgres.value("shop", "SELECT count(*) FROM lines")).isEqualTo("147");
            assertThat(postgres.value("shop", "SELECT note FROM orders WHERE id = 7"))
                    .isEqualTo("x");
            assertThat(journal()).hasSize(2);
            run(agent, "SELECT count(*) FROM orders");
            assertThat(journal()).hasSize(2);
        }
    }

    @Test
    void whatCannotBeKeptDoesNotCommit() throws SQLException, IOException, ConfigurationException {
        try (HoldfastServer server = start("twin");
                Connection agent = connect(server)) {
            assertThat(rule(agent, "UPDATE unseen SET n = 2 WHERE id = 1"))
                    .isEqualTo("guarded.not-captured");
            assertThat(postgres.value("shop", "SELECT n FROM unseen")).isEqualTo("1");
            run(agent, "UPDATE orders SET note = 'y' WHERE id = 9");
            assertThat(journal()).hasSize(1);
        }
    }

    @Test
    void nothingIsWrittenWithTheHelpOfARoleThatMayWrite()
            throws SQLException, IOException, ConfigurationException {
        try (HoldfastServer server = start(postgres.superuser());
                Connection agent = connect(server)) {
            assertThat(rule(agent, "UPDATE orders SET note = 'x' WHERE id = 7"))
                    .isEqualTo("guarded.unavailable");
            run(agent, "SELECT count(*) FROM orders");
        }
    }

    private List<Path> journal() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("audit").resolve("undo"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("txn_"))
                    .map(file -> Path.of(file.getFileName().toString().replaceAll("\\..*", "")))
                    .distinct()
                    .toList();
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String rule(Connection connection, String sql) {
        PSQLException thrown =
                catchThrowableOfType(PSQLException.class, () -> run(connection, sql));
        return thrown.getServerErrorMessage() == null
                ? thrown.toString()
                : String.valueOf(thrown.getServerErrorMessage().getConstraint());
    }

    private static Connection connect(HoldfastServer server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable"
                        .formatted(server.addresses().getFirst().getPort()),
                "agent",
                PASSWORD);
    }

    private void write(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private HoldfastServer start(String captureRole) throws IOException, ConfigurationException {
        String verifier =
                ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom()).encoded();
        write(
                "capture",
                captureRole.equals("twin") ? "upstream" : postgres.superuserPassword(),
                "rw-------");
        write(
                "holdfast.yaml",
                """
                listeners: [{port: 0, tls: {mode: disable}}]
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                    capture: {role: %s, password: "${file:capture}"}
                agents:
                  - name: agent
                    verifier: "%s"
                    policy: writers
                    databases: [{database: shop, role: writer, password: "${file:password}"}]
                policy-file: policies.yaml
                audit: {directory: audit}
                admin: {port: 0}
                """
                        .formatted(postgres.port(), captureRole, verifier),
                "rw-r--r--");
        return HoldfastServer.start(ConfigurationFile.read(directory.resolve("holdfast.yaml")));
    }
}
