package dev.holdfast.server.catalog;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Grant;
import dev.holdfast.sql.catalog.References;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.StoredExpression;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads relations with their columns, grants and stored expressions.
final class RelationReader {
    private final CatalogRows rows;
    private final CatalogSnapshot.Builder builder;
    private final Map<Long, List<Relation.Column>> columns = new HashMap<>();
    private final Map<Long, List<Grant>> columnGrants = new HashMap<>();
    private final Map<String, List<Grant>> acls = new HashMap<>();
    private final Map<String, References> expressions = new HashMap<>();

    RelationReader(CatalogRows rows, CatalogSnapshot.Builder builder) {
        this.rows = rows;
        this.builder = builder;
    }

    void read() throws SQLException {
        rows.read(CatalogQueries.COLUMNS, this::column);
        rows.read(CatalogQueries.RELATIONS, row -> builder.relation(relation(row)));
        rows.read(CatalogQueries.INHERITANCE, row -> builder.child(row.getLong(1), row.getLong(2)));
        rows.read(
                CatalogQueries.EXPRESSIONS,
                row ->
                        builder.expression(
                                new StoredExpression(
                                        row.getLong(1),
                                        builder.once(row.getString(2)),
                                        references(row.getString(3)))));
    }

    /// Whether the relation is one of those that have been read, and has columns.
    boolean has(long relation) {
        return columns.containsKey(relation);
    }

    /// What a stored expression or query uses; equal ones are kept once.
    References references(@Nullable String tree) {
        return tree == null
                ? References.NONE
                : expressions.computeIfAbsent(tree, text -> builder.once(References.in(text)));
    }

    /// The names of columns by their numbers.
    ///
    /// @throws IllegalArgumentException if the relation has no such column
    List<String> columnNames(long relation, List<Long> numbers) {
        List<String> names = new ArrayList<>(numbers.size());
        for (long number : numbers) {
            columns.getOrDefault(relation, List.of()).stream()
                    .filter(column -> column.number() == number)
                    .forEach(column -> names.add(column.name()));
        }
        if (names.size() != numbers.size()) {
            throw new IllegalArgumentException(
                    "relation " + relation + ": columns " + numbers + " (found: " + names + ")");
        }
        return builder.once(List.copyOf(names));
    }

    /// The grants that an `aclitem[]` gives; none where it is NULL.
    List<Grant> grants(@Nullable String acl) {
        return acl == null
                ? List.of()
                : acls.computeIfAbsent(acl, text -> AclText.read(text, Set.of()));
    }

    private void column(ResultSet row) throws SQLException {
        long relation = row.getLong(1);
        String name = builder.once(row.getString(2));
        columns.computeIfAbsent(relation, _ -> new ArrayList<>())
                .add(
                        builder.once(
                                new Relation.Column(
                                        name,
                                        row.getInt(5),
                                        row.getLong(3),
                                        row.getBoolean(4),
                                        value(row.getString(6)),
                                        references(row.getString(7)))));
        String acl = row.getString(8);
        if (acl != null) {
            columnGrants
                    .computeIfAbsent(relation, _ -> new ArrayList<>())
                    .addAll(AclText.read(acl, Set.of(name)));
        }
    }

    private Relation relation(ResultSet row) throws SQLException {
        long oid = row.getLong(1);
        List<Grant> grants = new ArrayList<>(grants(row.getString(8)));
        grants.addAll(columnGrants.getOrDefault(oid, List.of()));
        return new Relation(
                oid,
                builder.once(row.getString(2)),
                builder.once(row.getString(3)),
                kind(row.getString(4)),
                builder.once(row.getString(7)),
                row.getLong(5),
                row.getBoolean(6),
                row.getBoolean(9),
                CatalogRows.texts(row.getArray(10)),
                builder.once(List.copyOf(grants)),
                builder.once(List.copyOf(columns.getOrDefault(oid, List.of()))));
    }

    private static Relation.Value value(String code) {
        return switch (code) {
            case "" -> Relation.Value.NONE;
            case "d" -> Relation.Value.DEFAULT;
            case "i" -> Relation.Value.IDENTITY;
            case "s" -> Relation.Value.STORED;
            case "v" -> Relation.Value.VIRTUAL;
            default -> throw new IllegalArgumentException("attgenerated: " + code);
        };
    }

    private static Relation.Kind kind(String relkind) {
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
}
