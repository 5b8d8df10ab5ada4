package dev.holdfast.server.config;

import dev.holdfast.sql.text.Nearest;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/// A mapping with a fixed set of keys. A key that is unknown or set twice is a problem, never
/// ignored.
///
/// @param title what it is, for the reference
/// @param construct makes the record of the values
record ObjectShape<T>(String title, Function<Values, T> construct, List<Field<?>> fields)
        implements Shape<T> {

    ObjectShape {
        fields = List.copyOf(fields);
    }

    /// The values of one mapping, by field.
    static final class Values {
        private final IdentityHashMap<Field<?>, Object> values = new IdentityHashMap<>();

        /// The value of a field that is required or has a default.
        <T> T of(Field<T> field) {
            T value = orNull(field);
            if (value == null) {
                throw new IllegalStateException("field: " + field.name() + " (expected: a value)");
            }
            return value;
        }

        @SuppressWarnings("unchecked") // put() stores under a field only what its shape read
        <T> @Nullable T orNull(Field<T> field) {
            return (T) values.get(field);
        }

        private void put(Field<?> field, @Nullable Object value) {
            if (value != null) {
                values.put(field, value);
            }
        }
    }

    /// The defaults of all fields.
    Values defaults() {
        Values values = new Values();
        fields.forEach(field -> values.put(field, field.fallback()));
        return values;
    }

    @Override
    public @Nullable T read(Node node, String path, Reading reading) {
        reading.remember(path, node);
        if (!(node instanceof MappingNode mapping)) {
            reading.problem(node, path, "not a mapping (expected: " + expectation() + ")");
            return null;
        }
        Map<String, NodeTuple> tuples = new LinkedHashMap<>();
        boolean complete = collect(mapping, path, reading, tuples);
        Values values = new Values();
        for (Field<?> field : fields) {
            NodeTuple tuple = tuples.get(field.name());
            if (tuple == null) {
                values.put(field, field.fallback());
                if (field.required()) {
                    complete = false;
                    reading.problem(
                            node,
                            path,
                            "\"%s\" is missing (expected: %s)"
                                    .formatted(field.name(), field.shape().expectation()));
                }
            } else {
                Object value =
                        field.shape()
                                .read(tuple.getValueNode(), child(path, field.name()), reading);
                values.put(field, value);
                complete &= value != null;
            }
        }
        return complete ? construct.apply(values) : null;
    }

    /// Sorts the entries by key; tells of keys that are unknown, set twice or not plain text.
    private boolean collect(
            MappingNode mapping, String path, Reading reading, Map<String, NodeTuple> tuples) {
        boolean complete = true;
        List<String> known = fields.stream().map(Field::name).toList();
        for (NodeTuple tuple : mapping.getValue()) {
            Node keyNode = tuple.getKeyNode();
            if (!(keyNode instanceof ScalarNode scalar)) {
                reading.problem(keyNode, path, "a key is not plain text");
                complete = false;
                continue;
            }
            String key = scalar.getValue();
            NodeTuple earlier = tuples.putIfAbsent(key, tuple);
            if (!known.contains(key)) {
                reading.problem(keyNode, child(path, key), unknownKey(key, known));
                complete = false;
            } else if (earlier != null) {
                int line = earlier.getKeyNode().getStartMark().map(m -> m.getLine() + 1).orElse(0);
                reading.problem(
                        keyNode, child(path, key), "set twice (first on line " + line + ")");
                complete = false;
            }
        }
        return complete;
    }

    private static String unknownKey(String key, List<String> known) {
        String nearest = Nearest.of(key, known);
        String question = nearest == null ? "" : "did you mean \"" + nearest + "\"? ";
        return "unknown setting (" + question + "known here: " + String.join(", ", known) + ")";
    }

    private static String child(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    @Override
    public String expectation() {
        return fields.stream()
                .filter(Field::required)
                .map(Field::name)
                .collect(Collectors.collectingAndThen(Collectors.joining(", "), this::mappingWith));
    }

    private String mappingWith(String requiredKeys) {
        return requiredKeys.isEmpty() ? "a mapping" : "a mapping with " + requiredKeys;
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (Field<?> field : fields) {
            properties.put(field.name(), fieldSchema(field));
            if (field.required()) {
                required.add(field.name());
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("title", title);
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("properties", properties);
        return schema;
    }

    private static <V> Map<String, Object> fieldSchema(Field<V> field) {
        Map<String, Object> schema = new LinkedHashMap<>(field.shape().schema());
        schema.put("description", field.meaning());
        V fallback = field.fallback();
        if (fallback != null && !(field.shape() instanceof ObjectShape<?>)) {
            schema.put("default", JsonValues.of(field.shape(), fallback));
        }
        return schema;
    }
}
