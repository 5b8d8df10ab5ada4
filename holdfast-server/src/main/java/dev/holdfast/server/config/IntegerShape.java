package dev.holdfast.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A whole number in a range.
///
/// @param min inclusive
/// @param max inclusive
record IntegerShape(int min, int max) implements Shape<Integer> {

    @Override
    public @Nullable Integer read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.INT, path, reading, expectation());
        if (text == null) {
            return null;
        }
        // Ten digits cannot overflow a long, and no setting needs more.
        long value = text.length() > 11 ? Long.MAX_VALUE : Long.parseLong(text);
        if (value < min || value > max) {
            reading.problem(node, path, Scalars.shown(text) + " (expected: " + expectation() + ")");
            return null;
        }
        return (int) value;
    }

    @Override
    public String expectation() {
        return "a whole number from " + min + " to " + max;
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "integer");
        schema.put("minimum", min);
        schema.put("maximum", max);
        return schema;
    }
}
