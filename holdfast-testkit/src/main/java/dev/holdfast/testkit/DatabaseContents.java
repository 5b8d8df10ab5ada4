package dev.holdfast.testkit;

import java.util.Map;

/// What a database held at one moment, to be compared with what it holds later: proof that nothing
/// was changed, taken from the database itself and not from anyone's answers.
///
/// @param tables for each ordinary table (`schema.table`) its rows and their checksum
/// @param definitions a checksum of everything defined: relations, columns, constraints, indexes,
///     functions, triggers, rules, policies, types, privileges, roles, settings, large objects
public record DatabaseContents(Map<String, Rows> tables, String definitions) {
    public DatabaseContents {
        tables = Map.copyOf(tables);
    }

    /// The rows of one table.
    ///
    /// @param count number of rows
    /// @param checksum sum of a 64-bit hash of each row's text, independent of the order of rows
    public record Rows(long count, String checksum) {}

    /// Rows in all tables together.
    public long rowCount() {
        return tables.values().stream().mapToLong(Rows::count).sum();
    }
}
