package dev.holdfast.server.catalog;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.CatalogScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DisposablePostgres;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A database, what its catalog makes of statements, and what statements really do in it.
///
/// What its functions do that they should not is to take an advisory lock: PostgreSQL lets an ordinary
/// role do that in a read-only session, and shows it.
final class Judged implements AutoCloseable {
    static final String ROLE = "reader";
    static final String PASSWORD = "reading";
    static final String DATABASE = "shop";

    private static final String FILES =
            "SELECT oid, pg_relation_filenode(oid) AS file FROM pg_class WHERE relkind = 'r'";
    private static final String CHANGES =
            """
            SELECT op || ' ' || schemaname || '.' || relname
              FROM pg_stat_xact_user_tables, LATERAL (VALUES ('INSERT', n_tup_ins),
                ('UPDATE', n_tup_upd), ('DELETE', n_tup_del)) AS o(op, n)
             WHERE n > 0 AND schemaname !~ '^pg_'
            UNION
            SELECT 'TRUNCATE ' || f.oid::regclass FROM files f JOIN (%s) n USING (oid)
             WHERE f.file <> n.file
            """
                    .formatted(FILES);

    final DisposablePostgres postgres;
    private final SqlParser parser;
    private final CatalogSnapshot snapshot;
    private final Connection reader;
    private final StatementAnalyzer usual;

    /// @param schema what the database holds
    Judged(DisposablePostgres postgres, String schema) throws SQLException {
        this(create(postgres, schema));
    }

    private Judged(DisposablePostgres postgres) throws SQLException {
        this.postgres = postgres;
        ParserLimits limits = ParserLimits.defaults();
        parser =
                new SqlParser(
                        new ParserLimits(
                                1,
                                limits.queueLength(),
                                limits.textBytesMax(),
                                limits.outputBytesMax(),
                                Duration.ofMinutes(1)));
        try (Connection connection = source(postgres).connect()) {
            snapshot = CatalogLoader.load(connection, InstantSource.system());
        }
        usual = new StatementAnalyzer(CatalogScope.of(snapshot, AnalysisScope.BUILT_IN), parser);
        reader = postgres.connect(DATABASE, ROLE, PASSWORD);
        run("SET default_transaction_read_only = on");
    }

    private static DisposablePostgres create(DisposablePostgres postgres, String schema) {
        postgres.createRole(ROLE, PASSWORD, "");
        postgres.createDatabase(DATABASE);
        postgres.sqlIn(DATABASE, schema);
        return postgres;
    }

    /// The same database as it is now.
    Judged reread() throws SQLException {
        return new Judged(postgres);
    }

    static CatalogSource source(DisposablePostgres postgres) {
        return new CatalogSource(
                DATABASE,
                "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/",
                DATABASE,
                Map.of("sslmode", "disable"),
                ROLE,
                () -> PASSWORD,
                Duration.ofSeconds(60));
    }

    CatalogSnapshot snapshot() {
        return snapshot;
    }

    Decision decide(String sql) {
        return decide(sql, Set.of());
    }

    Decision decide(String sql, Set<String> alsoAllowed) {
        AnalysisScope builtIn = AnalysisScope.BUILT_IN;
        AnalysisScope scope =
                new AnalysisScope(
                        alsoAllowed,
                        builtIn.shadowedFunctions(),
                        builtIn.shadowedOperators(),
                        builtIn.attributeFunctions(),
                        builtIn.rowFunctions(),
                        builtIn.searchPathSchemas());
        return decide(sql, new StatementAnalyzer(CatalogScope.of(snapshot, scope), parser));
    }

    /// What the text alone would have been judged to be.
    Decision decideWithoutCatalog(String sql) {
        return decide(sql, new StatementAnalyzer(AnalysisScope.BUILT_IN));
    }

    Decision decide(String sql, Policy policy) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return policy.decide(
                new Principal("agent", DATABASE, "policy"),
                new StatementAnalyzer(CatalogScope.of(snapshot, AnalysisScope.BUILT_IN))
                        .analyze(utf8, parser.parse(utf8)));
    }

    /// What making a value of a type would run; null where there is nothing of the kind.
    @Nullable String typeHazard(String type) {
        long oid = Long.parseLong(postgres.value(DATABASE, "SELECT '" + type + "'::regtype::oid"));
        return new StatementAnalyzer(CatalogScope.of(snapshot, AnalysisScope.BUILT_IN))
                .typeHazard(oid);
    }

    private Decision decide(String sql, StatementAnalyzer analyzer) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return new ReadOnlyPolicy()
                .decide(
                        new Principal("agent", DATABASE, "read-only"),
                        analyzer.analyze(utf8, parser.parse(utf8)));
    }

    /// What one statement would do.
    StatementEffects effects(String sql) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return ((Analysis.Understood) usual.analyze(utf8, parser.parse(utf8)))
                .statements()
                .getFirst();
    }

    /// Runs a statement as superuser in a transaction that is rolled back, and asks the database which
    /// of its tables had rows inserted, updated or deleted, or were emptied.
    ///
    /// @return `INSERT shop.orders` and the like
    Set<String> changedBy(String sql) throws SQLException {
        // A new session for each: counters of the transaction before would be seen.
        try (Connection connection = postgres.connectAsSuperuser(DATABASE);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("CREATE TEMP TABLE files AS " + FILES);
            statement.execute(sql);
            statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
            Set<String> changed = new TreeSet<>();
            try (ResultSet rows = statement.executeQuery(CHANGES)) {
                while (rows.next()) {
                    changed.add(rows.getString(1));
                }
            }
            connection.rollback();
            return changed;
        }
    }

    /// Runs a statement as an ordinary role in a read-only session, past every judgement, and looks at
    /// whether the database shows the lock that only a called function can have taken.
    boolean takesALock(String sql) throws SQLException {
        run(sql);
        try (Statement statement = reader.createStatement();
                ResultSet locks =
                        statement.executeQuery(
                                "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype"
                                        + " OPERATOR(pg_catalog.=) 'advisory'")) {
            locks.next();
            return locks.getLong(1) > 0;
        } finally {
            run("SELECT pg_catalog.pg_advisory_unlock_all()");
        }
    }

    void run(String sql) throws SQLException {
        try (Statement statement = reader.createStatement()) {
            boolean rows = statement.execute(sql);
            while (rows) {
                try (ResultSet result = statement.getResultSet()) {
                    while (result.next()) {
                        // A value that nobody asks for is computed all the same; it must be sent.
                        result.getString(1);
                    }
                }
                rows = statement.getMoreResults();
            }
        }
    }

    List<String> names(String query) {
        return postgres.queryIn(DATABASE, query).stream()
                .map(row -> String.valueOf(row.getFirst()))
                .toList();
    }

    @Override
    public void close() throws SQLException {
        reader.close();
        parser.close();
    }
}
