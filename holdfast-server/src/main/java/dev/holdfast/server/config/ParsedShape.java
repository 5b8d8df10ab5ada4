package dev.holdfast.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Text with a form of its own, read by what knows the form.
///
/// @param parse makes the value; throws IllegalArgumentException with what is wrong
/// @param expectation the form in words
record ParsedShape<T>(Function<String, T> parse, String expectation) implements Shape<T> {
    /// Far above any name or condition.
    private static final int LENGTH_MAX = 4_000;

    @Override
    public @Nullable T read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.STR, path, reading, expectation);
        if (text == null) {
            return null;
        }
        if (text.isBlank() || text.length() > LENGTH_MAX) {
            String problem = text.length() + " characters (expected: 1 to " + LENGTH_MAX + ")";
            reading.problem(
                    node,
                    path,
                    text.isBlank() ? "is empty (expected: " + expectation + ")" : problem);
            return null;
        }
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            reading.problem(node, path, String.valueOf(e.getMessage()));
            return null;
        }
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("minLength", 1);
        schema.put("maxLength", LENGTH_MAX);
        return schema;
    }
}
