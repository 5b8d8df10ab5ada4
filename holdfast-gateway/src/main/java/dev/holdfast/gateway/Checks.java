package dev.holdfast.gateway;

/// The checks that settings share, with one form of error text.
final class Checks {
    private Checks() {}

    static void range(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %d to %d)".formatted(what, value, min, max));
        }
    }

    /// A name that travels in a start-up packet: not empty, no NUL, bounded as PostgreSQL bounds
    /// identifiers that users meet (NAMEDATALEN is 64 bytes; names of ours may be longer).
    static void name(String what, String value) {
        if (value.isEmpty() || value.length() > 255) {
            throw new IllegalArgumentException(
                    "%s: %d characters (expected: 1 to 255)".formatted(what, value.length()));
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "%s: a control character (expected: none)".formatted(what));
        }
    }
}
