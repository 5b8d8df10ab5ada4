package dev.holdfast.server.journal;

import java.util.List;

/// A table whose rows follow in the journal: what each line of them means.
///
/// @param oid the table's oid when it was kept
/// @param schema as the catalog has it, not quoted
/// @param name as the catalog has it, not quoted
/// @param columns in the order of the lines, the ctid in front of them not counted
/// @param primaryKey names of the primary key's columns, in the key's order; never empty
public record RelationImage(
        long oid, String schema, String name, List<ColumnImage> columns, List<String> primaryKey) {

    public RelationImage {
        columns = List.copyOf(columns);
        primaryKey = List.copyOf(primaryKey);
        if (columns.isEmpty() || primaryKey.isEmpty()) {
            throw new IllegalArgumentException(
                    "columns: %d, of the primary key: %d (expected: >= 1)"
                            .formatted(columns.size(), primaryKey.size()));
        }
    }
}
