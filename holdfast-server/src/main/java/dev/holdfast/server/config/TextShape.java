package dev.holdfast.server.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Text that a pattern describes. References (`${env:…}`) are read for secrets only, so that a
/// reference elsewhere is a problem and not a name with odd characters.
///
/// @param pattern what the whole text must match
/// @param expectation the pattern in words
record TextShape(Pattern pattern, String expectation) implements Shape<String> {

    @Override
    public @Nullable String read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.STR, path, reading, expectation);
        if (text == null) {
            return null;
        }
        if (text.startsWith("${")) {
            reading.problem(node, path, "references are read for secrets only");
            return null;
        }
        if (!pattern.matcher(text).matches()) {
            reading.problem(node, path, Scalars.shown(text) + " (expected: " + expectation + ")");
            return null;
        }
        return text;
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^(?:" + pattern.pattern() + ")$");
        return schema;
    }
}
