package dev.holdfast.guard.policy;

import java.util.List;

/// A relation as an analysis names it.
///
/// @param schema its schema; empty where nothing says which one is meant
record RelationName(String schema, String name) {

    /// @param text `schema.name` or `name`, quoted where SQL would need it; a database before the schema
    ///     is left out
    static RelationName of(String text) {
        List<String> parts = DottedText.names(text);
        return parts.size() == 1
                ? new RelationName("", parts.getFirst())
                : new RelationName(parts.get(parts.size() - 2), parts.getLast());
    }

    /// Whether the schema is PostgreSQL's own: a star in a policy does not stand for these.
    boolean system() {
        return schema.equals("pg_catalog")
                || schema.equals("information_schema")
                || schema.startsWith("pg_toast");
    }
}
