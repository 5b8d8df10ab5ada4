package dev.holdfast.server.web;

import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The members of a request's JSON object, each read as what it must be. A member that nobody knows is
/// refused: a mistyped limit must not be taken for none.
public final class JsonBody {
    private final Map<String, Object> members;

    private JsonBody(Map<String, Object> members) {
        this.members = members;
    }

    static JsonBody read(String text, Set<String> known) {
        Map<String, Object> members;
        try {
            members = JsonTree.object(text);
        } catch (JsonTree.MalformedException e) {
            throw RequestRefused.malformed("the body: " + e.getMessage());
        }
        for (String name : members.keySet()) {
            if (!known.contains(name)) {
                throw RequestRefused.malformed(
                        "the body has a member that is not known (expected: %s)"
                                .formatted(
                                        known.isEmpty()
                                                ? "none"
                                                : String.join(
                                                        ", ", known.stream().sorted().toList())));
            }
        }
        return new JsonBody(members);
    }

    /// Whether the member is there.
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /// A text that must be there and not be empty.
    ///
    /// @param lengthMax UTF-16 units
    public String text(String name, int lengthMax) {
        String value = textOrNull(name, lengthMax);
        if (value == null || value.isEmpty()) {
            throw RequestRefused.malformed(name + " is missing");
        }
        return value;
    }

    /// A text that may be missing.
    ///
    /// @param lengthMax UTF-16 units
    public @Nullable String textOrNull(String name, int lengthMax) {
        return switch (members.get(name)) {
            case null -> null;
            case String text -> checked(name, text, lengthMax);
            default -> throw RequestRefused.malformed(name + " is not a text");
        };
    }

    private static String checked(String name, String text, int lengthMax) {
        if (text.length() > lengthMax) {
            throw RequestRefused.malformed(
                    "%s is too long (expected: at most %d characters)".formatted(name, lengthMax));
        }
        if (text.indexOf('\0') >= 0) {
            throw RequestRefused.malformed(name + " contains a NUL");
        }
        return text;
    }

    /// A whole number within bounds, or what stands for a missing one.
    public long number(String name, long min, long max, long missing) {
        return switch (members.get(name)) {
            case null -> missing;
            case Long number when number >= min && number <= max -> number;
            case Long _ ->
                    throw RequestRefused.malformed(
                            "%s is out of range (expected: %d to %d)".formatted(name, min, max));
            default -> throw RequestRefused.malformed(name + " is not a whole number");
        };
    }

    /// True or false, or what stands for a missing one.
    public boolean flag(String name, boolean missing) {
        return switch (members.get(name)) {
            case null -> missing;
            case Boolean flag -> flag;
            default -> throw RequestRefused.malformed(name + " is neither true nor false");
        };
    }

    /// Texts; none where the member is missing.
    ///
    /// @param countMax how many
    /// @param lengthMax of each, UTF-16 units
    public List<String> texts(String name, int countMax, int lengthMax) {
        return switch (members.get(name)) {
            case null -> List.of();
            case List<?> items when items.size() <= countMax -> {
                List<String> texts = new ArrayList<>();
                for (Object item : items) {
                    if (!(item instanceof String text)) {
                        throw RequestRefused.malformed(name + " is not a list of texts");
                    }
                    texts.add(checked(name, text, lengthMax));
                }
                yield List.copyOf(texts);
            }
            case List<?> _ ->
                    throw RequestRefused.malformed(
                            "%s is too long (expected: at most %d)".formatted(name, countMax));
            default -> throw RequestRefused.malformed(name + " is not a list of texts");
        };
    }

    /// A member that is an object, as text again: for whoever reads it by rules of his own.
    public @Nullable String objectOrNull(String name) {
        return switch (members.get(name)) {
            case null -> null;
            case Map<?, ?> object -> JsonText.indented(object);
            default -> throw RequestRefused.malformed(name + " is not an object");
        };
    }
}
