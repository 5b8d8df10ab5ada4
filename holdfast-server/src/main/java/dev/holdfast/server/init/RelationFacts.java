package dev.holdfast.server.init;

import java.util.Set;

/// What is known of a relation besides its definition.
///
/// @param pages its size in pages of 8 KiB, as the planner knows it; 0 where it was never analysed
/// @param rows the planner's estimate; negative where it has none
/// @param storesRows whether it has rows of its own: a table or a materialised view
/// @param partition whether it is a partition of another one
/// @param extension the extension that it belongs to; empty where none
/// @param readsAll whether the looking role may read every column
/// @param readableColumns the columns that it may read where not all
record RelationFacts(
        long pages,
        long rows,
        boolean storesRows,
        boolean partition,
        String extension,
        boolean readsAll,
        Set<String> readableColumns) {
    RelationFacts {
        readableColumns = Set.copyOf(readableColumns);
    }

    boolean readable(String column) {
        return readsAll || readableColumns.contains(column);
    }

    boolean readable() {
        return readsAll || !readableColumns.isEmpty();
    }
}
