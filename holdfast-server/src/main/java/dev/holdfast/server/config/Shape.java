package dev.holdfast.server.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/// What a value in the file may look like: how it is read, and how it is described to a reader and
/// in the JSON schema. One declaration serves all three, so they cannot disagree.
///
/// @param <T> what a well-formed value becomes
interface Shape<T> {
    /// Reads a value; where it is not well-formed, tells the reading so.
    ///
    /// @return null exactly where a problem was told
    @Nullable T read(Node node, String path, Reading reading);

    /// What is expected, to stand after "expected: ".
    String expectation();

    /// The shape as a JSON schema (draft 2020-12).
    Map<String, Object> schema();

    /// A value as a person would write it in the file.
    default String written(T value) {
        return String.valueOf(value);
    }
}
