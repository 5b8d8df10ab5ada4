package dev.holdfast.server.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// What the shapes of single values have in common: taking the text out of a node of the right type.
final class Scalars {
    /// The longest value that an error repeats, in characters.
    private static final int SHOWN_LENGTH_MAX = 60;

    private Scalars() {}

    /// The text of a scalar that YAML 1.2 (JSON schema) resolves to the given type.
    ///
    /// @return null where a problem was told
    static @Nullable String text(
            Node node, Tag tag, String path, Reading reading, String expectation) {
        reading.remember(path, node);
        if (!(node instanceof ScalarNode scalar)) {
            String found = node.getTag().equals(Tag.SEQ) ? "a list" : "a mapping";
            reading.problem(node, path, "is " + found + " (expected: " + expectation + ")");
            return null;
        }
        if (scalar.getTag().equals(tag)) {
            return scalar.getValue();
        }
        reading.problem(node, path, typeName(scalar.getTag()) + " (expected: " + expectation + ")");
        return null;
    }

    /// A value as an error repeats it: on one line and not too long.
    static String shown(String value) {
        String line = value.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= SHOWN_LENGTH_MAX ? line : line.substring(0, SHOWN_LENGTH_MAX) + "…";
    }

    private static String typeName(Tag tag) {
        if (tag.equals(Tag.NULL)) {
            return "has no value";
        }
        if (tag.equals(Tag.BOOL)) {
            return "is true or false; in quotes it would be text";
        }
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return "is a number; in quotes it would be text";
        }
        return tag.equals(Tag.STR) ? "is text" : "is a reference or has a type of its own";
    }
}
