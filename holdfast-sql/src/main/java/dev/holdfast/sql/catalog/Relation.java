package dev.holdfast.sql.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table, view, materialised view, foreign table, sequence or composite type.
///
/// @param oid its `pg_class.oid`
/// @param schema the schema's name
/// @param kind what it is
/// @param owner the name of the role that owns it
/// @param rowType the type of its rows, `pg_class.reltype`; 0 where there is none
/// @param rowSecurity whether its row-security policies are in force
/// @param securityInvoker of a view, whether what it reads is read as the role that asks
/// @param partitionKey of a partitioned table, the columns of its key; an empty name for an expression
/// @param grants who else may do what with it
/// @param columns in their order; dropped and system columns left out
public record Relation(
        long oid,
        String schema,
        String name,
        Kind kind,
        String owner,
        long rowType,
        boolean rowSecurity,
        boolean securityInvoker,
        List<String> partitionKey,
        List<Grant> grants,
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
    /// @param number its `pg_attribute.attnum`
    /// @param type the `pg_type.oid`
    /// @param value where its value comes from when a statement gives none
    /// @param expression what its default or its generation expression uses
    public record Column(
            String name,
            int number,
            long type,
            boolean notNull,
            Value value,
            References expression) {

        /// The expression of a generated column that is computed when it is read; nothing for every
        /// other column.
        public References computed() {
            return value == Value.VIRTUAL ? expression : References.NONE;
        }
    }

    /// Where a column's value comes from when a statement gives none.
    public enum Value {
        /// NULL.
        NONE,
        /// An expression that a statement may override.
        DEFAULT,
        /// A sequence of its own.
        IDENTITY,
        /// Always an expression, computed when the row is written.
        STORED,
        /// Always an expression, computed when the row is read (PostgreSQL 18).
        VIRTUAL
    }

    public Relation {
        partitionKey = List.copyOf(partitionKey);
        grants = List.copyOf(grants);
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

    /// The name of the column with this number; null where there is none.
    public @Nullable String columnName(int number) {
        for (Column column : columns) {
            if (column.number() == number) {
                return column.name();
            }
        }
        return null;
    }

    /// `schema.name`, as people read it.
    public String qualified() {
        return schema + "." + name;
    }
}
