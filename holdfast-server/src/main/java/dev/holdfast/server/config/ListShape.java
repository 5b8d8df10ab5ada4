package dev.holdfast.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// A list of values of one shape.
///
/// @param sizeMin the fewest items, inclusive
/// @param sizeMax the most items, inclusive
record ListShape<T>(Shape<T> item, int sizeMin, int sizeMax) implements Shape<List<T>> {

    @Override
    public @Nullable List<T> read(Node node, String path, Reading reading) {
        reading.remember(path, node);
        if (!(node instanceof SequenceNode sequence)) {
            reading.problem(node, path, "not a list (expected: " + expectation() + ")");
            return null;
        }
        int size = sequence.getValue().size();
        if (size < sizeMin || size > sizeMax) {
            reading.problem(node, path, size + " items (expected: " + expectation() + ")");
            return null;
        }
        List<T> items = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            T value = item.read(sequence.getValue().get(i), path + "[" + i + "]", reading);
            if (value != null) {
                items.add(value);
            }
        }
        return items.size() == size ? List.copyOf(items) : null;
    }

    @Override
    public String expectation() {
        return "a list of " + sizeMin + " to " + sizeMax + " items";
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "array");
        schema.put("minItems", sizeMin);
        schema.put("maxItems", sizeMax);
        schema.put("items", item.schema());
        return schema;
    }
}
