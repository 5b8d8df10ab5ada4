package dev.holdfast.server.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes a row of COPY's text format apart.
public final class CopyLine {
    private CopyLine() {}

    /// The fields; null for NULL.
    public static List<@Nullable String> fields(byte[] line) {
        List<@Nullable String> fields = new ArrayList<>();
        String text = new String(line, StandardCharsets.UTF_8);
        int from = 0;
        while (true) {
            int tab = text.indexOf('\t', from);
            String raw = tab < 0 ? text.substring(from) : text.substring(from, tab);
            fields.add(raw.equals("\\N") ? null : unescaped(raw));
            if (tab < 0) {
                return fields;
            }
            from = tab + 1;
        }
    }

    private static String unescaped(String raw) {
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        StringBuilder out = new StringBuilder(raw.length());
        boolean escaped = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (escaped) {
                out.append(meant(c));
                escaped = false;
            } else if (c == '\\') {
                escaped = true;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static char meant(char c) {
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> '\u000b';
            default -> c;
        };
    }
}
