package dev.holdfast.sql.catalog;

/// A trigger that fires when objects are defined, altered or dropped.
///
/// @param event `ddl_command_start`, `ddl_command_end`, `sql_drop`, `table_rewrite` or `login`
/// @param function what it calls
public record EventTrigger(String name, String event, long function) {}
