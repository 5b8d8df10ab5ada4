package dev.holdfast.guard.policy;

import java.util.List;

/// A pattern for one part of a name.
///
/// @param written as the policy has it
/// @param segments the literal texts before, between and after the stars; one where there is no star
record NamePattern(String written, List<String> segments) {

    /// Whether it stands for one name only.
    boolean literal() {
        return segments.size() == 1;
    }

    /// Whether it stands for every name.
    boolean any() {
        return segments.size() > 1 && segments.stream().allMatch(String::isEmpty);
    }

    boolean matches(String name) {
        String first = segments.getFirst();
        if (segments.size() == 1) {
            return first.equals(name);
        }
        String last = segments.getLast();
        if (name.length() < first.length() + last.length()
                || !name.startsWith(first)
                || !name.endsWith(last)) {
            return false;
        }
        int at = first.length();
        int end = name.length() - last.length();
        for (int i = 1; i < segments.size() - 1; i++) {
            String segment = segments.get(i);
            int found = name.indexOf(segment, at);
            if (found < 0 || found + segment.length() > end) {
                return false;
            }
            at = found + segment.length();
        }
        return true;
    }
}
