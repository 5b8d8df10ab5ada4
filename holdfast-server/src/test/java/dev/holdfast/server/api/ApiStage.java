package dev.holdfast.server.api;

import static org.awaitility.Awaitility.await;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.composition.ConsoleParts;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.people.Enrolment;
import dev.holdfast.server.people.Invite;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.ErrorPage;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SoftwarePasskey;
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
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A whole Holdfast before a shop, with a console and the people who use it.
public final class ApiStage implements AutoCloseable {
    static final String AGENT_PASSWORD = "a long test password";
    public static final String PASSWORD = "correct horse battery staple";

    final DisposablePostgres postgres;
    public final HoldfastServer server;
    final RouteTable table = new RouteTable();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;
    private @Nullable LiveParts live;

    public ApiStage(Path directory) throws IOException, ConfigurationException {
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
                GRANT USAGE ON SCHEMA shop TO writer, writer2, twin, restorer;
                SET ROLE keeper;
                CREATE TABLE shop.customers (id int PRIMARY KEY, name text, email text);
                INSERT INTO shop.customers
                  SELECT i, 'customer ' || i, 'c' || i || '@example.org' FROM generate_series(1, 20) i;
                CREATE TABLE shop.old (id int PRIMARY KEY);
                GRANT ALL ON ALL TABLES IN SCHEMA shop TO writer, writer2, restorer;
                GRANT SELECT ON ALL TABLES IN SCHEMA shop TO twin;
                """);
        write("password", "upstream", "rw-------");
        write(
                "policies.yaml",
                """
                policies:
                  - name: writers
                    read: ["shop.*"]
                    write: [{relations: ["shop.*"], operations: [insert, update, delete]}]
                    deny-columns: [shop.customers.email]
                    hold: {kinds: [destroy], unbounded-writes: true, rows-over: 10}
                """,
                "rw-r--r--");
        write(
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
                    policy: writers
                    databases: [{database: shop, role: writer, password: "${file:password}"}]
                  - name: other
                    verifier: "%s"
                    policy: writers
                    databases: [{database: shop, role: writer2, password: "${file:password}"}]
                policy-file: policies.yaml
                approvals: {wait: 60s}
                audit: {directory: audit}
                admin: {port: 0}
                console: {port: 0}
                """
                        .formatted(postgres.port(), verifier(), verifier()),
                "rw-r--r--");
        server =
                HoldfastServer.start(
                        ConfigurationFile.read(directory.resolve("holdfast.yaml")),
                        new ConsoleParts() {
                            @Override
                            public List<Routes> routes(LiveParts parts) {
                                live = parts;
                                List<Routes> routes =
                                        new ApiParts(_ -> List.of(), errorPage()).routes(parts);
                                routes.forEach(each -> each.add(table));
                                return routes;
                            }

                            @Override
                            public ErrorPage errorPage() {
                                return ConsoleParts.NONE.errorPage();
                            }
                        });
    }

    private static String verifier() {
        return ScramVerifier.of(AGENT_PASSWORD.toCharArray(), 4_096, new SecureRandom()).encoded();
    }

    /// As a gateway leaves an approval that is too old for its journal to say how it ended.
    public void leaveInDoubt(String approval) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + directory.resolve("audit/holdfast.db"));
                PreparedStatement update =
                        connection.prepareStatement(
                                "UPDATE approval SET state = 'ambiguous', asked_at = 0,"
                                        + " gateway = (SELECT gateway FROM gateway_beat) WHERE id = ?")) {
            update.setString(1, approval);
            if (update.executeUpdate() != 1) {
                throw new AssertionError("the store does not have " + approval);
            }
        }
    }

    private void write(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    public String url() {
        return Objects.requireNonNull(server.consoleUrl());
    }

    People people() {
        return Objects.requireNonNull(live).people();
    }

    LiveParts live() {
        return Objects.requireNonNull(live);
    }

    /// Runs a statement as an agent.
    ///
    /// @return `ok`, or SQLSTATE and message
    CompletableFuture<String> inBackground(String agent, String sql) {
        CompletableFuture<String> done = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try (Connection connection = connect(agent);
                            Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                        done.complete("ok");
                    } catch (SQLException e) {
                        done.complete(e.getSQLState() + " " + e.getMessage());
                    }
                });
        return done;
    }

    /// The id of the one approval that waits, once it does.
    String waiting() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> server.approvals().pending().size() == 1);
        try {
            return server.approvals().pending().getFirst().id();
        } catch (ApprovalException e) {
            throw new AssertionError(e);
        }
    }

    /// Somebody who has both a passkey and an app.
    public record Someone(String name, AuthenticatorApp app, SoftwarePasskey passkey) {}

    public Someone enrol(String name, Role... roles) throws PeopleException, InterruptedException {
        Invite invite = people().invite("test", name, Set.of(roles));
        Enrolment enrolment = people().enrolment(invite.token());
        AuthenticatorApp app = new AuthenticatorApp(enrolment.totpSecret());
        SoftwarePasskey passkey = new SoftwarePasskey(url(), "localhost", new SecureRandom());
        people().enrol(
                        invite.token(),
                        PASSWORD,
                        app.code(),
                        passkey.create(enrolment.passkeyOptions()));
        return new Someone(name, app, passkey);
    }

    /// A session by a passkey.
    public String token(Someone someone) throws IOException, JsonTree.MalformedException {
        String options =
                JsonText.indented(
                        call("POST", "/api/v1/login/passkey/options", "", Map.of())
                                .json()
                                .getOrDefault("publicKey", Map.of()));
        Answer answer =
                call(
                        "POST",
                        "/api/v1/login/passkey",
                        "",
                        Map.of("assertion", JsonTree.object(someone.passkey().get(options))));
        return String.valueOf(answer.json().get("token"));
    }

    /// An answer of the interface.
    record Answer(int status, String text) {
        Map<String, Object> json() {
            try {
                return text.isEmpty() ? Map.of() : JsonTree.object(text);
            } catch (JsonTree.MalformedException e) {
                throw new AssertionError(text, e);
            }
        }

        String errorCode() {
            return json().get("error") instanceof Map<?, ?> error
                    ? String.valueOf(error.get("code"))
                    : "";
        }
    }

    /// Calls the interface.
    ///
    /// @param authorization a session's token, `Basic …`, or empty for nobody's
    Answer call(
            String method, String path, String authorization, @Nullable Map<String, Object> body)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path));
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(JsonText.indented(body)));
        }
        if (!authorization.isEmpty()) {
            request.header(
                    "Authorization",
                    authorization.startsWith("Basic ") ? authorization : "Bearer " + authorization);
        }
        try {
            HttpResponse<String> response =
                    http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    public Connection connect(String agent) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop?sslmode=disable"
                        .formatted(server.addresses().getFirst().getPort()),
                agent,
                AGENT_PASSWORD);
    }

    @Override
    public void close() {
        http.close();
        server.close();
        postgres.close();
    }
}
