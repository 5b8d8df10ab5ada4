package dev.holdfast.server.init;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/// A single value in a sampled one: an element of an array, a field of a JSON document.
///
/// @param key the field's name; empty where there is none
record Leaf(String key, String value) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LEAVES_MAX = 500;

    /// Takes a value of a column apart.
    static List<Leaf> of(ColumnType type, String value) {
        String text = value.strip();
        if (type == ColumnType.TEXT_ARRAY) {
            return text.lines().map(line -> new Leaf("", line.strip())).limit(LEAVES_MAX).toList();
        }
        boolean document =
                type == ColumnType.DOCUMENT || text.startsWith("{") || text.startsWith("[");
        List<Leaf> fields = document ? fields(text) : List.of();
        return fields.isEmpty() ? List.of(new Leaf("", text)) : fields;
    }

    /// Every scalar of a document. Only the beginning of a long one was sampled: what is there counts.
    private static List<Leaf> fields(String text) {
        List<Leaf> fields = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            for (JsonToken token = parser.nextToken();
                    token != null && fields.size() < LEAVES_MAX;
                    token = parser.nextToken()) {
                if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                    String name = parser.currentName();
                    fields.add(new Leaf(name == null ? "" : name, parser.getString().strip()));
                }
            }
        } catch (StreamReadException _) {
            // Cut off, or no JSON after all.
        }
        return fields;
    }
}
