package dev.holdfast.sql.catalog;

/// A foreign key and what a change of the referenced row does.
///
/// @param relation the table whose rows refer
/// @param referenced the table whose rows are referred to
public record ForeignKey(
        String name, long relation, long referenced, Action onUpdate, Action onDelete) {

    public enum Action {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }
}
