package dev.holdfast.server.access;

/// An order that nobody may work.
///
/// @param database where; [#EVERYWHERE] for all databases
/// @param at when it was given, milliseconds since 1970-01-01 UTC
/// @param by who gave it
public record Stop(String database, long at, String by, String reason) {
    /// All databases. No database can be called so.
    public static final String EVERYWHERE = "*";

    boolean concerns(String name) {
        return database.equals(EVERYWHERE) || database.equals(name);
    }
}
