package dev.holdfast.sql.catalog;

import java.util.List;

/// A foreign key and what a change of the referenced row does.
///
/// @param relation the table whose rows refer
/// @param referenced the table whose rows are referred to
/// @param columns those of `relation`, in the key's order
/// @param referencedColumns those of `referenced`, in the same order
/// @param onUpdate what happens where a referenced column changes
/// @param onDelete what happens where a referenced row goes
/// @param setOnDelete the columns that SET NULL and SET DEFAULT set on deletion
public record ForeignKey(
        String name,
        long relation,
        long referenced,
        List<String> columns,
        List<String> referencedColumns,
        Action onUpdate,
        Action onDelete,
        List<String> setOnDelete) {

    public enum Action {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }

    public ForeignKey {
        columns = List.copyOf(columns);
        referencedColumns = List.copyOf(referencedColumns);
        setOnDelete = List.copyOf(setOnDelete);
    }
}
