package dev.holdfast.server.access;

/// Names and texts as SQL writes them, with `standard_conforming_strings` on.
final class Sql {
    private Sql() {}

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String literal(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("text: a NUL (expected: none)");
        }
        return "'" + text.replace("'", "''") + "'";
    }
}
