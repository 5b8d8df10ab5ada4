package dev.holdfast.server.undo;

import java.util.List;

/// What a person wants of an undo.
///
/// @param person who; written to the journal and to the record
/// @param tables `schema.name` or `name` of the tables to restore; empty for all
/// @param rows keys of the rows to restore, the columns of a key parted by commas; empty for all
/// @param force whether rows that were changed since are overwritten, and what triggers change besides is
///     accepted
/// @param dryRun whether everything is rolled back at the end
/// @param triggers whether the triggers and rules of the tables run
public record UndoWish(
        String person,
        List<String> tables,
        List<String> rows,
        boolean force,
        boolean dryRun,
        Triggers triggers) {

    public UndoWish {
        tables = List.copyOf(tables);
        rows = List.copyOf(rows);
    }

    /// Whether triggers and rules run while rows are put back.
    public enum Triggers {
        /// As QUIET where the restoring role may, otherwise as FIRE.
        AUTO,
        /// They do not: what they did is in the journal and is undone as everything else. Foreign keys
        /// are checked by Holdfast. The role must be allowed to set `session_replication_role`.
        QUIET,
        /// They run; what they change besides makes the undo be refused.
        FIRE
    }

    /// Whether a table is among those wanted.
    boolean wants(String schema, String name) {
        return tables.isEmpty() || tables.contains(name) || tables.contains(schema + "." + name);
    }
}
