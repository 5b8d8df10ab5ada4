package dev.holdfast.server.config;

import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/// A policy's mode. Those that are planned and not built yet are told apart from mistyped ones.
record ModeShape() implements Shape<Mode> {
    private static final ChoiceShape<Mode> BUILT = new ChoiceShape<>(List.of(Mode.values()));
    private static final Set<String> PLANNED = Set.of("shadow", "sandbox");

    @Override
    public @Nullable Mode read(Node node, String path, Reading reading) {
        if (node instanceof ScalarNode scalar && PLANNED.contains(scalar.getValue())) {
            reading.remember(path, node);
            reading.problem(
                    node,
                    path,
                    "%s does not exist yet (expected: %s)"
                            .formatted(scalar.getValue(), expectation()));
            return null;
        }
        return BUILT.read(node, path, reading);
    }

    @Override
    public String written(Mode value) {
        return BUILT.written(value);
    }

    @Override
    public String expectation() {
        return BUILT.expectation();
    }

    @Override
    public Map<String, Object> schema() {
        return BUILT.schema();
    }
}
