package dev.holdfast.sql.catalog;

/// A row-security policy.
///
/// @param relation the table that it guards
/// @param reads whether it is applied to reading: for SELECT or for ALL
/// @param using what the condition for existing rows uses
/// @param check what the condition for new rows uses
public record RowPolicy(
        long relation, String name, boolean reads, References using, References check) {}
