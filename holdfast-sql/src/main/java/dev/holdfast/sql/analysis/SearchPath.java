package dev.holdfast.sql.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The search_path that a function sets for itself.
final class SearchPath {
    private static final String SETTING = "search_path=";

    private SearchPath() {}

    /// The schemas of the path; null where the configuration does not set one. A schema for temporary
    /// tables is left out: they belong to a session and are in no catalog.
    ///
    /// @param configuration lines `name=value` of `pg_proc.proconfig`
    static @Nullable List<String> of(List<String> configuration) {
        for (String line : configuration) {
            if (line.startsWith(SETTING)) {
                return schemas(line.substring(SETTING.length()));
            }
        }
        return null;
    }

    private static List<String> schemas(String value) {
        List<String> schemas = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i <= value.length(); i++) {
            char c = i < value.length() ? value.charAt(i) : ',';
            if (c == '"') {
                // A doubled quote ends one quoted run and begins another: it stands for itself.
                if (!quoted && i > 0 && value.charAt(i - 1) == '"') {
                    name.append('"');
                }
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                add(schemas, name.toString());
                name.setLength(0);
            } else if (quoted) {
                name.append(c);
            } else if (!Character.isWhitespace(c)) {
                name.append(String.valueOf(c).toLowerCase(Locale.ROOT));
            }
        }
        return List.copyOf(schemas);
    }

    private static void add(List<String> schemas, String name) {
        if (!name.isEmpty() && !name.equals("pg_temp")) {
            schemas.add(name);
        }
    }
}
