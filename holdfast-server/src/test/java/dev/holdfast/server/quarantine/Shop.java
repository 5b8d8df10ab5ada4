package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ApprovedDestruction;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.server.catalog.CatalogLoader;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.CatalogScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.FakeClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A database, the quarantine over it, and ways to look at both.
final class Shop implements AutoCloseable {
    static final String PASSWORD = "a long password";
    static final String AGENT = "agent";

    /// What must be as it was, read without the code that is tested.
    private static final String CATALOG =
            """
            SELECT line FROM (
              SELECT concat_ws('|', 'a', c.oid::regclass, relkind, relowner::regrole, relrowsecurity,
                pg_get_expr(relpartbound, c.oid), pg_get_viewdef(c.oid), obj_description(c.oid, 'pg_class'))
                FROM pg_class c WHERE relnamespace::regnamespace::text IN ('shop', 'parts')
              UNION ALL SELECT concat_ws('|', 'b', c.oid::regclass, x::text)
                FROM pg_class c, unnest(relacl) x WHERE relnamespace::regnamespace::text IN ('shop', 'parts')
              UNION ALL SELECT concat_ws('|', 'c', attrelid::regclass, attname, atttypid::regtype,
                atttypmod, attnotnull, attacl, attislocal, attinhcount, attstattarget,
                pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
                FROM pg_attribute a LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                JOIN pg_class c ON c.oid = attrelid WHERE NOT attisdropped AND attnum > 0
                AND relkind NOT IN ('i', 'I') AND relnamespace::regnamespace::text IN ('shop', 'parts')
              UNION ALL SELECT concat_ws('|', 'd', conrelid::regclass, conname,
                pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint'))
                FROM pg_constraint WHERE connamespace::regnamespace::text IN ('shop', 'parts')
              UNION ALL SELECT concat_ws('|', 'e', tgrelid::regclass, pg_get_triggerdef(oid), tgenabled)
                FROM pg_trigger WHERE NOT tgisinternal
              UNION ALL SELECT concat_ws('|', 'f', polrelid::regclass, polname) FROM pg_policy
              UNION ALL SELECT concat_ws('|', 'g', pg_get_indexdef(indexrelid)) FROM pg_index
                WHERE indrelid > 16384 AND indrelid::regclass::text !~ 'pg_toast'
              UNION ALL SELECT concat_ws('|', 'h', stxnamespace::regnamespace, stxname) FROM pg_statistic_ext
              UNION ALL SELECT concat_ws('|', 'i', nspname, nspowner::regrole,
                (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(nspacl) x)) FROM pg_namespace
                WHERE nspname !~ '^pg_'
              UNION ALL SELECT concat_ws('|', 'j', oid::regprocedure) FROM pg_proc WHERE oid > 16384
              UNION ALL SELECT concat_ws('|', 'k', typnamespace::regnamespace, typname) FROM pg_type
                WHERE oid > 16384 AND typname !~ '^pg_'
              UNION ALL SELECT concat_ws('|', 'l', inhrelid::regclass, inhparent::regclass) FROM pg_inherits
              UNION ALL SELECT concat_ws('|', 'm', schemaname, sequencename, last_value) FROM pg_sequences
            ) AS lines (line) ORDER BY 1
            """;

    private static final Map<Integer, StatementAnalyzer> ANALYZERS = new ConcurrentHashMap<>();

    final DisposablePostgres postgres;
    final String database;
    final Path directory;
    final FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
    final Quarantine quarantine;
    private final SqlParser parser;

    Shop(DisposablePostgres postgres, SqlParser parser, String database, Path directory)
            throws IOException {
        this.postgres = postgres;
        this.parser = parser;
        this.database = database;
        this.directory = directory;
        postgres.createDatabase(database);
        postgres.sql("GRANT CREATE ON DATABASE " + database + " TO restorer");
        postgres.sqlIn(
                database, Files.readString(Path.of("src/test/resources/quarantine/shop.sql")));
        quarantine = quarantine(clock);
    }

    static void roles(DisposablePostgres postgres) {
        postgres.sql("CREATE ROLE keeper NOLOGIN");
        postgres.createRole(AGENT, PASSWORD, "");
        postgres.sql("ALTER ROLE agent SET search_path = shop, public");
        postgres.createRole("clerk", PASSWORD, "");
        postgres.createRole("restorer", PASSWORD, "");
        postgres.sql("GRANT keeper TO restorer");
    }

    static SqlParser parser() {
        ParserLimits limits = ParserLimits.defaults();
        return new SqlParser(
                new ParserLimits(
                        1,
                        limits.queueLength(),
                        limits.textBytesMax(),
                        limits.outputBytesMax(),
                        Duration.ofMinutes(1)));
    }

    private RestoreRole role() {
        return new RestoreRole(
                "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/",
                database,
                Map.of("sslmode", "disable"),
                "restorer",
                () -> PASSWORD,
                Duration.ofSeconds(2),
                Duration.ofMinutes(1));
    }

    Quarantine quarantine(InstantSource time, String... recipients) throws IOException {
        return quarantine(time, (_, _) -> {}, recipients);
    }

    Quarantine quarantine(InstantSource time, CommitNotice notice, String... recipients)
            throws IOException {
        return new Quarantine(
                new Quarantine.Settings(
                        directory, 1L << 30, Duration.ofDays(30), List.of(recipients)),
                Map.of(database, role()),
                parser::parse,
                notice,
                time,
                new SecureRandom());
    }

    /// What the analysis makes of a statement of the agent's.
    StatementEffects effects(String sql) throws SQLException {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return ((Analysis.Understood) analyzer().analyze(utf8, parser.parse(utf8)))
                .statements()
                .getFirst();
    }

    /// Knows the database as it was first: every test begins with the same names.
    private StatementAnalyzer analyzer() throws SQLException {
        StatementAnalyzer known = ANALYZERS.get(postgres.port());
        if (known != null) {
            return known;
        }
        CatalogSource source =
                new CatalogSource(
                        database,
                        "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/",
                        database,
                        Map.of("sslmode", "disable"),
                        AGENT,
                        () -> PASSWORD,
                        Duration.ofSeconds(60));
        try (Connection connection = source.connect()) {
            StatementAnalyzer made =
                    new StatementAnalyzer(
                            CatalogScope.of(
                                    CatalogLoader.load(connection, InstantSource.system()),
                                    AnalysisScope.BUILT_IN));
            ANALYZERS.put(postgres.port(), made);
            return made;
        }
    }

    ApprovedDestruction.Done destroy(String sql) throws SQLException, ChangeRefusedException {
        return destroy(quarantine, sql);
    }

    ApprovedDestruction.Done destroy(ApprovedDestruction by, String sql)
            throws SQLException, ChangeRefusedException {
        return by.carryOut(
                new Principal(AGENT, database, "policy"),
                effects(sql),
                sql,
                new Approval(
                        "apr_1",
                        "ann",
                        Approval.digest(database, sql),
                        sql.startsWith("ALTER")
                                ? quarantine.rehearse(
                                        new Principal(AGENT, database, "policy"), effects(sql), sql)
                                : everything()));
    }

    /// An approval of whatever these tests destroy: that it is held to what was approved is tested by
    /// itself.
    private MeasuredEffect everything() {
        List<String> relations = new ArrayList<>();
        List<String> things = new ArrayList<>();
        for (List<@Nullable String> row :
                postgres.queryIn(
                        database,
                        "SELECT format('%I.%I', n.nspname, c.relname), n.nspname FROM pg_class c"
                                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                                + " WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'")) {
            String relation = String.valueOf(row.getFirst());
            relations.add(relation);
            for (String kind :
                    List.of("table ", "view ", "materialized view ", "sequence ", "rows of ")) {
                things.add(kind + relation);
            }
            things.add("schema " + Sql.quoted(String.valueOf(row.getLast())));
        }
        long many = Long.MAX_VALUE / 1_000_000;
        return new MeasuredEffect(
                relations.stream()
                        .map(relation -> new TableEffect(relation, many, many, many, -1))
                        .toList(),
                things,
                List.of(),
                List.of(),
                List.of(),
                0,
                -1);
    }

    /// The refusal of a statement that must be refused.
    Refusal refusal(String sql) throws SQLException {
        try {
            throw new AssertionError("was done: " + destroy(sql));
        } catch (ChangeRefusedException e) {
            return e.refusal();
        }
    }

    List<List<@Nullable String>> catalog() {
        return postgres.queryIn(database, CATALOG);
    }

    /// Whether the agent can run a query.
    boolean agentCan(String sql) {
        try (Connection connection = postgres.connect(database, AGENT, PASSWORD)) {
            connection.createStatement().execute(sql);
            return true;
        } catch (SQLException _) {
            return false;
        }
    }

    String value(String sql) {
        return postgres.value(database, sql);
    }

    void sql(String sql) {
        postgres.sqlIn(database, sql);
    }

    @Override
    public void close() {
        postgres.sql("DROP DATABASE " + database + " WITH (FORCE)");
    }
}
