package dev.holdfast.server.demo;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.Pki;
import dev.holdfast.testkit.PostgresVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the demo plays on: a PostgreSQL of its own with the sample, and a gateway before it, with
/// TLS and SCRAM on both sides. Everything is made anew and gone when closed.
final class DemoStage implements AutoCloseable {
    static final String DATABASE = "courses";
    static final String AGENT = "course-helper";

    /// An agent that may delete submissions, a few at a time.
    static final String CLEANER = "course-cleaner";

    /// An agent that may delete submissions when a person has approved it.
    static final String ARCHIVIST = "course-archivist";

    /// Where the console listens unless the port is taken.
    private static final int CONSOLE_PORT = 6490;

    /// How many rows the cleaner may change within an hour.
    static final int CLEANER_ROWS_PER_HOUR = 60;

    /// The role behind the first agent. It has SELECT on the schema `public` and nothing else.
    private static final String UPSTREAM_ROLE = "agent_course_helper";

    private static final String CLEANER_ROLE = "agent_course_cleaner";
    private static final String ARCHIVIST_ROLE = "agent_course_archivist";
    private static final String CAPTURE_ROLE = "holdfast_capture";
    private static final String RESTORE_ROLE = "holdfast_restore";

    private static final Pattern TRANSACTION = Pattern.compile("\"transaction\":\"(txn_[^\"]+)\"");

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path directory;
    private final Pki pki;
    private final DisposablePostgres postgres;
    private final GatewayStarter.Gateway gateway;
    private final int port;
    private final int consolePort;
    private final String password;

    private DemoStage(
            Path directory, Pki pki, DisposablePostgres postgres, GatewayStarter starter, int port)
            throws IOException {
        this.directory = directory;
        this.pki = pki;
        this.postgres = postgres;
        this.port = port;
        this.consolePort = portLike(CONSOLE_PORT);
        this.password = newPassword();
        load();
        this.gateway = starter.start(writeConfiguration());
    }

    /// Raises the stage.
    ///
    /// @param wantedPort where the gateway is to listen; a free port is taken when it is not free
    static DemoStage raise(GatewayStarter starter, int wantedPort) throws IOException {
        Path directory = Files.createTempDirectory("holdfast-demo-");
        @Nullable DisposablePostgres postgres = null;
        try {
            Pki pki = Pki.create(directory);
            postgres =
                    DisposablePostgres.ofVersion(PostgresVersion.newest())
                            .requireTls(pki.certificateChain(), pki.privateKey())
                            .start();
            return new DemoStage(directory, pki, postgres, starter, portLike(wantedPort));
        } catch (IOException | RuntimeException e) {
            if (postgres != null) {
                postgres.close();
            }
            delete(directory);
            throw e;
        }
    }

    /// Where people see and decide; empty where there is no console.
    String console() {
        return gateway.console();
    }

    /// Where a person opens an invite, once; empty where there is no console.
    String invite(String person) throws IOException {
        return gateway.invite(person);
    }

    /// Where the gateway listens.
    int port() {
        return port;
    }

    /// The agent's password, new in every run.
    String password() {
        return password;
    }

    /// The database itself, past the gateway.
    DisposablePostgres postgres() {
        return postgres;
    }

    /// For psql and every other client on libpq.
    String connectionString(String agent) {
        return "postgresql://%s@localhost:%d/%s?sslmode=verify-full&sslrootcert=%s"
                .formatted(agent, port, DATABASE, pki.authority());
    }

    String jdbcUrl() {
        return "jdbc:postgresql://localhost:%d/%s?sslmode=verify-full&sslrootcert=%s"
                .formatted(port, DATABASE, pki.authority());
    }

    Path configuration() {
        return directory.resolve("holdfast.yaml");
    }

    Path recordDirectory() {
        return directory.resolve("record");
    }

    /// All lines of the record so far.
    List<String> record() throws IOException {
        try (Stream<Path> files = Files.list(recordDirectory())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".jsonl"))
                    .sorted()
                    .flatMap(DemoStage::lines)
                    .toList();
        }
    }

    /// Under which the journal has the transactions that committed, in their order.
    List<String> transactions() throws IOException {
        List<String> ids = new ArrayList<>();
        for (String line : record()) {
            Matcher id = TRANSACTION.matcher(line);
            if (line.contains("\"outcome\":\"committing\"") && id.find()) {
                ids.add(id.group(1));
            }
        }
        return ids;
    }

    @Override
    public void close() throws IOException {
        try (postgres) {
            gateway.close();
        } finally {
            delete(directory);
        }
    }

    private void load() throws IOException {
        String secret = upstreamPassword();
        for (String role :
                List.of(UPSTREAM_ROLE, CLEANER_ROLE, ARCHIVIST_ROLE, CAPTURE_ROLE, RESTORE_ROLE)) {
            postgres.createRole(role, secret, "NOSUPERUSER NOINHERIT");
        }
        postgres.createDatabase(DATABASE);
        try (@Nullable InputStream sample = DemoStage.class.getResourceAsStream("sample.sql")) {
            if (sample == null) {
                throw new IOException("sample.sql is missing from the program");
            }
            postgres.sqlIn(DATABASE, new String(sample.readAllBytes(), StandardCharsets.UTF_8));
            postgres.sqlIn(DATABASE, GRANTS);
        }
    }

    /// The role's password is kept in a file that the configuration names, as it should be anywhere.
    private String upstreamPassword() throws IOException {
        Path file = directory.resolve("upstream-password");
        String secret = newPassword();
        Files.createFile(file, OWNER_ONLY);
        Files.writeString(file, secret);
        return secret;
    }

    private static final String GRANTS =
            """
            GRANT CONNECT ON DATABASE %4$s TO %1$s, %2$s, %3$s, %5$s;
            GRANT TEMPORARY ON DATABASE %4$s TO %3$s;
            GRANT USAGE ON SCHEMA public TO %1$s, %2$s, %3$s, %5$s;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO %1$s, %2$s, %3$s, %5$s;
            GRANT DELETE ON submissions, scores TO %1$s, %5$s;
            GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %3$s;
            """
                    .formatted(CLEANER_ROLE, CAPTURE_ROLE, RESTORE_ROLE, DATABASE, ARCHIVIST_ROLE);

    private static final String POLICIES =
            """
            policies:
              - name: cleanup
                read: ["public.*"]
                write:
                  - relations: [public.submissions, public.scores]
                    operations: [delete]
                limits:
                  rows-per-statement: 50
                  rows-per-hour: %d
              - name: archive
                read: ["public.*"]
                write:
                  - relations: [public.submissions, public.scores]
                    operations: [delete]
                hold:
                  kinds: [write]
            """
                    .formatted(CLEANER_ROWS_PER_HOUR);

    private Path writeConfiguration() throws IOException {
        Files.writeString(directory.resolve("policies.yaml"), POLICIES);
        ScramVerifier verifier =
                ScramVerifier.of(
                        password.toCharArray(),
                        ScramVerifier.ITERATIONS_DEFAULT,
                        new SecureRandom());
        Files.writeString(
                configuration(),
                """
                listeners:
                  - host: 127.0.0.1
                    port: %d
                    tls:
                      mode: require
                      certificate: %s
                      key: %s
                databases:
                  - name: %s
                    upstream:
                      host: localhost
                      port: %d
                      database: %s
                      sslmode: verify-full
                      root-certificate: %s
                    capture: {role: %s, password: "${file:%s}"}
                    restore: {role: %s, password: "${file:%s}"}
                agents:
                  - name: %s
                    verifier: '%s'
                    databases:
                      - database: %s
                        role: %s
                        password: ${file:%s}
                  - name: %s
                    verifier: '%s'
                    policy: cleanup
                    databases:
                      - database: %s
                        role: %s
                        password: ${file:%s}
                  - name: %s
                    verifier: '%s'
                    policy: archive
                    databases:
                      - database: %s
                        role: %s
                        password: ${file:%s}
                policy-file: policies.yaml
                undo: {directory: undo}
                store: {file: holdfast.db}
                audit:
                  directory: %s
                admin:
                  port: %d
                console:
                  port: %d
                """
                        .formatted(
                                port,
                                pki.certificateChain(),
                                pki.privateKey(),
                                DATABASE,
                                postgres.port(),
                                DATABASE,
                                pki.authority(),
                                CAPTURE_ROLE,
                                directory.resolve("upstream-password"),
                                RESTORE_ROLE,
                                directory.resolve("upstream-password"),
                                AGENT,
                                verifier.encoded(),
                                DATABASE,
                                UPSTREAM_ROLE,
                                directory.resolve("upstream-password"),
                                CLEANER,
                                verifier.encoded(),
                                DATABASE,
                                CLEANER_ROLE,
                                directory.resolve("upstream-password"),
                                ARCHIVIST,
                                verifier.encoded(),
                                DATABASE,
                                ARCHIVIST_ROLE,
                                directory.resolve("upstream-password"),
                                recordDirectory(),
                                portLike(0),
                                consolePort));
        return configuration();
    }

    private static String newPassword() {
        byte[] bytes = new byte[15];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    private static int portLike(int wanted) throws IOException {
        try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            if (wanted == 0) {
                throw e;
            }
            return portLike(0);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
