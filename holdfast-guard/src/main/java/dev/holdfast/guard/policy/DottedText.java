package dev.holdfast.guard.policy;

import java.util.ArrayList;
import java.util.List;

/// Reads names of several parts: separated by dots, a part in double quotes where it holds more than
/// lower-case letters, digits, `_` and `$`; a double quote inside quotes is written twice.
final class DottedText {
    /// NAMEDATALEN - 1 (PostgreSQL manual, "Identifiers and Key Words"), in characters a bound too.
    private static final int PART_LENGTH_MAX = 63;

    private static final char STAR = '*';

    private DottedText() {}

    /// The parts of a name as SQL writes it. A text that is no such name is one part as it stands: it
    /// then equals no name that a catalog has.
    static List<String> names(String text) {
        List<String> parts = new ArrayList<>(3);
        StringBuilder part = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char at = text.charAt(i);
            if (at == '"') {
                boolean doubled = quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
                if (doubled) {
                    part.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (at == '.' && !quoted) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(at);
            }
        }
        parts.add(part.toString());
        return quoted ? List.of(text) : parts;
    }

    /// The parts of a pattern: `*` outside quotes stands for any characters.
    ///
    /// @throws IllegalArgumentException with what is wrong and what is expected
    static List<NamePattern> patterns(String text, int count, String expectation) {
        List<NamePattern> parts = new ArrayList<>(count);
        List<String> segments = new ArrayList<>(2);
        StringBuilder segment = new StringBuilder();
        boolean quoted = false;
        int partStart = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean end = i == text.length();
            char at = end ? '.' : text.charAt(i);
            if (end && quoted) {
                throw wrong(text, "a quote is not closed", expectation);
            }
            if (at == '"') {
                boolean doubled = quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
                if (doubled) {
                    segment.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (at == '.' && !quoted) {
                segments.add(segment.toString());
                segment.setLength(0);
                parts.add(part(text, text.substring(partStart, i), segments, expectation));
                segments.clear();
                partStart = i + 1;
            } else if (at == STAR && !quoted) {
                segments.add(segment.toString());
                segment.setLength(0);
            } else {
                requirePlain(text, at, quoted, expectation);
                segment.append(at);
            }
        }
        if (parts.size() != count) {
            String found = parts.size() == 1 ? "no dot" : parts.size() + " parts";
            throw wrong(text, found, expectation);
        }
        return parts;
    }

    private static NamePattern part(
            String text, String written, List<String> segments, String expectation) {
        int length = segments.stream().mapToInt(String::length).sum();
        if (written.isEmpty() || (length == 0 && segments.size() == 1)) {
            throw wrong(text, "an empty part", expectation);
        }
        if (length > PART_LENGTH_MAX) {
            throw wrong(text, "a part of " + length + " characters", "at most " + PART_LENGTH_MAX);
        }
        return new NamePattern(written, List.copyOf(segments));
    }

    /// PostgreSQL folds what is not quoted to lower case; a pattern that looked otherwise would match
    /// nothing, and nobody would notice.
    private static void requirePlain(String text, char at, boolean quoted, String expectation) {
        boolean plain =
                (at >= 'a' && at <= 'z') || (at >= '0' && at <= '9') || at == '_' || at == '$';
        if (at == 0) {
            throw wrong(text.replace('\0', ' '), "a zero character", expectation);
        }
        if (!quoted && !plain) {
            throw wrong(
                    text,
                    "'" + at + "' outside quotes",
                    "lower-case letters, digits, _ and $; anything else in double quotes");
        }
    }

    private static IllegalArgumentException wrong(String text, String found, String expectation) {
        return new IllegalArgumentException(
                text + ": " + found + " (expected: " + expectation + ")");
    }
}
