package dev.holdfast.server.composition;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.web.ErrorPage;
import dev.holdfast.server.web.Routes;
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
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// A shop in PostgreSQL, with the roles that Holdfast needs to give access to it, and gateways before it.
final class AccessStage {
    static final String PASSWORD = "a long test password";

    private static final String SHOP =
            """
            CREATE TABLE orders (id serial PRIMARY KEY, note text, card text);
            CREATE TABLE items (id int PRIMARY KEY);
            CREATE TABLE "Odd ""name" (id int PRIMARY KEY);
            INSERT INTO orders (note, card) SELECT 'n', 'c' FROM generate_series(1, 100);
            GRANT SELECT ON orders, items TO reader, twin;
            GRANT ALL ON orders, items, "Odd ""name" TO giver WITH GRANT OPTION;
            GRANT ALL ON SEQUENCE orders_id_seq TO giver WITH GRANT OPTION;
            GRANT USAGE ON SCHEMA public TO giver WITH GRANT OPTION;
            """;

    private static final String POLICIES =
            """
            policies:
              - name: base
                read: [public.items]
                deny-columns: [public.orders.card]
                functions: [pg_catalog.pg_sleep]
            """;

    final DisposablePostgres postgres;
    private final Path directory;

    AccessStage(DisposablePostgres postgres, Path directory) throws IOException {
        this.postgres = postgres;
        this.directory = directory;
        postgres.createRole("reader", "upstream", "NOSUPERUSER");
        postgres.createRole("twin", "upstream", "NOSUPERUSER");
        postgres.createRole("giver", "upstream", "NOSUPERUSER CREATEROLE");
        postgres.createDatabase("shop");
        postgres.sqlIn("shop", SHOP);
        write("password", "upstream", "rw-------");
        write("policies.yaml", POLICIES, "rw-r--r--");
    }

    /// A gateway that runs, and the access to it.
    record Running(HoldfastServer server, LiveParts parts) implements AutoCloseable {
        AccessBook book() {
            return parts.access();
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /// @param name of its own directory
    /// @param store the setting `store`; empty for a file in its directory
    /// @param accessRole whether the database has one
    Running start(String name, String store, boolean accessRole)
            throws IOException, ConfigurationException {
        String verifier =
                ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom()).encoded();
        write(
                name + ".yaml",
                """
                listeners: [{host: 127.0.0.1, port: 0, tls: {mode: disable}}]
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                    catalog-refresh: 1s
                    capture: {role: twin, password: "${file:password}"}
                    %s
                agents:
                  - name: analyst
                    verifier: %s
                    policy: base
                    sessions-max: 1000
                    databases: [{database: shop, role: reader, password: "${file:password}"}]
                policy-file: policies.yaml
                audit: {directory: %s}
                admin: {host: 127.0.0.1, port: 0}
                console: {host: 127.0.0.1, port: 0}
                %s
                """
                        .formatted(
                                postgres.port(),
                                accessRole
                                        ? "access: {role: giver, password: \"${file:password}\"}"
                                        : "",
                                verifier,
                                name,
                                store),
                "rw-r--r--");
        AtomicReference<@Nullable LiveParts> captured = new AtomicReference<>();
        HoldfastServer server =
                HoldfastServer.start(
                        ConfigurationFile.read(directory.resolve(name + ".yaml")),
                        new ConsoleParts() {
                            @Override
                            public List<Routes> routes(LiveParts parts) {
                                captured.set(parts);
                                return List.of();
                            }

                            @Override
                            public ErrorPage errorPage() {
                                return ConsoleParts.NONE.errorPage();
                            }
                        });
        return new Running(server, Objects.requireNonNull(captured.get()));
    }

    private void write(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    static Connection connect(Running gateway, String user, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable&connectTimeout=20"
                        .formatted(gateway.server.addresses().getFirst().getPort()),
                user,
                password);
    }

    static Connection connect(Running gateway, IssuedGrant issued) throws SQLException {
        return connect(gateway, issued.grant().id(), issued.password());
    }

    static IssuedGrant grant(Running gateway, GrantTerms terms) throws AccessException {
        return gateway.book().createGrant("anna", order(terms, Duration.ofMinutes(5)));
    }

    static GrantOrder order(GrantTerms terms, Duration time) throws AccessException {
        return GrantOrder.of(
                "analyst",
                "shop",
                "clean up test orders",
                "ticket 17",
                terms,
                time,
                Duration.ofHours(1));
    }

    static int run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }

    /// The rule of a refusal.
    static String rule(SQLException refused) {
        ServerErrorMessage message =
                refused instanceof PSQLException error ? error.getServerErrorMessage() : null;
        return message == null || message.getConstraint() == null
                ? "no refusal: " + refused.getMessage()
                : String.valueOf(message.getConstraint());
    }

    static String refusal(Connection connection, String sql) {
        try {
            run(connection, sql);
            return "ran";
        } catch (SQLException e) {
            return rule(e);
        }
    }

    List<List<@Nullable String>> grantRoles() {
        return postgres.query(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE 'holdfast\\_gr\\_%' ORDER BY 1");
    }
}
