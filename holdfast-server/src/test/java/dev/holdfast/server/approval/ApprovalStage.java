package dev.holdfast.server.approval;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.people.StoredPeople;
import dev.holdfast.testkit.DisposablePostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// A whole Holdfast before a shop, whose policy holds what is unbounded and what destroys.
final class ApprovalStage implements AutoCloseable {
    static final String PASSWORD = "a long test password";
    static final Person ANN = new Person("ann", Set.of(Role.REVIEWER));
    static final Person BOB = new Person("bob", Set.of(Role.REVIEWER));
    static final Person CARL = new Person("carl", Set.of(Role.VIEWER, Role.OPERATOR));
    static final Person OWNER = new Person("olga", Set.of(Role.OWNER));

    /// What holds, and little else; `%s` takes more.
    static final String POLICY =
            """
            policies:
              - name: writers
                read: ["shop.*"]
                write: [{relations: ["shop.*"], operations: [insert, update, delete]}]
                deny-columns: [shop.customers.email]
                hold: {kinds: [destroy], unbounded-writes: true, rows-over: 10}
                functions: [shop.named]
            %s
            """;

    final DisposablePostgres postgres;
    private final Path directory;
    private HoldfastServer server;

    ApprovalStage(Path directory) throws IOException, ConfigurationException {
        this.directory = directory;
        postgres = DisposablePostgres.start();
        for (String role : new String[] {"writer", "writer2", "twin", "restorer"}) {
            postgres.createRole(role, "upstream", "");
        }
        postgres.sql("CREATE ROLE keeper NOLOGIN; GRANT keeper TO restorer");
        postgres.createDatabase("shop");
        postgres.sqlIn(
                "shop",
                """
                GRANT CREATE ON DATABASE shop TO restorer;
                CREATE SCHEMA shop AUTHORIZATION keeper;
                GRANT USAGE ON SCHEMA shop TO writer, writer2, twin;
                SET ROLE keeper;
                CREATE TABLE shop.customers (id int PRIMARY KEY, name text, email text);
                CREATE TABLE shop.orders (id int PRIMARY KEY,
                  customer int NOT NULL REFERENCES shop.customers ON DELETE CASCADE);
                CREATE TABLE shop.old (id int PRIMARY KEY);
                CREATE VIEW shop.few AS SELECT id, name FROM shop.customers WHERE name < 'zzz';
                CREATE FUNCTION shop.named() RETURNS text LANGUAGE plpgsql IMMUTABLE
                  AS 'BEGIN RETURN ''fff''; END';
                GRANT ALL ON ALL TABLES IN SCHEMA shop TO writer, writer2;
                GRANT SELECT ON ALL TABLES IN SCHEMA shop TO twin;
                """);
        refill();
        write("password", "upstream", "rw-------");
        policy("");
        write(
                "holdfast.yaml",
                """
                listeners: [{port: 0, tls: {mode: disable}}]
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                    catalog-refresh: 1s
                    capture: {role: twin, password: "${file:password}"}
                    restore: {role: restorer, password: "${file:password}"}
                agents:
                  - name: agent
                    verifier: "%s"
                    policy: writers
                    databases: [{database: shop, role: writer, password: "${file:password}"}]
                  - name: other
                    verifier: "%s"
                    policy: writers
                    databases: [{database: shop, role: writer2, password: "${file:password}"}]
                policy-file: policies.yaml
                approvals: {wait: 6s}
                audit: {directory: audit}
                admin: {port: 0}
                """
                        .formatted(postgres.port(), verifier(), verifier()),
                "rw-r--r--");
        server = HoldfastServer.start(ConfigurationFile.read(directory.resolve("holdfast.yaml")));
        StoredPeople.put(
                "jdbc:sqlite:" + directory.resolve("audit/holdfast.db"), ANN, BOB, CARL, OWNER);
    }

    private static String verifier() {
        return ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom()).encoded();
    }

    /// Makes the rows what they were.
    void refill() {
        postgres.sqlIn(
                "shop",
                """
                TRUNCATE shop.customers CASCADE;
                INSERT INTO shop.customers
                  SELECT i, 'customer ' || i, 'c' || i || '@example.org' FROM generate_series(1, 20) i;
                INSERT INTO shop.orders SELECT i, i % 20 + 1 FROM generate_series(1, 60) i;
                INSERT INTO shop.old SELECT generate_series(1, 5) ON CONFLICT DO NOTHING;
                """);
    }

    /// Puts a policy in force, and waits until it is.
    void policy(String more) throws IOException {
        write("policies.yaml", POLICY.formatted(more), "rw-r--r--");
    }

    private void write(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    /// Ends it and starts it again.
    void restart() throws IOException, ConfigurationException {
        server.close();
        server = HoldfastServer.start(ConfigurationFile.read(directory.resolve("holdfast.yaml")));
    }

    HoldfastServer server() {
        return server;
    }

    ApprovalBook book() {
        return server.approvals();
    }

    int port() {
        return server.addresses().getFirst().getPort();
    }

    Connection connect(String agent) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable".formatted(port()),
                agent,
                PASSWORD);
    }

    long rows(String table) {
        return Long.parseLong(postgres.value("shop", "SELECT count(*) FROM shop." + table));
    }

    /// The only one that waits, as soon as there is one.
    Held waiting() throws ApprovalException {
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (Instant.now().isBefore(end)) {
            if (!book().pending().isEmpty()) {
                return book().pending().getFirst();
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("nothing waits");
    }

    /// As it is now.
    Held found(Held held) throws ApprovalException {
        return Objects.requireNonNull(book().find(held.id()));
    }

    static Proof proof(Person person) {
        return new Proof(Proof.Kind.TOTP, person.name(), "totp", "{}", System.currentTimeMillis());
    }

    Held approve(Held held, Person person) throws ApprovalException {
        return book().approve(held.id(), person, proof(person), held.phrase());
    }

    @Override
    public void close() {
        server.close();
        postgres.close();
    }
}
