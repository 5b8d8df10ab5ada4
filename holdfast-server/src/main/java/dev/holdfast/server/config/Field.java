package dev.holdfast.server.config;

import org.jspecify.annotations.Nullable;

/// One setting: its key, its shape, its default and what it means.
///
/// @param name the key, in kebab-case
/// @param fallback the value where the key is absent; null where there is none
/// @param required whether the key must be there
/// @param meaning one or two sentences for the reference
record Field<T>(
        String name, Shape<T> shape, @Nullable T fallback, boolean required, String meaning) {

    static <T> Field<T> required(String name, Shape<T> shape, String meaning) {
        return new Field<>(name, shape, null, true, meaning);
    }

    static <T> Field<T> optional(String name, Shape<T> shape, String meaning) {
        return new Field<>(name, shape, null, false, meaning);
    }

    static <T> Field<T> of(String name, Shape<T> shape, T fallback, String meaning) {
        return new Field<>(name, shape, fallback, false, meaning);
    }
}
