package dev.holdfast.sql.catalog;

/// A rule: of a view the one that makes it a view, otherwise what a write is turned into.
///
/// @param relation whose statements it rewrites
/// @param event which statements
/// @param instead whether it replaces the statement
/// @param references what its condition and its queries use
public record RewriteRule(
        long relation, String name, Event event, boolean instead, References references) {

    public enum Event {
        SELECT,
        UPDATE,
        INSERT,
        DELETE
    }
}
