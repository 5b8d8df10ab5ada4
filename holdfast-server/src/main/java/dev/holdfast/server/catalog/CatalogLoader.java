package dev.holdfast.server.catalog;

import dev.holdfast.sql.catalog.Cast;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.ForeignKey;
import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.catalog.Key;
import dev.holdfast.sql.catalog.Operator;
import dev.holdfast.sql.catalog.References;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.RewriteRule;
import dev.holdfast.sql.catalog.RowPolicy;
import dev.holdfast.sql.catalog.Trigger;
import dev.holdfast.sql.catalog.Type;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a catalog whole, in one read-only transaction, by a few set-based queries. PostgreSQL 14 to 18.
final class CatalogLoader {
    private static final int FETCH_ROWS = 10_000;

    private final Connection connection;
    private final CatalogSnapshot.Builder builder = new CatalogSnapshot.Builder();

    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private CatalogLoader(Connection connection) {
        this.connection = connection;
    }

    /// Reads everything.
    ///
    /// @throws SQLException if PostgreSQL fails or does not answer in time
    static CatalogSnapshot load(Connection connection, InstantSource clock) throws SQLException {
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
        rows(
                CatalogQueries.SCHEMAS,
                row -> {
                    String name = builder.once(row.getString(1));
                    builder.schema(name);
                    if (row.getBoolean(2)) {
                        builder.pathSchema(name);
                    }
                });
        rows(CatalogQueries.EXTENSIONS, row -> builder.extension(row.getString(1)));
        relations();
        types();
        rows(CatalogQueries.FUNCTIONS, row -> builder.function(function(row)));
        rows(
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
        rows(
                CatalogQueries.CASTS,
                row ->
                        builder.cast(
                                new Cast(
                                        row.getLong(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        row.getLong(4),
                                        row.getBoolean(5))));
        behaviour();
        constraints();
        return builder.build(fingerprint, clock.instant());
    }

    /// Collects the schemas that sessions start with, then looks at nothing but pg_catalog.
    private void path() throws SQLException {
        rows(
                CatalogQueries.PATH,
                row -> {
                    for (String schema : row.getString(1).split(",", -1)) {
                        builder.pathSchema(unquoted(schema.strip()));
                    }
                });
        try (Statement statement = connection.createStatement()) {
            statement.execute(CatalogQueries.NARROW);
        }
    }

    private static String unquoted(String identifier) {
        return identifier.length() > 1 && identifier.startsWith("\"") && identifier.endsWith("\"")
                ? identifier.substring(1, identifier.length() - 1).replace("\"\"", "\"")
                : identifier.toLowerCase(Locale.ROOT);
    }

    private String fingerprint() throws SQLException {
        StringBuilder text = new StringBuilder();
        rows(
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

    private void relations() throws SQLException {
        Map<Long, List<Relation.Column>> columns = new HashMap<>();
        rows(
                CatalogQueries.COLUMNS,
                row ->
                        columns.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                                .add(
                                        new Relation.Column(
                                                builder.once(row.getString(2)),
                                                row.getLong(3),
                                                row.getBoolean(4),
                                                references(row.getString(5)))));
        rows(
                CatalogQueries.RELATIONS,
                row ->
                        builder.relation(
                                new Relation(
                                        row.getLong(1),
                                        builder.once(row.getString(2)),
                                        builder.once(row.getString(3)),
                                        relationKind(row.getString(4)),
                                        row.getLong(5),
                                        row.getBoolean(6),
                                        columns.getOrDefault(row.getLong(1), List.of()))));
        rows(CatalogQueries.INHERITANCE, row -> builder.child(row.getLong(1), row.getLong(2)));
    }

    private void types() throws SQLException {
        Map<Long, References> checks = new HashMap<>();
        rows(
                CatalogQueries.DOMAIN_CHECKS,
                row -> checks.merge(row.getLong(1), references(row.getString(2)), References::and));
        Map<Long, List<Long>> operatorFunctions = new HashMap<>();
        rows(
                CatalogQueries.OPERATOR_CLASSES,
                row ->
                        operatorFunctions
                                .computeIfAbsent(row.getLong(1), _ -> new ArrayList<>(1))
                                .add(row.getLong(2)));
        rows(
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
                                        oids(row.getArray(9)),
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
        Array configuration = row.getArray(10);
        String extension = row.getString(11);
        return new Function(
                row.getLong(1),
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
                configuration == null
                        ? List.of()
                        : Arrays.asList((String[]) configuration.getArray()),
                extension == null ? "" : builder.once(extension));
    }

    private void behaviour() throws SQLException {
        rows(
                CatalogQueries.RULES,
                row ->
                        builder.rule(
                                new RewriteRule(
                                        row.getLong(1),
                                        builder.once(row.getString(2)),
                                        event(row.getString(3)),
                                        row.getBoolean(4),
                                        references(row.getString(5))
                                                .and(references(row.getString(6))))));
        rows(
                CatalogQueries.POLICIES,
                row ->
                        builder.policy(
                                new RowPolicy(
                                        row.getLong(1),
                                        row.getString(2),
                                        row.getBoolean(3),
                                        references(row.getString(4)),
                                        references(row.getString(5)))));
        rows(
                CatalogQueries.TRIGGERS,
                row ->
                        builder.trigger(
                                new Trigger(
                                        row.getLong(1),
                                        builder.once(row.getString(2)),
                                        row.getLong(3),
                                        row.getBoolean(4))));
    }

    private void constraints() throws SQLException {
        rows(
                CatalogQueries.FOREIGN_KEYS,
                row ->
                        builder.foreignKey(
                                new ForeignKey(
                                        row.getString(1),
                                        row.getLong(2),
                                        row.getLong(3),
                                        action(row.getString(4)),
                                        action(row.getString(5)))));
        Map<Long, Key> keys = new HashMap<>();
        rows(
                CatalogQueries.KEYS,
                row ->
                        keys.merge(
                                row.getLong(1),
                                new Key(
                                        row.getLong(2),
                                        row.getString(3),
                                        row.getBoolean(4),
                                        List.of(builder.once(row.getString(5)))),
                                Key::and));
        keys.values().forEach(builder::key);
    }

    private void rows(String query, Row reader) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    private static References references(@Nullable String tree) {
        return tree == null ? References.NONE : References.in(tree);
    }

    private static List<Long> oids(Array array) throws SQLException {
        return Arrays.stream((Object[]) array.getArray())
                .map(oid -> ((Number) oid).longValue())
                .toList();
    }

    private static Relation.Kind relationKind(String relkind) {
        return switch (relkind) {
            case "r" -> Relation.Kind.TABLE;
            case "p" -> Relation.Kind.PARTITIONED_TABLE;
            case "v" -> Relation.Kind.VIEW;
            case "m" -> Relation.Kind.MATERIALIZED_VIEW;
            case "f" -> Relation.Kind.FOREIGN_TABLE;
            case "S" -> Relation.Kind.SEQUENCE;
            case "c" -> Relation.Kind.COMPOSITE_TYPE;
            default -> throw new IllegalArgumentException("relkind: " + relkind);
        };
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

    private static RewriteRule.Event event(String code) {
        return switch (code) {
            case "1" -> RewriteRule.Event.SELECT;
            case "2" -> RewriteRule.Event.UPDATE;
            case "3" -> RewriteRule.Event.INSERT;
            case "4" -> RewriteRule.Event.DELETE;
            default -> throw new IllegalArgumentException("ev_type: " + code);
        };
    }

    private static ForeignKey.Action action(String code) {
        return switch (code) {
            case "a" -> ForeignKey.Action.NO_ACTION;
            case "r" -> ForeignKey.Action.RESTRICT;
            case "c" -> ForeignKey.Action.CASCADE;
            case "n" -> ForeignKey.Action.SET_NULL;
            case "d" -> ForeignKey.Action.SET_DEFAULT;
            default -> throw new IllegalArgumentException("foreign key action: " + code);
        };
    }
}
