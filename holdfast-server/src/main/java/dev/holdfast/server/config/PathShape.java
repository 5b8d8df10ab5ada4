package dev.holdfast.server.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// A file or directory; a relative one is relative to the configuration file's directory.
///
/// @param expectation what must be there, in words
record PathShape(String expectation) implements Shape<Path> {

    @Override
    public @Nullable Path read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.STR, path, reading, expectation);
        if (text == null) {
            return null;
        }
        if (text.isBlank() || text.startsWith("${")) {
            reading.problem(node, path, Scalars.shown(text) + " (expected: " + expectation + ")");
            return null;
        }
        try {
            return reading.resolve(text);
        } catch (InvalidPathException e) {
            reading.problem(node, path, "not a path: " + e.getReason());
            return null;
        }
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("minLength", 1);
        return schema;
    }
}
