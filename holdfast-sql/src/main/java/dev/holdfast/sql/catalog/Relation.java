package dev.holdfast.sql.catalog;

import java.util.List;

/// A table, view, materialised view, foreign table, sequence or composite type.
///
/// @param oid its `pg_class.oid`
/// @param schema the schema's name
/// @param kind what it is
/// @param rowType the type of its rows, `pg_class.reltype`; 0 where there is none
/// @param rowSecurity whether its row-security policies are in force
/// @param columns in their order; dropped and system columns left out
public record Relation(
        long oid,
        String schema,
        String name,
        Kind kind,
        long rowType,
        boolean rowSecurity,
        List<Column> columns) {

    /// The kinds of `pg_class.relkind` that can be named in FROM, and composite types.
    public enum Kind {
        TABLE,
        PARTITIONED_TABLE,
        VIEW,
        MATERIALIZED_VIEW,
        FOREIGN_TABLE,
        SEQUENCE,
        COMPOSITE_TYPE
    }

    /// A column.
    ///
    /// @param type the `pg_type.oid`
    /// @param computed the expression of a generated column that is computed when it is read
    ///     (PostgreSQL 18: VIRTUAL); [References#NONE] for every other column
    public record Column(String name, long type, boolean notNull, References computed) {}

    public Relation {
        columns = List.copyOf(columns);
    }

    /// Whether it has a column of this name, system columns aside.
    public boolean hasColumn(String column) {
        for (Column each : columns) {
            if (each.name().equals(column)) {
                return true;
            }
        }
        return false;
    }

    /// `schema.name`, as people read it.
    public String qualified() {
        return schema + "." + name;
    }
}
