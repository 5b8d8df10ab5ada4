package dev.holdfast.sql.catalog;

/// A rule: of a view the one that makes it a view, otherwise what a write is turned into.
///
/// @param relation whose statements it rewrites
/// @param event which statements
/// @param instead whether it replaces the statement
/// @param conditional whether it is applied only where its condition holds
/// @param enabled whether it is applied in an ordinary session
/// @param bounded whether each of its queries has a condition
/// @param notifies whether it sends a notification
/// @param references what its condition and its queries use
public record RewriteRule(
        long relation,
        String name,
        Event event,
        boolean instead,
        boolean conditional,
        boolean enabled,
        boolean bounded,
        boolean notifies,
        References references) {

    public enum Event {
        SELECT,
        UPDATE,
        INSERT,
        DELETE
    }
}
