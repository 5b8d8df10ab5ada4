package dev.holdfast.server.init;

import java.util.regex.Pattern;

/// Names as SQL and as policies write them.
final class Identifiers {
    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");

    private Identifiers() {}

    /// Quoted, whatever it is.
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// Quoted where a policy's pattern needs it.
    static String inPattern(String name) {
        return PLAIN.matcher(name).matches() ? name : quoted(name);
    }

    /// `schema.name` for SQL.
    static String sql(String schema, String name) {
        return quoted(schema) + "." + quoted(name);
    }

    /// A string for SQL, with standard_conforming_strings on.
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
