package dev.holdfast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real PostgreSQL server on a free port of 127.0.0.1, gone when closed.
///
/// Every role must present a password (SCRAM-SHA-256). The test keeps a way in of its own as
/// superuser ([#sql], [#query], [#contents]), which never passes through what is tested, so that a
/// test can end by looking at the database.
///
/// Durability is off: after [#kill] a restarted server may have lost what was committed last, unless
/// it was started with [Builder#durable].
public final class DisposablePostgres implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int PORT_ATTEMPTS = 5;

    private final Builder configuration;
    private final PostgresBinaries binaries;
    private final Path directory;
    private final Thread shutdownHook;
    private Process process;
    private int port;

    private DisposablePostgres(Builder configuration) throws IOException {
        this.configuration = configuration;
        this.binaries = PostgresBinaries.of(configuration.version);
        this.directory = PostgresDirectories.create();
        copyCluster();
        this.port = configuration.port == 0 ? freePort() : configuration.port;
        this.process = launch(configuration.port == 0);
        this.shutdownHook = new Thread(this::end, "stop-disposable-postgres");
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /// Starts the newest version without TLS.
    public static DisposablePostgres start() {
        return ofVersion(PostgresVersion.newest()).start();
    }

    /// Starts a version without TLS.
    public static DisposablePostgres start(PostgresVersion version) {
        return ofVersion(version).start();
    }

    public static Builder ofVersion(PostgresVersion version) {
        return new Builder(version);
    }

    /// How the server is to run. Without further calls: free port, no TLS, no durability.
    public static final class Builder {
        private final PostgresVersion version;
        private final Map<String, String> settings = new LinkedHashMap<>();
        private boolean requireTls;
        private @Nullable Path certificate;
        private @Nullable Path key;
        private int port;

        private Builder(PostgresVersion version) {
            this.version = version;
            settings.put("fsync", "off");
            settings.put("full_page_writes", "off");
            settings.put("synchronous_commit", "off");
        }

        /// A line of `postgresql.conf`.
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /// Keeps what was committed even when the server is killed, at the price of speed.
        public Builder durable() {
            return setting("fsync", "on")
                    .setting("full_page_writes", "on")
                    .setting("synchronous_commit", "on");
        }

        /// Serves TLS with this certificate chain and PKCS #8 key, both PEM.
        public Builder tls(Path certificateChain, Path privateKey) {
            certificate = certificateChain;
            key = privateKey;
            return this;
        }

        /// Serves TLS, and turns away a client that does not use it.
        public Builder requireTls(Path certificateChain, Path privateKey) {
            requireTls = true;
            return tls(certificateChain, privateKey);
        }

        /// Listens on this port rather than on a free one.
        ///
        /// @param portToUse 1 to 65535, or 0 for a free one
        public Builder port(int portToUse) {
            port = portToUse;
            return this;
        }

        public DisposablePostgres start() {
            try {
                return new DisposablePostgres(this);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start " + version, e);
            }
        }
    }

    public PostgresVersion version() {
        return configuration.version;
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    public String superuser() {
        return PostgresBinaries.SUPERUSER;
    }

    public String superuserPassword() {
        return PostgresBinaries.SUPERUSER_PASSWORD;
    }

    /// `jdbc:postgresql://127.0.0.1:PORT/DATABASE`
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host() + ":" + port + "/" + database;
    }

    /// A connection for the test itself; the caller closes it.
    public Connection connectAsSuperuser(String database) throws SQLException {
        return connect(database, superuser(), superuserPassword());
    }

    /// A direct connection as any role; the caller closes it.
    public Connection connect(String database, String role, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", "holdfast-testkit");
        // The certificate is a throw-away one; what is tested here is never this connection.
        properties.setProperty("sslmode", configuration.requireTls ? "require" : "disable");
        return DriverManager.getConnection(jdbcUrl(database), properties);
    }

    /// Runs statements as superuser in the database `postgres`.
    public void sql(String statements) {
        sqlIn("postgres", statements);
    }

    /// Runs statements as superuser.
    public void sqlIn(String database, String statements) {
        try (Connection connection = connectAsSuperuser(database);
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(statements, e);
        }
    }

    /// Rows as text, read as superuser in the database `postgres`; NULL is null.
    public List<List<@Nullable String>> query(String statement) {
        return queryIn("postgres", statement);
    }

    /// Rows as text, read as superuser; NULL is null.
    public List<List<@Nullable String>> queryIn(String database, String statement) {
        try (Connection connection = connectAsSuperuser(database)) {
            return rows(connection, statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }

    /// The one value of a statement that returns one row with one column.
    ///
    /// @throws IllegalStateException when it returns more, fewer, or NULL
    public String value(String database, String statement) {
        List<List<@Nullable String>> rows = queryIn(database, statement);
        if (rows.size() != 1 || rows.getFirst().size() != 1) {
            throw new IllegalStateException("expected one value, got " + rows + ": " + statement);
        }
        @Nullable String value = rows.getFirst().getFirst();
        if (value == null) {
            throw new IllegalStateException("expected a value, got NULL: " + statement);
        }
        return value;
    }

    /// Creates a role that may log in. `options` as in CREATE ROLE, for example `NOSUPERUSER`.
    public void createRole(String name, String password, String options) {
        sql(
                "CREATE ROLE %s LOGIN PASSWORD '%s' %s"
                        .formatted(quoted(name), password.replace("'", "''"), options));
    }

    public void createDatabase(String name) {
        sql("CREATE DATABASE " + quoted(name));
    }

    /// What the database holds now, as superuser sees it.
    public DatabaseContents contents(String database) {
        try (Connection connection = connectAsSuperuser(database);
                Statement statement = connection.createStatement()) {
            // One snapshot for all tables, and settings on which the text of a value depends.
            statement.execute(
                    """
                    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
                    SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off;
                    SET LOCAL extra_float_digits = 1; SET LOCAL DateStyle = ISO;
                    SET LOCAL TimeZone = 'UTC'; SET LOCAL bytea_output = hex;
                    SET LOCAL IntervalStyle = postgres; SET LOCAL xmlbinary = base64\
                    """);
            Map<String, DatabaseContents.Rows> tables = new TreeMap<>();
            for (List<@Nullable String> table : rows(connection, ContentsQueries.TABLES)) {
                List<@Nullable String> sum =
                        rows(
                                        connection,
                                        "SELECT count(*), coalesce(sum(hashtextextended(t::text,"
                                                + " 0)::numeric), 0) FROM ONLY "
                                                + table.getFirst()
                                                + " t")
                                .getFirst();
                tables.put(
                        String.valueOf(table.getFirst()),
                        new DatabaseContents.Rows(
                                Long.parseLong(String.valueOf(sum.getFirst())),
                                String.valueOf(sum.get(1))));
            }
            String definitions =
                    String.valueOf(
                            rows(connection, ContentsQueries.DEFINITIONS).getFirst().getFirst());
            statement.execute("COMMIT");
            return new DatabaseContents(tables, definitions);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the contents of " + database, e);
        }
    }

    /// Ends the server as a crash would (SIGKILL to the postmaster). Returns when its children, who
    /// notice by themselves, are gone too: until then the shared memory is in use, and a restart fails.
    public void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        awaitEnd();
        children.forEach(child -> child.onExit().orTimeout(10, TimeUnit.SECONDS).join());
    }

    /// Starts the server again on the same port and data after [#kill] or [#stop].
    public void restart() {
        try {
            process = launch(false);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot restart " + version(), e);
        }
    }

    /// Ends the server in an orderly way: sessions are told (57P01) and cut.
    public void stop() {
        signal("INT");
        awaitEnd();
    }

    /// What the server logged.
    public String log() {
        try {
            return Files.readString(directory.resolve("server.log"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the log", e);
        }
    }

    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException _) {
            // The machine is going down: the hook runs anyway, and finds nothing left to do.
        }
    }

    private synchronized void end() {
        if (process.isAlive()) {
            signal("QUIT");
            awaitEnd();
        }
        PostgresDirectories.delete(directory);
    }

    private static List<List<@Nullable String>> rows(Connection connection, String statement)
            throws SQLException {
        try (Statement query = connection.createStatement();
                ResultSet result = query.executeQuery(statement)) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private Path data() {
        return directory.resolve("data");
    }

    private void copyCluster() throws IOException {
        PostgresDirectories.copy(binaries.emptyCluster(), data());
        Map<String, String> settings = new LinkedHashMap<>(configuration.settings);
        if (configuration.certificate != null && configuration.key != null) {
            Files.copy(configuration.certificate, data().resolve("server.crt"));
            Path key = data().resolve("server.key");
            Files.copy(configuration.key, key);
            Files.setPosixFilePermissions(key, PostgresDirectories.OWNER_FILE);
            settings.put("ssl", "on");
        }
        StringBuilder lines = new StringBuilder();
        settings.forEach((name, value) ->
                lines.append(name).append(" = '").append(value.replace("'", "''")).append("'\n"));
        Files.writeString(data().resolve("postgresql.auto.conf"), lines);
        String type = configuration.requireTls ? "hostssl" : "host";
        Files.writeString(
                data().resolve("pg_hba.conf"),
                type
                        + " all all 127.0.0.1/32 scram-sha-256\n"
                        + type
                        + " replication all 127.0.0.1/32 scram-sha-256\n");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process launch(boolean mayMove) throws IOException {
        IOException last = new IOException("not tried");
        for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
            try {
                return launchOnce();
            } catch (PortTaken e) {
                // Somebody took the port between the choice and the start.
                if (!mayMove) {
                    throw e;
                }
                last = e;
                port = freePort();
            }
        }
        throw last;
    }

    private Process launchOnce() throws IOException {
        List<String> command = new ArrayList<>(PostgresBinaries.asOrdinaryUser());
        command.addAll(
                List.of(
                        binaries.program("postgres").toString(),
                        "-D",
                        data().toString(),
                        "-c",
                        "port=" + port,
                        "-c",
                        "listen_addresses=127.0.0.1",
                        "-c",
                        "unix_socket_directories="));
        Path log = directory.resolve("server.log");
        Files.deleteIfExists(data().resolve("postmaster.pid"));
        Files.deleteIfExists(log);
        Process started =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!ready()) {
            if (!started.isAlive()) {
                String text = Files.readString(log);
                throw text.contains("Address already in use")
                        ? new PortTaken(text)
                        : new IOException("PostgreSQL ended at start: " + text);
            }
            if (System.nanoTime() > deadline) {
                started.destroyForcibly();
                throw new IOException(
                        "not ready after " + START_LIMIT + ": " + Files.readString(log));
            }
            pause();
        }
        return started;
    }

    /// The eighth line of `postmaster.pid` says so, which is cheaper than trying to connect.
    private boolean ready() throws IOException {
        Path pid = data().resolve("postmaster.pid");
        if (!Files.exists(pid)) {
            return false;
        }
        List<String> lines = Files.readAllLines(pid);
        return lines.size() >= 8 && lines.get(7).strip().equals("ready");
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(Duration.ofMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while PostgreSQL started", e);
        }
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot signal PostgreSQL", e);
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static final class PortTaken extends IOException {
        private static final long serialVersionUID = 1;

        PortTaken(String message) {
            super(message);
        }
    }
}
