package dev.holdfast.server.console;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.api.ApiParts;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
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
    private final Path store;
    private @Nullable LiveParts live;

    ConsoleStage(Path directory) throws IOException, ConfigurationException {
        postgres = DisposablePostgres.start();
        store = directory.resolve("audit/holdfast.db");
        for (String role : new String[] {"writer", "twin", "restorer"}) {
            postgres.createRole(role, "upstream", "");
        }
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                """
                CREATE SCHEMA crm;
                CREATE TABLE crm.accounts (id int PRIMARY KEY);
                CREATE TABLE crm.notes (id int PRIMARY KEY, account int REFERENCES crm.accounts ON DELETE CASCADE);
                CREATE TABLE crm.replies (id int PRIMARY KEY, note int REFERENCES crm.notes ON DELETE CASCADE);
                CREATE TABLE crm.tasks (id int PRIMARY KEY, account int REFERENCES crm.accounts ON DELETE SET NULL);
                CREATE TABLE crm.log (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int);
                CREATE FUNCTION crm.write_log() RETURNS trigger LANGUAGE plpgsql AS
                  'BEGIN INSERT INTO crm.log (gone) VALUES (old.id); RETURN NULL; END';
                CREATE TRIGGER keep_log AFTER DELETE ON crm.notes FOR EACH ROW EXECUTE FUNCTION crm.write_log();
                INSERT INTO crm.accounts SELECT generate_series(1, 12);
                INSERT INTO crm.notes SELECT i, 1 + i % 12 FROM generate_series(1, 36) i;
                INSERT INTO crm.replies SELECT i, 1 + i % 36 FROM generate_series(1, 40) i;
                INSERT INTO crm.tasks SELECT i, i % 12 + 1 FROM generate_series(1, 5) i;
                GRANT USAGE ON SCHEMA crm TO writer, twin, restorer;
                GRANT ALL ON ALL TABLES IN SCHEMA crm TO writer, restorer;
                GRANT SELECT ON ALL TABLES IN SCHEMA crm TO twin;
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
                    read: ["shop.*", "crm.*"]
                    write: [{relations: ["shop.*", "crm.*"], operations: [insert, update, delete]}]
                    deny-columns: [shop.customers.email]
                    hold: {unbounded-writes: true, rows-over: 10}
                    approval: {four-eyes: {rows-over: 90}}
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

    /// What a command line asked for that listens nowhere.
    String asking(String user) throws PeopleException {
        return people().browserLogins().ask(user, "A".repeat(43), 0, "198.51.100.9").request();
    }

    AccessBook access() {
        return Objects.requireNonNull(live).access();
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

    /// As a gateway leaves an approval of which nobody can say how it ended.
    void leaveInDoubt(Held held) throws SQLException {
        update(
                "UPDATE approval SET state = 'ambiguous', gateway = (SELECT gateway FROM gateway_beat)"
                        + " WHERE id = ?",
                held);
    }

    /// Lets the time of an approval pass, as it stands in the store.
    void letExpire(Held held) throws SQLException {
        update("UPDATE approval SET expires_at = asked_at + 1 WHERE id = ?", held);
    }

    private void update(String sql, Held held) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, held.id());
            if (update.executeUpdate() != 1) {
                throw new AssertionError("the store does not have " + held.id());
            }
        }
    }

    /// Logs in as an agent, or as a grant.
    Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop"
                        .formatted(server.addresses().getFirst().getPort()),
                user,
                password);
    }

    /// Lets the agent run a statement on a thread of its own.
    ///
    /// @return how many rows it says it changed; fails with what the agent is told
    CompletableFuture<Integer> agentRuns(String sql) {
        return CompletableFuture.supplyAsync(() -> {
            try (Connection agent = connect("agent", PASSWORD);
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
