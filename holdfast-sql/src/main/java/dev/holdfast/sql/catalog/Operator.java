package dev.holdfast.sql.catalog;

/// An operator and the function behind it.
///
/// @param left the type of its left argument; 0 for a prefix operator
/// @param right the type of its right argument
/// @param function the function that it calls
public record Operator(long oid, String schema, String name, long left, long right, long function) {

    /// Whether `initdb` made it.
    public boolean builtIn() {
        return CatalogSnapshot.builtIn(oid);
    }
}
