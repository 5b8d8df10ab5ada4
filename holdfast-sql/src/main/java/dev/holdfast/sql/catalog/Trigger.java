package dev.holdfast.sql.catalog;

/// A trigger that somebody made; those behind foreign keys are [ForeignKey]s.
///
/// @param relation the table
/// @param function what it calls
/// @param enabled whether it fires in an ordinary session
public record Trigger(long relation, String name, long function, boolean enabled) {}
