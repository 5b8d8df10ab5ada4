package dev.holdfast.sql.catalog;

/// What a table computes for each row that is written, its columns' own expressions aside: a CHECK, the
/// expressions and the predicate of an index, an exclusion constraint, a partition key.
///
/// @param what `check positive`, `index orders_lower_idx`
/// @param references what it uses
public record StoredExpression(long relation, String what, References references) {}
