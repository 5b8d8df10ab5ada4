package dev.holdfast.server.init;

/// Why agents should not see a column.
///
/// @param because for a person, without any value: `looks like e-mail addresses: 98 of 100 sampled
///     values`
record Finding(Category category, String because) {

    static Finding byName(Category category) {
        return new Finding(category, "its name says " + category.words());
    }

    static Finding byType(Category category) {
        return new Finding(category, "its type is made for " + category.words());
    }
}
