package dev.holdfast.server.oracle;

import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.catalog.DatabaseCatalog;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.PostgresVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.PGConnection;

/// A real database with its catalog, in which trials are judged and run.
///
/// The catalog is read by an ordinary role; trials run as superuser, so that nothing but the analysis
/// could keep them from doing harm.
final class OracleDatabase implements AutoCloseable {
    static final String NAME = "oracle";
    private static final String READER = "catalog_reader";
    private static final String PASSWORD = "reading";

    final DisposablePostgres postgres;
    private final SqlParser parser;
    private final DatabaseCatalog catalog;
    private final StatementAnalyzer analyzer;
    private final Connection connection;

    /// @param schema a resource beside this class that fills the database
    OracleDatabase(PostgresVersion version, String schema) throws SQLException {
        postgres =
                DisposablePostgres.ofVersion(version)
                        .setting("max_prepared_transactions", "5")
                        .start();
        postgres.createRole(READER, PASSWORD, "");
        postgres.createDatabase(NAME);
        connection = connect();
        run(resource(schema));
        parser = new SqlParser(limits());
        catalog =
                DatabaseCatalog.start(
                        source(postgres),
                        AnalysisScope.BUILT_IN,
                        parser,
                        Duration.ofHours(1),
                        InstantSource.system());
        catalog.awaitFirstTry(Duration.ofSeconds(60));
        analyzer = Objects.requireNonNull(catalog.analyzer(), "the catalog could not be read");
    }

    private static ParserLimits limits() {
        ParserLimits usual = ParserLimits.defaults();
        return new ParserLimits(
                1,
                usual.queueLength(),
                usual.textBytesMax(),
                usual.outputBytesMax(),
                Duration.ofMinutes(1));
    }

    private static CatalogSource source(DisposablePostgres postgres) {
        return new CatalogSource(
                NAME,
                "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/",
                NAME,
                Map.of("sslmode", "disable"),
                READER,
                () -> PASSWORD,
                Duration.ofSeconds(60));
    }

    /// A connection as superuser that sends every text as it is, by the simple protocol.
    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", postgres.superuser());
        properties.setProperty("password", postgres.superuserPassword());
        properties.setProperty("sslmode", "disable");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("allowEncodingChanges", "true");
        properties.setProperty("options", "-c jit=off -c lock_timeout=5s -c statement_timeout=20s");
        return DriverManager.getConnection(postgres.jdbcUrl(NAME), properties);
    }

    static String resource(String name) {
        try (InputStream in = OracleDatabase.class.getResourceAsStream(name)) {
            return new String(
                    Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    Observer observer() throws SQLException {
        return new Observer(connection, postgres.superuser());
    }

    ParseOutcome parse(String sql) {
        return parser.parse(sql.getBytes(StandardCharsets.UTF_8));
    }

    Analysis analyze(String sql) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return analyzer.analyze(utf8, parser.parse(utf8));
    }

    Prediction predict(Trial trial) {
        return Prediction.of(trial.steps().stream().map(step -> analyze(step.sql())).toList());
    }

    /// Begins a transaction in a session that remembers nothing.
    void begin() throws SQLException {
        run("DISCARD ALL");
        run("SELECT pg_catalog.pg_stat_force_next_flush()");
        run("BEGIN");
    }

    /// Runs the statements of a trial, and then what PostgreSQL would put off until the COMMIT.
    ///
    /// @throws SQLException if one fails
    void perform(Trial trial) throws SQLException {
        for (Trial.Step step : trial.steps()) {
            perform(step);
        }
        run("SET CONSTRAINTS ALL IMMEDIATE");
    }

    void rollback() throws SQLException {
        run("ROLLBACK");
    }

    private void perform(Trial.Step step) throws SQLException {
        String start = step.sql().stripLeading().split("\\s|\\(", 2)[0];
        if (!start.equalsIgnoreCase("COPY")) {
            run(step.sql());
            return;
        }
        PGConnection copying = connection.unwrap(PGConnection.class);
        try {
            if (step.sql().contains("FROM STDIN")) {
                copying.getCopyAPI().copyIn(step.sql(), new StringReader(step.input()));
            } else {
                copying.getCopyAPI().copyOut(step.sql(), OutputStream.nullOutputStream());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(step.sql(), e);
        }
    }

    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            boolean rows = statement.execute(sql);
            while (rows) {
                try (ResultSet result = statement.getResultSet()) {
                    while (result.next()) {
                        // Rows must be fetched: a value that nobody asks for is computed all the
                        // same.
                    }
                }
                rows = statement.getMoreResults();
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        catalog.close();
        parser.close();
        postgres.close();
    }
}
