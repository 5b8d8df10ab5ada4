package dev.holdfast.server.init;

import dev.holdfast.server.catalog.CatalogLoader;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Relation;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Looks at a database: its catalog, and a few rows of what may be looked at. Reads only; the connection
/// is read-only from its first packet on. Relations that are closed by their name are not looked at at
/// all.
final class Inspection {
    private static final Duration CATALOG_TIME = Duration.ofSeconds(60);

    /// The size as the planner knows it: `pg_relation_size` would wait for whoever has locked a table.
    private static final String FACTS =
            """
            SELECT c.oid,
                   c.relpages,
                   c.reltuples::bigint, c.relkind IN ('r', 'm'), c.relispartition,
                   coalesce((SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
                     WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                       AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' LIMIT 1), ''),
                   has_schema_privilege(c.relnamespace, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
                   CASE WHEN has_schema_privilege(c.relnamespace, 'USAGE')
                         AND NOT has_table_privilege(c.oid, 'SELECT') THEN
                     array(SELECT a.attname::text FROM pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                         AND has_column_privilege(c.oid, a.attnum, 'SELECT')) END
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
            """;

    /// What every role may do, and so the agent's too.
    private static final String OPEN_TO_ALL =
            """
            SELECT 'schema', n.nspname, '' FROM pg_namespace n
             WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
               AND EXISTS (SELECT FROM aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x
                 WHERE x.grantee = 0 AND x.privilege_type = 'CREATE')
            UNION ALL
            SELECT x.privilege_type, n.nspname, c.relname FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              CROSS JOIN LATERAL aclexplode(c.relacl) x
             WHERE x.grantee = 0 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
               AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
             ORDER BY 1, 2, 3
            """;

    private final Connection connection;
    private final CatalogSnapshot catalog;
    private final SampleSettings settings;
    private final ColumnJudge judge;
    private final Map<Long, RelationFacts> facts = new HashMap<>();

    /// What was seen.
    ///
    /// @param server PostgreSQL's version
    /// @param openToAll what every role may do beyond what PostgreSQL itself opens
    record Seen(
            CatalogSnapshot catalog,
            String server,
            Map<Long, RelationFacts> facts,
            Map<Long, LookedAt> relations,
            List<OpenToAll> openToAll,
            boolean superuser) {}

    /// One relation as it was seen.
    ///
    /// @param values how many values were looked at
    /// @param failure why the look failed; null where it did not
    record LookedAt(Map<String, Finding> findings, long values, @Nullable String failure) {
        static final LookedAt NOT = new LookedAt(Map.of(), 0, null);
    }

    /// @param privilege what all may do; `schema` for creating objects in a schema
    record OpenToAll(String privilege, String schema, String relation) {}

    private Inspection(
            Connection connection,
            CatalogSnapshot catalog,
            SampleSettings settings,
            LocalDate today) {
        this.connection = connection;
        this.catalog = catalog;
        this.settings = settings;
        this.judge = new ColumnJudge(today);
    }

    /// Looks.
    ///
    /// @throws SQLException if PostgreSQL cannot be reached or refuses; nothing has been changed
    static Seen of(
            DatabaseAddress address, String password, SampleSettings settings, InstantSource clock)
            throws SQLException {
        Map<String, String> properties = new HashMap<>();
        properties.put("sslmode", address.sslMode());
        if (address.rootCertificate() != null) {
            properties.put("sslrootcert", address.rootCertificate().toString());
        }
        CatalogSource source =
                new CatalogSource(
                        address.database(),
                        address.server(),
                        address.database(),
                        properties,
                        address.user(),
                        () -> password,
                        CATALOG_TIME);
        try (Connection connection = source.connect()) {
            CatalogSnapshot catalog = CatalogLoader.load(connection, clock);
            LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
            return new Inspection(connection, catalog, settings, today).see();
        }
    }

    private Seen see() throws SQLException {
        List<OpenToAll> open = new ArrayList<>();
        boolean superuser;
        try {
            execute("SET LOCAL search_path = pg_catalog");
            readFacts();
            readOpen(open);
            superuser = superuser();
        } finally {
            connection.rollback();
        }
        Map<Long, LookedAt> relations = new HashMap<>();
        for (Relation relation : catalog.relations()) {
            if (facts.containsKey(relation.oid())) {
                relations.put(relation.oid(), look(relation));
            }
        }
        String server = connection.getMetaData().getDatabaseProductVersion();
        connection.rollback();
        return new Seen(catalog, server, facts, relations, open, superuser);
    }

    private LookedAt look(Relation relation) {
        RelationFacts known = facts.get(relation.oid());
        if (known == null
                || ClosedNames.because(relation) != null
                || !known.extension().isEmpty()) {
            return LookedAt.NOT;
        }
        Map<String, ColumnType> types = new LinkedHashMap<>();
        for (Relation.Column column : relation.columns()) {
            types.put(column.name(), ColumnTypes.of(catalog, column.type()));
        }
        Map<String, List<String>> values = Map.of();
        String failure = null;
        if (known.storesRows() && known.readable()) {
            try {
                values = new Sampler(connection, settings).values(relation, known, types);
            } catch (SQLException e) {
                // Only its code: the text could repeat a value.
                failure = "looking at its rows ended with SQLSTATE " + e.getSQLState();
            }
        }
        Map<String, Finding> findings = new TreeMap<>();
        long count = 0;
        for (Map.Entry<String, ColumnType> column : types.entrySet()) {
            List<String> sampled = values.getOrDefault(column.getKey(), List.of());
            count += sampled.size();
            Finding finding =
                    judge.finding(relation.name(), column.getKey(), column.getValue(), sampled);
            if (finding != null) {
                findings.put(column.getKey(), finding);
            }
        }
        return new LookedAt(findings, count, failure);
    }

    private void readFacts() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(FACTS)) {
            while (rows.next()) {
                Array columns = rows.getArray(8);
                facts.put(
                        rows.getLong(1),
                        new RelationFacts(
                                rows.getLong(2),
                                rows.getLong(3),
                                rows.getBoolean(4),
                                rows.getBoolean(5),
                                rows.getString(6),
                                rows.getBoolean(7),
                                columns == null
                                        ? Set.of()
                                        : Set.of((String[]) columns.getArray())));
            }
        }
    }

    private void readOpen(List<OpenToAll> open) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(OPEN_TO_ALL)) {
            while (rows.next()) {
                open.add(new OpenToAll(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
        }
    }

    private boolean superuser() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
