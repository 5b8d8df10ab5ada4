package dev.holdfast.server.config;

import dev.holdfast.sql.text.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/// One word of a fixed list: an enum's constants, in kebab-case.
record ChoiceShape<E extends Enum<E>>(List<E> choices) implements Shape<E> {

    static <E extends Enum<E>> ChoiceShape<E> of(Class<E> type) {
        return new ChoiceShape<>(List.of(type.getEnumConstants()));
    }

    @Override
    public @Nullable E read(Node node, String path, Reading reading) {
        String text = Scalars.text(node, Tag.STR, path, reading, expectation());
        if (text == null) {
            return null;
        }
        for (E choice : choices) {
            if (written(choice).equals(text)) {
                return choice;
            }
        }
        String nearest = Nearest.of(text, choices.stream().map(this::written).toList());
        String question = nearest == null ? "" : "; did you mean \"" + nearest + "\"?";
        reading.problem(
                node, path, Scalars.shown(text) + " (expected: " + expectation() + question + ")");
        return null;
    }

    @Override
    public String written(E value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String expectation() {
        return String.join(", ", choices.stream().map(this::written).toList());
    }

    @Override
    public Map<String, Object> schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("enum", choices.stream().map(this::written).toList());
        return schema;
    }
}
