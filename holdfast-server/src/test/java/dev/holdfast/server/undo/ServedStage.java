package dev.holdfast.server.undo;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.composition.OfflineUndo;
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
import java.util.Properties;

/// A whole Holdfast before a database `shop`, as its configuration file starts it: an agent that may write
/// in the schema of that name, a capture role, a restoring role.
public final class ServedStage implements AutoCloseable {
    private static final String PASSWORD = "a long test password";
    private static final String VERIFIER =
            ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom()).encoded();

    private final Path directory;
    private final HoldfastServer server;

    private ServedStage(Path directory, HoldfastServer server) {
        this.directory = directory;
        this.server = server;
    }

    /// The roles and the empty schema; once for each PostgreSQL.
    public static void prepare(DisposablePostgres postgres) {
        postgres.createRole("agent", "upstream", "NOSUPERUSER");
        postgres.createRole("twin", "upstream", "BYPASSRLS");
        postgres.createRole("restorer", "upstream", "BYPASSRLS");
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                """
                GRANT SET ON PARAMETER session_replication_role TO restorer;
                CREATE SCHEMA shop; GRANT USAGE ON SCHEMA shop TO agent, twin, restorer;
                ALTER DEFAULT PRIVILEGES IN SCHEMA shop
                  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO agent, restorer;
                ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO twin;
                ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT ALL ON SEQUENCES TO agent;
                ALTER ROLE agent SET search_path = shop;
                ALTER ROLE agent SET lock_timeout = '300ms';
                """);
    }

    /// Starts it.
    ///
    /// @param directory of its own, empty
    /// @param policy what the agent's policy says besides its name, in YAML's flow style
    public static ServedStage start(DisposablePostgres postgres, Path directory, String policy)
            throws IOException, ConfigurationException {
        Files.createDirectories(directory);
        write(directory, "password", "upstream", "rw-------");
        write(
                directory,
                "policies.yaml",
                "policies: [{name: agents, " + policy + "}]\n",
                "rw-r--r--");
        write(
                directory,
                "holdfast.yaml",
                """
                listeners: [{port: 0, tls: {mode: disable}}]
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                    capture: {role: twin, password: "${file:password}"}
                    restore: {role: restorer, password: "${file:password}"}
                agents:
                  - name: agent
                    verifier: "%s"
                    policy: agents
                    databases: [{database: shop, role: agent, password: "${file:password}"}]
                policy-file: policies.yaml
                audit: {directory: audit}
                admin: {port: 0}
                """
                        .formatted(postgres.port(), VERIFIER),
                "rw-r--r--");
        Path file = directory.resolve("holdfast.yaml");
        return new ServedStage(directory, HoldfastServer.start(ConfigurationFile.read(file)));
    }

    private static void write(Path directory, String name, String text, String mode)
            throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    /// A session of the agent's.
    ///
    /// @param mode pgjdbc's `preferQueryMode`
    public Connection connect(String mode) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "agent");
        properties.setProperty("password", PASSWORD);
        properties.setProperty("sslmode", "disable");
        properties.setProperty("preferQueryMode", mode);
        // So that one that waits for ever fails instead.
        properties.setProperty("socketTimeout", "60");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop"
                        .formatted(server.addresses().getFirst().getPort()),
                properties);
    }

    /// The file that it was started with.
    public Path configuration() {
        return directory.resolve("holdfast.yaml");
    }

    /// Undoing as `holdfast undo apply` does it.
    OfflineUndo undo() throws ConfigurationException, IOException {
        return OfflineUndo.open(configuration());
    }

    @Override
    public void close() {
        server.close();
    }
}
