package dev.holdfast.server.undo;

import java.util.ArrayList;
import java.util.List;

/// A foreign key as it was declared: of partitioned tables the one of the roots.
///
/// @param name of the constraint
/// @param child the referring table for a FROM, with ONLY where it has no partitions
/// @param childName the referring table, for a person
/// @param childColumns those that refer, not quoted
/// @param parent the table referred to for a FROM, with ONLY where it has no partitions
/// @param parentColumns those referred to, not quoted
/// @param equalities operators that compare a column of the parent, left, with one of the child
/// @param acts whether it forbids or follows the deletion of a row even where its key is there again
///     at the end of the statement (RESTRICT, CASCADE, SET NULL, SET DEFAULT)
record ForeignKey(
        String name,
        String child,
        String childName,
        List<String> childColumns,
        String parent,
        List<String> parentColumns,
        List<String> equalities,
        boolean acts) {

    /// The rows under both names refer to each other.
    ///
    /// @param left of each column of the parent
    /// @param right of each column of the child
    String matching(List<String> left, List<String> right) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < equalities.size(); i++) {
            parts.add(left.get(i) + " " + equalities.get(i) + " " + right.get(i));
        }
        return String.join(" AND ", parts);
    }

    List<String> childColumns(String alias) {
        return childColumns.stream().map(column -> alias + "." + Sql.name(column)).toList();
    }

    List<String> parentColumns(String alias) {
        return parentColumns.stream().map(column -> alias + "." + Sql.name(column)).toList();
    }

    /// No column of the child is NULL: only then does the row refer to anything.
    String refers(String alias) {
        return String.join(
                " AND ",
                childColumns(alias).stream().map(column -> column + " IS NOT NULL").toList());
    }
}
