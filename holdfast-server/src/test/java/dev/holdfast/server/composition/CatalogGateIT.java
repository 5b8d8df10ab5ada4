package dev.holdfast.server.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
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
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/// What only the catalog shows, through the whole program as a user starts it: objects whose reading
/// does more than read are refused, and while the catalog cannot be read nothing runs.
@SideBySide
class CatalogGateIT {
    private static final String SCHEMA =
            """
            CREATE TABLE public.customer (id int, name text);
            INSERT INTO public.customer SELECT n, 'customer ' || n FROM generate_series(1, 10) n;
            CREATE FUNCTION public.audit(int) RETURNS int LANGUAGE sql VOLATILE AS
              'SELECT 1 FROM pg_catalog.pg_advisory_lock(42)';
            CREATE VIEW public.spying AS SELECT id, public.audit(id) FROM public.customer;

            CREATE FOREIGN DATA WRAPPER elsewhere;
            CREATE SERVER there FOREIGN DATA WRAPPER elsewhere;
            CREATE FOREIGN TABLE public.remote (id int) SERVER there;
            CREATE VIEW public.over_remote AS SELECT * FROM public.remote;

            CREATE TYPE public.mood;
            CREATE FUNCTION public.mood_in(cstring) RETURNS public.mood
              LANGUAGE internal IMMUTABLE STRICT AS 'textin';
            CREATE FUNCTION public.mood_out(public.mood) RETURNS cstring
              LANGUAGE internal IMMUTABLE STRICT AS 'textout';
            CREATE TYPE public.mood (INPUT = public.mood_in, OUTPUT = public.mood_out, LIKE = text);

            CREATE TABLE public.derived (
              id int, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL, upper_name text
                GENERATED ALWAYS AS (upper(id::text)) VIRTUAL);
            INSERT INTO public.derived (id) VALUES (21);
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
            """;

    @TempDir private Path directory;
    private DisposablePostgres postgres;

    @BeforeEach
    void start() {
        postgres = DisposablePostgres.ofVersion(PostgresVersion.newest()).start();
        postgres.createDatabase("shop");
        postgres.sqlIn("shop", SCHEMA);
        postgres.createRole("first", "upstream", "");
        postgres.createRole("second", "upstream", "");
    }

    @AfterEach
    void stop() {
        assertThat(postgres.value("shop", "SELECT count(*) FROM customer")).isEqualTo("10");
        postgres.close();
    }

    private HoldfastServer serve() throws IOException, ConfigurationException {
        String verifier =
                ScramVerifier.of(
                                "pw".toCharArray(),
                                ScramVerifier.ITERATIONS_DEFAULT,
                                new SecureRandom())
                        .encoded();
        Path secret = Files.writeString(directory.resolve("secret"), "upstream");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Path file =
                Files.writeString(
                        directory.resolve("holdfast.yaml"),
                        """
                        listeners:
                          - {host: 127.0.0.1, port: 0, tls: {mode: disable}}
                        databases:
                          - name: shop
                            catalog-refresh: 1s
                            upstream: {host: 127.0.0.1, port: %d, database: shop, sslmode: disable}
                        agents:
                          - name: first
                            verifier: '%s'
                            databases: [{database: shop, role: first, password: '${file:%s}'}]
                          - name: second
                            verifier: '%s'
                            databases: [{database: shop, role: second, password: '${file:%s}'}]
                        audit: {directory: %s}
                        admin: {port: 0}
                        """
                                .formatted(
                                        postgres.port(),
                                        verifier,
                                        secret,
                                        verifier,
                                        secret,
                                        directory.resolve("record")));
        return HoldfastServer.start(ConfigurationFile.read(file));
    }

    private static Connection connect(HoldfastServer holdfast) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "second");
        properties.setProperty("password", "pw");
        properties.setProperty("sslmode", "disable");
        // Otherwise the driver runs a SET of its own, which is refused while the catalog is
        // unknown.
        properties.setProperty("assumeMinServerVersion", "14");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/shop"
                        .formatted(holdfast.addresses().getFirst().getPort()),
                properties);
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
    }

    /// SQLSTATE and rule of the refusal; the value where there is none.
    private static String answer(Connection connection, String sql) throws SQLException {
        try {
            return value(connection, sql);
        } catch (PSQLException e) {
            String rule =
                    e.getServerErrorMessage() == null
                            ? "none"
                            : e.getServerErrorMessage().getConstraint();
            return e.getSQLState() + " " + rule;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM remote",
                "TABLE public.remote",
                "SELECT count(*) FROM over_remote",
                "COPY (SELECT id FROM remote) TO STDOUT",
                "WITH r AS (SELECT * FROM over_remote) SELECT 1 FROM customer, r",
                "SELECT 'glad'::mood",
                "SELECT CAST(name AS public.mood) FROM customer",
                "SELECT mood 'sad'",
                "SELECT '{glad,sad}'::mood[]",
                "SELECT * FROM json_to_record('{\"m\": \"x\"}') AS r(m mood)",
                "SELECT * FROM spying",
                "EXPLAIN ANALYZE TABLE spying"
            })
    void whatOnlyTheCatalogShowsIsRefused(String sql) throws Exception {
        try (HoldfastServer holdfast = serve();
                Connection connection = connect(holdfast)) {
            assertThat(answer(connection, sql)).startsWith("42501 ");
            assertThat(
                            postgres.value(
                                    "shop",
                                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
                    .isEqualTo("0");
            assertThat(value(connection, "SELECT count(*) FROM customer")).isEqualTo("10");
        }
    }

    @Test
    void columnsThatAreComputedWhenReadAreServed() throws Exception {
        try (HoldfastServer holdfast = serve();
                Connection connection = connect(holdfast)) {
            assertThat(value(connection, "SELECT twice FROM derived")).isEqualTo("42");
            assertThat(value(connection, "SELECT upper_name FROM derived WHERE twice > 1"))
                    .isEqualTo("21");
        }
    }

    @Test
    void nothingRunsBeforeTheCatalogIsReadAndEverythingDoesAfterwards() throws Exception {
        postgres.sql("ALTER ROLE first PASSWORD 'another'");
        try (HoldfastServer holdfast = serve();
                Connection connection = connect(holdfast)) {
            for (String sql :
                    new String[] {
                        "SELECT 1",
                        "SELECT count(*) FROM customer",
                        "SHOW server_version",
                        "BEGIN",
                        "nonsense"
                    }) {
                assertThat(answer(connection, sql)).isEqualTo("57P03 catalog.unavailable");
            }
            postgres.sql("ALTER ROLE first PASSWORD 'upstream'");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(answer(connection, "SELECT count(*) FROM customer"))
                                    .isEqualTo("10"));
        }
    }

    @Test
    void aViewThatBecomesDangerousIsRefusedSoonAfterwards() throws Exception {
        try (HoldfastServer holdfast = serve();
                Connection connection = connect(holdfast)) {
            postgres.sqlIn(
                    "shop",
                    "CREATE VIEW changing AS SELECT id AS n FROM customer;"
                            + " GRANT SELECT ON changing TO PUBLIC");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(answer(connection, "SELECT max(n) FROM changing"))
                                    .isEqualTo("10"));
            postgres.sqlIn(
                    "shop",
                    "CREATE OR REPLACE VIEW changing AS SELECT audit(id) AS n FROM customer");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(answer(connection, "SELECT max(n) FROM changing"))
                                    .startsWith("42501 "));
        }
    }
}
