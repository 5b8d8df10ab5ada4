package dev.holdfast.server.text;

import java.util.Iterator;
import java.util.Map;

/// Appends JSON (RFC 8259) to a [StringBuilder].
///
/// The text is ASCII only where it must be: control characters, U+2028, U+2029 and lone surrogates
/// are escaped, so that a line of JSON is one line for every reader and always valid UTF-8.
public final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /// Appends a string with its quotes.
    public static void appendString(StringBuilder out, String value) {
        out.append('"');
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (mustBeEscaped(value, i, c)) {
                        appendEscaped(out, c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /// A value made of maps, iterables, strings, numbers and booleans, indented by two spaces.
    ///
    /// @throws IllegalArgumentException for a value of another type
    public static String indented(Object value) {
        StringBuilder out = new StringBuilder();
        appendValue(out, value, 0);
        return out.append('\n').toString();
    }

    private static void appendValue(StringBuilder out, Object value, int depth) {
        switch (value) {
            case String text -> appendString(out, text);
            case Number number -> out.append(number);
            case Boolean flag -> out.append(flag.booleanValue());
            case Map<?, ?> map -> appendMap(out, map, depth);
            case Iterable<?> items -> appendItems(out, items, depth);
            default ->
                    throw new IllegalArgumentException(
                            "type: " + value.getClass().getName() + " (expected: a JSON type)");
        }
    }

    private static void appendMap(StringBuilder out, Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            separator = ",";
            indent(out, depth + 1);
            appendString(out, String.valueOf(entry.getKey()));
            out.append(": ");
            appendValue(out, entry.getValue(), depth + 1);
        }
        indent(out, depth);
        out.append('}');
    }

    private static void appendItems(StringBuilder out, Iterable<?> items, int depth) {
        Iterator<?> iterator = items.iterator();
        if (!iterator.hasNext()) {
            out.append("[]");
            return;
        }
        out.append('[');
        while (iterator.hasNext()) {
            indent(out, depth + 1);
            appendValue(out, iterator.next(), depth + 1);
            if (iterator.hasNext()) {
                out.append(',');
            }
        }
        indent(out, depth);
        out.append(']');
    }

    private static void indent(StringBuilder out, int depth) {
        out.append('\n').append("  ".repeat(depth));
    }

    private static boolean mustBeEscaped(String value, int index, char c) {
        if (c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029') {
            return true;
        }
        if (Character.isHighSurrogate(c)) {
            return index + 1 >= value.length()
                    || !Character.isLowSurrogate(value.charAt(index + 1));
        }
        return Character.isLowSurrogate(c)
                && (index == 0 || !Character.isHighSurrogate(value.charAt(index - 1)));
    }

    private static void appendEscaped(StringBuilder out, char c) {
        out.append("\\u")
                .append(HEX.charAt(c >> 12 & 0xf))
                .append(HEX.charAt(c >> 8 & 0xf))
                .append(HEX.charAt(c >> 4 & 0xf))
                .append(HEX.charAt(c & 0xf));
    }
}
