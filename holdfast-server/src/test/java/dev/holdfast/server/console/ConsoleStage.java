package dev.holdfast.server.console;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.api.ApiParts;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.people.People;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// A whole Holdfast with its console before a shop, and an agent whose unbounded writes are held.
final class ConsoleStage implements AutoCloseable {
    private static final String PASSWORD = "a long test password";

    private final DisposablePostgres postgres;
    private final HoldfastServer server;
    private @Nullable LiveParts live;

    ConsoleStage(Path directory) throws IOException, ConfigurationException {
        postgres = DisposablePostgres.start();
        for (String role : new String[] {"writer", "twin", "restorer"}) {
            postgres.createRole(role, "upstream", "");
        }
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                """
                CREATE SCHEMA shop;
                GRANT USAGE ON SCHEMA shop TO writer, twin, restorer;
                CREATE TABLE shop.customers (id int PRIMARY KEY, name text, email text);
                CREATE TABLE shop.orders (id int PRIMARY KEY,
                  customer int NOT NULL REFERENCES shop.customers ON DELETE CASCADE);
                GRANT ALL ON ALL TABLES IN SCHEMA shop TO writer, restorer;
                GRANT SELECT ON ALL TABLES IN SCHEMA shop TO twin;
                """);
        refill();
        write(directory.resolve("password"), "upstream", "rw-------");
        write(
                directory.resolve("policies.yaml"),
                """
                policies:
                  - name: writers
                    read: ["shop.*"]
                    write: [{relations: ["shop.*"], operations: [insert, update, delete]}]
                    deny-columns: [shop.customers.email]
                    hold: {unbounded-writes: true, rows-over: 10}
                """,
                "rw-r--r--");
        write(
                directory.resolve("holdfast.yaml"),
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
                    policy: writers
                    databases: [{database: shop, role: writer, password: "${file:password}"}]
                policy-file: policies.yaml
                approvals: {wait: 60s}
                audit: {directory: audit}
                admin: {port: 0}
                console: {port: 0}
                """
                        .formatted(
                                postgres.port(),
                                ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom())
                                        .encoded()),
                "rw-r--r--");
        server =
                HoldfastServer.start(
                        ConfigurationFile.read(directory.resolve("holdfast.yaml")),
                        new ApiParts(
                                parts -> {
                                    live = parts;
                                    return Pages.of(parts);
                                },
                                Pages.ERROR));
    }

    private static void write(Path file, String text, String permissions) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    /// Twenty customers with three orders each.
    void refill() {
        postgres.sqlIn(
                "shop",
                """
                TRUNCATE shop.customers CASCADE;
                INSERT INTO shop.customers
                  SELECT i, 'customer ' || i, 'c' || i || '@example.org' FROM generate_series(1, 20) i;
                INSERT INTO shop.orders SELECT i, 1 + i % 20 FROM generate_series(1, 60) i;
                """);
    }

    /// More customers than were there when a statement was rehearsed.
    void grow() {
        postgres.sqlIn(
                "shop", "INSERT INTO shop.customers SELECT i FROM generate_series(21, 40) i");
    }

    String url() {
        return Objects.requireNonNull(server.consoleUrl());
    }

    People people() {
        return Objects.requireNonNull(live).people();
    }

    ApprovalBook book() {
        return server.approvals();
    }

    /// What waits for a person, once it does.
    Held waiting() throws ApprovalException, InterruptedException {
        for (int attempt = 0; attempt < 300; attempt++) {
            List<Held> pending = book().pending();
            if (!pending.isEmpty()) {
                return pending.getFirst();
            }
            Thread.sleep(100);
        }
        throw new AssertionError("nothing is held");
    }

    /// Lets the agent run a statement on a thread of its own.
    ///
    /// @return how many rows it says it changed; fails with what the agent is told
    CompletableFuture<Integer> agentRuns(String sql) {
        return CompletableFuture.supplyAsync(() -> {
            try (Connection agent =
                            DriverManager.getConnection(
                                    "jdbc:postgresql://127.0.0.1:%d/shop"
                                            .formatted(server.addresses().getFirst().getPort()),
                                    "agent",
                                    PASSWORD);
                    Statement statement = agent.createStatement()) {
                return statement.executeUpdate(sql);
            } catch (SQLException e) {
                throw new CompletionException(e);
            }
        });
    }

    /// Rows of a table, asked of PostgreSQL itself.
    long count(String table) throws SQLException {
        try (Connection connection = postgres.connectAsSuperuser("shop");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() {
        server.close();
        postgres.close();
    }
}
