package dev.holdfast.server.capture;

import dev.holdfast.guard.change.TableChange;
import dev.holdfast.server.journal.RelationImage;

/// A table whose images are to be read.
///
/// @param change what was counted
/// @param image what its lines will mean
/// @param pages its size in pages of 8 KiB when it was last looked at, 0 where that is not known
/// @param shadowed whether its [Shadow] notes where rows are changed
/// @param doubtful whether it has to be looked at by [Restorability]
record CapturedTable(
        TableChange change, RelationImage image, long pages, boolean shadowed, boolean doubtful) {

    /// `schema.name` as SQL takes it, quoted always.
    String quotedName() {
        return quoted(image.schema()) + "." + quoted(image.name());
    }

    /// The columns with commas between them.
    String quotedColumns() {
        StringBuilder columns = new StringBuilder();
        image.columns()
                .forEach(column ->
                        columns.append(columns.isEmpty() ? "" : ", ")
                                .append(quoted(column.name())));
        return columns.toString();
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
