package dev.holdfast.server.journal;

/// A column of a relation whose rows are kept.
///
/// @param name as the catalog has it, not quoted
/// @param type as `format_type` writes it
/// @param generated whether the database computes it (`GENERATED ALWAYS AS (…)`, stored or virtual):
///     it is kept to be compared, and left out of what is restored
/// @param identityAlways whether it is `GENERATED ALWAYS AS IDENTITY`: restoring it takes `OVERRIDING
///     SYSTEM VALUE`
public record ColumnImage(String name, String type, boolean generated, boolean identityAlways) {}
