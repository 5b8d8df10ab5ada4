package dev.holdfast.sql.analysis;

import java.util.Set;

/// What a statement does to one relation, or may do.
///
/// @param relation `schema.name`, quoted where SQL would need it; as written where no catalog says
///     which relation is meant
/// @param operation what happens to it
/// @param columns the columns that are read, or that are given values; without meaning where
///     `allColumns`
/// @param allColumns whether every column may be meant: `*`, a whole row, or not known
/// @param bound whether the statement's own conditions can keep some rows out
/// @param via by which way the relation is reached, in words: `foreign key orders_customer_fkey`,
///     `trigger audit on shop.orders`, `view shop.recent`; empty where the statement names it
public record RelationEffect(
        String relation,
        Operation operation,
        Set<String> columns,
        boolean allColumns,
        Bound bound,
        String via) {

    /// What can happen to a relation. The order is the order of gravity.
    public enum Operation {
        /// Its rows are read.
        READ,
        /// It, or rows of it, are locked for others.
        LOCK,
        /// Rows are added.
        INSERT,
        /// Rows are changed.
        UPDATE,
        /// Rows are removed.
        DELETE,
        /// It comes into being.
        DEFINE,
        /// It is altered.
        ALTER,
        /// All rows are removed at once.
        TRUNCATE,
        /// It is removed.
        DROP
    }

    /// Whether a write can select fewer than all rows.
    public enum Bound {
        /// A condition stands that can be false for some rows.
        BOUNDED,
        /// No condition stands, or none that is sure to keep rows out.
        UNBOUNDED,
        /// The question does not arise: a read, an insert of given rows, a definition.
        NOT_APPLICABLE
    }

    public RelationEffect {
        columns = Set.copyOf(columns);
    }

    /// Whether the statement itself names the relation.
    public boolean direct() {
        return via.isEmpty();
    }
}
