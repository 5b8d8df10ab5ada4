package dev.holdfast.server.config;

import java.util.List;

/// Defaults as they stand in the JSON schema: numbers, booleans and lists as such, the rest as text.
final class JsonValues {
    private JsonValues() {}

    static <T> Object of(Shape<T> shape, T value) {
        return switch (value) {
            case Integer number -> number;
            case Boolean flag -> flag;
            case List<?> list when list.isEmpty() -> list;
            default -> shape.written(value);
        };
    }
}
