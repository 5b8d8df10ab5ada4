package dev.holdfast.server.access;

import dev.holdfast.server.access.AccessException.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What a grant's role may do in the database: what the grant says of the tables that are there now, USAGE
/// on their schemas, and the sequences behind the columns that INSERT fills.
final class Privileges {
    private static final int TABLES_MAX = 2_000;

    /// PUBLIC has more than this often enough; nobody reads longer lists.
    private static final int BESIDES_MAX = 10;

    private static final String TABLES =
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't'"
                    + " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
                    + " ORDER BY n.nspname, c.relname";

    private Privileges() {}

    private record Table(String schema, String name) {
        String quoted() {
            return Sql.quoted(schema) + "." + Sql.quoted(name);
        }
    }

    /// @return the tables, quoted
    /// @throws AccessException if no table is meant, or one cannot be granted
    static List<String> give(Statement statement, Grant grant)
            throws SQLException, AccessException {
        List<Table> tables = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                Table table = new Table(rows.getString(1), rows.getString(2));
                if (grant.terms().tables().stream()
                        .anyMatch(pattern -> pattern.matches(table.schema, table.name))) {
                    tables.add(table);
                }
            }
        }
        if (tables.isEmpty() || tables.size() > TABLES_MAX) {
            throw new AccessException(
                    Reason.MALFORMED,
                    "tables: database %s has %d that are meant (expected: 1 to %d)"
                            .formatted(grant.database(), tables.size(), TABLES_MAX));
        }
        String role = Sql.quoted(grant.role());
        String operations =
                grant.terms().operations().stream()
                        .sorted()
                        .map(Operation::name)
                        .collect(Collectors.joining(", "));
        Set<String> schemas = new LinkedHashSet<>();
        for (Table table : tables) {
            schemas.add(table.schema);
            statement.execute("GRANT %s ON %s TO %s".formatted(operations, table.quoted(), role));
        }
        for (String schema : schemas) {
            statement.execute("GRANT USAGE ON SCHEMA %s TO %s".formatted(Sql.quoted(schema), role));
        }
        if (grant.terms().operations().contains(Operation.INSERT)) {
            for (Table table : tables) {
                sequences(statement, table, role);
            }
        }
        for (Table table : tables) {
            verify(statement, grant, table);
        }
        return tables.stream().map(Table::quoted).toList();
    }

    /// Behind serial columns; identity columns need none.
    private static void sequences(Statement statement, Table table, String role)
            throws SQLException {
        List<String> sequences = new ArrayList<>();
        try (ResultSet rows =
                statement.executeQuery(
                        "SELECT quote_ident(n.nspname) || '.' || quote_ident(s.relname)"
                                + " FROM pg_depend d JOIN pg_class s ON s.oid = d.objid"
                                + " JOIN pg_namespace n ON n.oid = s.relnamespace"
                                + " WHERE d.classid = 'pg_class'::regclass AND s.relkind = 'S'"
                                + " AND d.deptype = 'a' AND d.refclassid = 'pg_class'::regclass"
                                + " AND d.refobjid = "
                                + Sql.literal(table.quoted())
                                + "::regclass ORDER BY 1")) {
            while (rows.next()) {
                sequences.add(rows.getString(1));
            }
        }
        for (String sequence : sequences) {
            statement.execute("GRANT USAGE ON SEQUENCE %s TO %s".formatted(sequence, role));
        }
    }

    /// PostgreSQL only warns where the grantor lacks the grant option.
    private static void verify(Statement statement, Grant grant, Table table)
            throws SQLException, AccessException {
        for (Operation operation : grant.terms().operations()) {
            if (!has(statement, grant.role(), table, operation)) {
                throw new AccessException(
                        Reason.CONFLICT,
                        "database %s: the access role cannot give %s on %s.%s away: GRANT %s ON %s TO"
                                        .formatted(
                                                grant.database(),
                                                operation,
                                                table.schema,
                                                table.name,
                                                operation,
                                                table.quoted())
                                + " it WITH GRANT OPTION, as the table's owner");
            }
        }
        if (!allowed(
                statement,
                "has_schema_privilege(%s, %s, 'USAGE')"
                        .formatted(Sql.literal(grant.role()), Sql.literal(table.schema)))) {
            throw new AccessException(
                    Reason.CONFLICT,
                    "database %s: the access role cannot give USAGE on schema %s away: GRANT it WITH"
                                    .formatted(grant.database(), table.schema)
                            + " GRANT OPTION, as the schema's owner");
        }
    }

    private static boolean has(Statement statement, String role, Table table, Operation operation)
            throws SQLException {
        return allowed(
                statement,
                "has_table_privilege(%s, %s, %s)"
                        .formatted(
                                Sql.literal(role),
                                Sql.literal(table.quoted()),
                                Sql.literal(operation.name())));
    }

    private static boolean allowed(Statement statement, String condition) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT " + condition)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /// What every role may do in this database, and so the grant's too: the gateway refuses it, PostgreSQL
    /// would not.
    static List<String> besides(Statement statement, String role, List<String> granted)
            throws SQLException {
        List<String> found = new ArrayList<>();
        try (ResultSet rows =
                statement.executeQuery(
                        """
                        SELECT n.nspname, c.relname,
                          has_table_privilege(%1$s, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
                          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                          AND has_schema_privilege(%1$s, n.oid, 'USAGE')
                          AND has_table_privilege(%1$s, c.oid,
                            'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                        ORDER BY 1, 2
                        """
                                .formatted(Sql.literal(role)))) {
            while (rows.next() && found.size() < BESIDES_MAX) {
                Table table = new Table(rows.getString(1), rows.getString(2));
                if (!granted.contains(table.quoted())) {
                    found.add(
                            "PUBLIC may %s %s.%s in PostgreSQL"
                                    .formatted(
                                            rows.getBoolean(3) ? "change" : "read",
                                            table.schema,
                                            table.name));
                }
            }
        }
        return List.copyOf(found);
    }
}
