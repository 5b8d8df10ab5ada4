package dev.holdfast.server.config;

import java.util.Locale;

/// The tables of `docs/reference/configuration.md`: every key with its form, default and meaning.
final class Reference {
    private Reference() {}

    /// One table for each mapping, in the order of the document.
    static String tables(ObjectShape<?> document) {
        StringBuilder out = new StringBuilder();
        append(out, "", document);
        return out.toString();
    }

    private static void append(StringBuilder out, String path, ObjectShape<?> shape) {
        String heading = path.isEmpty() ? "The document" : "`" + path + "`";
        out.append("### ").append(heading).append("\n\n");
        if (!path.isEmpty()) {
            out.append(shape.title()).append(".\n\n");
        }
        out.append("| key | value | default | meaning |\n|---|---|---|---|\n");
        for (Field<?> field : shape.fields()) {
            appendRow(out, field);
        }
        out.append('\n');
        for (Field<?> field : shape.fields()) {
            String childPath = path.isEmpty() ? field.name() : path + "." + field.name();
            if (field.shape() instanceof ObjectShape<?> child) {
                append(out, childPath, child);
            } else if (field.shape() instanceof ListShape<?>(ObjectShape<?> item, _, _)) {
                append(out, childPath + "[]", item);
            }
        }
    }

    private static <T> void appendRow(StringBuilder out, Field<T> field) {
        out.append("| `")
                .append(field.name())
                .append("` | ")
                .append(form(field.shape()))
                .append(" | ")
                .append(fallback(field))
                .append(" | ")
                .append(field.meaning())
                .append(" |\n");
    }

    private static String form(Shape<?> shape) {
        return switch (shape) {
            case ObjectShape<?> _ -> "a mapping, see below";
            case ListShape<?>(ObjectShape<?> _, int min, int max) ->
                    String.format(Locale.ROOT, "a list of %d to %d mappings, see below", min, max);
            case ListShape<?>(Shape<?> item, int min, int max) ->
                    String.format(
                            Locale.ROOT, "a list of %d to %d: %s", min, max, item.expectation());
            case ChoiceShape<?> choice -> "`" + choice.expectation().replace(", ", "`, `") + "`";
            default -> shape.expectation();
        };
    }

    private static <T> String fallback(Field<T> field) {
        if (field.required()) {
            return "**required**";
        }
        T value = field.fallback();
        if (value == null) {
            return "none";
        }
        if (field.shape() instanceof ObjectShape<?>) {
            return "its defaults";
        }
        return "`" + field.shape().written(value) + "`";
    }
}
