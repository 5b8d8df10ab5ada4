package dev.holdfast.server.config;

import dev.holdfast.server.text.JsonText;
import java.util.LinkedHashMap;
import java.util.Map;

/// The JSON schema of a document shape.
final class SchemaText {
    private SchemaText() {}

    static String of(ObjectShape<?> document) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.putAll(document.schema());
        return JsonText.indented(schema);
    }
}
