package dev.holdfast.server.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/// JSON (RFC 8259) as maps, lists, strings, longs, doubles and booleans. Strict: no member may come twice,
/// nothing may follow, nesting and lengths are bounded. A member that is `null` is as if it were not there.
public final class JsonTree {
    private static final int DEPTH_MAX = 16;
    private static final int NUMBER_LENGTH_MAX = 30;
    private static final int TEXT_LENGTH_MAX = 2 << 20;
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxNumberLength(NUMBER_LENGTH_MAX)
                                    .maxStringLength(TEXT_LENGTH_MAX)
                                    .build())
                    .build();

    private JsonTree() {}

    /// A text that is not the JSON that was expected. The message tells nothing of its contents.
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    /// Reads an object.
    ///
    /// @throws MalformedException if it is none, or not well-formed
    public static Map<String, Object> object(String text) throws MalformedException {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedException("it is not a JSON object");
            }
            Map<String, Object> members = members(parser);
            if (parser.nextToken() != null) {
                throw new MalformedException("something follows the JSON object");
            }
            return members;
        } catch (JacksonException e) {
            throw new MalformedException("it is not well-formed JSON" + place(e));
        }
    }

    /// Only where, never what: a message of the parser quotes the text.
    private static String place(JacksonException e) {
        return e.getLocation() == null
                ? ""
                : " (line %d, column %d)"
                        .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
    }

    private static Map<String, Object> members(JsonParser parser) throws MalformedException {
        Map<String, Object> members = new LinkedHashMap<>();
        for (JsonToken token = parser.nextToken();
                token == JsonToken.PROPERTY_NAME;
                token = parser.nextToken()) {
            String name = parser.currentName();
            Object value = value(parser, parser.nextToken());
            if (value != null) {
                members.put(name, value);
            }
        }
        return members;
    }

    private static List<Object> items(JsonParser parser) throws MalformedException {
        List<Object> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken();
                token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            Object value = value(parser, token);
            if (value == null) {
                throw new MalformedException("a list contains null");
            }
            items.add(value);
        }
        return items;
    }

    private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token)
            throws MalformedException {
        return switch (token) {
            case START_OBJECT -> members(parser);
            case START_ARRAY -> items(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null, default -> throw new MalformedException("it ends too early");
        };
    }
}
