package dev.holdfast.server.catalog;

import dev.holdfast.sql.catalog.Cast;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.catalog.Operator;
import dev.holdfast.sql.catalog.References;
import dev.holdfast.sql.catalog.Role;
import dev.holdfast.sql.catalog.Schema;
import dev.holdfast.sql.catalog.Type;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Reads a catalog whole, in one read-only transaction, by a few set-based queries. PostgreSQL 14 to 18.
public final class CatalogLoader {
    private final CatalogRows rows;
    private final CatalogSnapshot.Builder builder = new CatalogSnapshot.Builder();
    private final RelationReader relations;
    private final Map<Long, List<Long>> aggregates = new HashMap<>();

    private CatalogLoader(Connection connection) {
        this.rows = new CatalogRows(connection);
        this.relations = new RelationReader(rows, builder);
    }

    /// Reads everything.
    ///
    /// @throws SQLException if PostgreSQL fails or does not answer in time
    public static CatalogSnapshot load(Connection connection, InstantSource clock)
            throws SQLException {
        try {
            return new CatalogLoader(connection).load(clock);
        } finally {
            connection.rollback();
        }
    }

    /// What changes whenever the catalog does; much cheaper than to read it.
    ///
    /// @throws SQLException if PostgreSQL fails or does not answer in time
    static String fingerprint(Connection connection) throws SQLException {
        try {
            CatalogLoader loader = new CatalogLoader(connection);
            loader.path();
            return loader.fingerprint();
        } finally {
            connection.rollback();
        }
    }

    private CatalogSnapshot load(InstantSource clock) throws SQLException {
        path();
        // First: the transaction sees one state, so a later change is a later fingerprint.
        String fingerprint = fingerprint();
        rows.read(
                CatalogQueries.SCHEMAS,
                row -> {
                    String name = builder.once(row.getString(1));
                    builder.schema(
                            new Schema(
                                    name,
                                    builder.once(row.getString(3)),
                                    relations.grants(row.getString(4))));
                    if (row.getBoolean(2)) {
                        builder.pathSchema(name);
                    }
                });
        rows.read(CatalogQueries.EXTENSIONS, row -> builder.extension(row.getString(1)));
        rows.read(CatalogQueries.ROLES, row -> builder.role(role(row)));
        relations.read();
        types();
        rows.read(
                CatalogQueries.AGGREGATES,
                row ->
                        aggregates.put(
                                row.getLong(1),
                                CatalogRows.numbers(row.getArray(2)).stream()
                                        .filter(oid -> oid != 0)
                                        .toList()));
        rows.read(CatalogQueries.FUNCTIONS, row -> builder.function(function(row)));
        rows.read(
                CatalogQueries.OPERATORS,
                row ->
                        builder.operator(
                                new Operator(
                                        row.getLong(1),
                                        builder.once(row.getString(2)),
                                        builder.once(row.getString(3)),
                                        row.getLong(4),
                                        row.getLong(5),
                                        row.getLong(6))));
        rows.read(
                CatalogQueries.CASTS,
                row ->
                        builder.cast(
                                new Cast(
                                        row.getLong(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getLong(4),
                                        row.getBoolean(5))));
        new BehaviourReader(rows, builder, relations).read();
        return builder.build(fingerprint, clock.instant());
    }

    /// Collects the schemas that sessions start with, then looks at nothing but pg_catalog.
    private void path() throws SQLException {
        rows.read(
                CatalogQueries.PATH,
                row -> {
                    for (String schema : row.getString(1).split(",", -1)) {
                        builder.pathSchema(unquoted(schema.strip()));
                    }
                });
        rows.execute(CatalogQueries.NARROW);
    }

    private static String unquoted(String identifier) {
        return identifier.length() > 1 && identifier.startsWith("\"") && identifier.endsWith("\"")
                ? identifier.substring(1, identifier.length() - 1).replace("\"\"", "\"")
                : identifier.toLowerCase(Locale.ROOT);
    }

    private String fingerprint() throws SQLException {
        StringBuilder text = new StringBuilder();
        rows.read(
                CatalogQueries.FINGERPRINT,
                row ->
                        text.append(row.getString(1))
                                .append(' ')
                                .append(row.getString(2))
                                .append(' ')
                                .append(row.getString(3))
                                .append(' ')
                                .append(row.getString(4))
                                .append('\n'));
        return text.toString();
    }

    private void types() throws SQLException {
        Map<Long, References> checks = new HashMap<>();
        rows.read(
                CatalogQueries.DOMAIN_CHECKS,
                row ->
                        checks.merge(
                                row.getLong(1),
                                relations.references(row.getString(2)),
                                References::and));
        Map<Long, List<Long>> operatorFunctions = new HashMap<>();
        rows.read(
                CatalogQueries.OPERATOR_CLASSES,
                row ->
                        operatorFunctions
                                .computeIfAbsent(row.getLong(1), _ -> new ArrayList<>(1))
                                .add(row.getLong(2)));
        rows.read(
                CatalogQueries.TYPES,
                row ->
                        builder.type(
                                new Type(
                                        row.getLong(1),
                                        builder.once(row.getString(2)),
                                        builder.once(row.getString(3)),
                                        typeKind(row.getString(4)),
                                        row.getLong(5),
                                        row.getLong(6),
                                        row.getLong(7),
                                        row.getBoolean(8),
                                        CatalogRows.numbers(row.getArray(9)),
                                        operatorFunctions.getOrDefault(row.getLong(1), List.of()),
                                        checks.getOrDefault(row.getLong(1), References.NONE))));
    }

    private Function function(ResultSet row) throws SQLException {
        List<Long> arguments = new ArrayList<>();
        for (String oid : row.getString(4).split(" ", -1)) {
            if (!oid.isEmpty()) {
                arguments.add(Long.valueOf(oid));
            }
        }
        long oid = row.getLong(1);
        String extension = row.getString(11);
        String definition = row.getString(14);
        return new Function(
                oid,
                builder.once(row.getString(2)),
                builder.once(row.getString(3)),
                arguments,
                row.getInt(5),
                row.getBoolean(6),
                switch (row.getString(7)) {
                    case "i" -> Function.Volatility.IMMUTABLE;
                    case "s" -> Function.Volatility.STABLE;
                    default -> Function.Volatility.VOLATILE;
                },
                builder.once(row.getString(8)),
                row.getBoolean(9),
                CatalogRows.texts(row.getArray(10)),
                extension == null ? "" : builder.once(extension),
                switch (row.getString(12)) {
                    case "p" -> Function.Kind.PROCEDURE;
                    case "a" -> Function.Kind.AGGREGATE;
                    case "w" -> Function.Kind.WINDOW;
                    default -> Function.Kind.FUNCTION;
                },
                row.getLong(13),
                definition == null ? "" : definition,
                aggregates.getOrDefault(oid, List.of()));
    }

    private Role role(ResultSet row) throws SQLException {
        return new Role(
                row.getString(1),
                row.getBoolean(2),
                row.getBoolean(3),
                row.getBoolean(4),
                row.getBoolean(5),
                row.getBoolean(6),
                Set.copyOf(CatalogRows.texts(row.getArray(7))));
    }

    private static Type.Kind typeKind(String typtype) {
        return switch (typtype) {
            case "b" -> Type.Kind.BASE;
            case "A" -> Type.Kind.ARRAY;
            case "c" -> Type.Kind.COMPOSITE;
            case "d" -> Type.Kind.DOMAIN;
            case "e" -> Type.Kind.ENUM;
            case "r", "m" -> Type.Kind.RANGE;
            case "p" -> Type.Kind.PSEUDO;
            default -> throw new IllegalArgumentException("typtype: " + typtype);
        };
    }
}
