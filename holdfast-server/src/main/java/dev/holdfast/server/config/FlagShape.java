package dev.holdfast.server.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// `true` or `false`; `yes`, `on` and `1` are not.
record FlagShape() implements Shape<Boolean> {

    @Override
    public @Nullable Boolean read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.BOOL, path, reading, expectation());
        return text == null ? null : Boolean.valueOf(text);
    }

    @Override
    public String expectation() {
        return "true or false";
    }

    @Override
    public Map<String, Object> schema() {
        return Map.of("type", "boolean");
    }
}
