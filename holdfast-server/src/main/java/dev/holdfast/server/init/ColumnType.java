package dev.holdfast.server.init;

/// What kind of values a column can hold, as far as it matters to what they may reveal.
enum ColumnType {
    TEXT,
    TEXT_ARRAY,
    DOCUMENT,
    BYTES,
    WHOLE_NUMBER,
    FRACTION,
    FLAG,
    DATE,
    MOMENT,
    UUID,
    ADDRESS_IN_NETWORK,
    POINT,
    OTHER;

    /// Whether values of this type are worth looking at.
    boolean sampled() {
        return switch (this) {
            case TEXT, TEXT_ARRAY, DOCUMENT, WHOLE_NUMBER, DATE -> true;
            case BYTES, FRACTION, FLAG, MOMENT, UUID, ADDRESS_IN_NETWORK, POINT, OTHER -> false;
        };
    }

    /// Whether a value can be free text.
    boolean textual() {
        return this == TEXT || this == TEXT_ARRAY || this == DOCUMENT;
    }
}
