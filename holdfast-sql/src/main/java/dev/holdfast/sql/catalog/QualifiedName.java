package dev.holdfast.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A name with its schema, as effects and measurements write it: `shop.orders`, `shop."Orders"`.
public record QualifiedName(String schema, String name) {
    /// Reads one. A double quote within quotes is written twice.
    ///
    /// @return null for a text that does not have two parts
    public static @Nullable QualifiedName read(String text) {
        int dot = text.indexOf('.');
        if (text.indexOf('"') < 0) {
            return dot < 0
                    ? null
                    : new QualifiedName(text.substring(0, dot), text.substring(dot + 1));
        }
        List<String> parts = new ArrayList<>(2);
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                if (!quoted && i > 0 && text.charAt(i - 1) == '"') {
                    part.append('"');
                }
                quoted = !quoted;
            } else if (c == '.' && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts.size() == 2 ? new QualifiedName(parts.getFirst(), parts.getLast()) : null;
    }
}
