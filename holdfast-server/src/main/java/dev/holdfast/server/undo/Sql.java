package dev.holdfast.server.undo;

import java.util.List;

/// Pieces of SQL. What the undo runs between user-defined triggers and constraints runs with the
/// restoring role's own search path, because they may need it; so everything is qualified.
final class Sql {
    static final String EQUAL = " OPERATOR(pg_catalog.=) ";

    private Sql() {}

    /// A quoted name.
    static String name(String raw) {
        return '"' + raw.replace("\"", "\"\"") + '"';
    }

    /// A quoted literal.
    static String text(String raw) {
        String doubled = raw.replace("'", "''");
        return raw.indexOf('\\') < 0
                ? "'" + doubled + "'"
                : "E'" + doubled.replace("\\", "\\\\") + "'";
    }

    static String operator(String schema, String operator) {
        return "OPERATOR(" + name(schema) + "." + operator + ")";
    }

    /// All values as one text that their output functions write, NULL apart from the empty text: rows
    /// are the same where these are.
    static String rowText(List<String> values) {
        return "ROW(" + String.join(", ", values) + ")::pg_catalog.text COLLATE pg_catalog.\"C\"";
    }
}
