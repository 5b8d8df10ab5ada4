package dev.holdfast.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/// One reading of one file: where it stands, what it may ask of the surroundings, and every problem
/// found so far. Reading goes on after a problem, so that all of them are told at once.
final class Reading {
    private final Path file;
    private final Environment environment;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Node> nodesByPath = new HashMap<>();

    Reading(Path file, Environment environment) {
        this.file = file;
        this.environment = environment;
    }

    /// What a reference may be resolved from.
    ///
    /// @param variable the value of an environment variable, or null
    record Environment(UnaryOperator<@Nullable String> variable) {
        static final Environment PROCESS = new Environment(Environment::processVariable);

        private static @Nullable String processVariable(@Nullable String name) {
            return System.getenv(name);
        }

        @Nullable String valueOf(String name) {
            return variable.apply(name);
        }
    }

    Environment environment() {
        return environment;
    }

    /// A path as written, relative to the directory of the configuration file.
    Path resolve(String path) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? Path.of(path) : parent.resolve(path).normalize();
    }

    void remember(String path, Node node) {
        nodesByPath.put(path, node);
    }

    void problem(Node node, String path, String message) {
        Mark mark = node.getStartMark().orElse(null);
        int line = mark == null ? 0 : mark.getLine() + 1;
        int column = mark == null ? 0 : mark.getColumn() + 1;
        problems.add(new Problem(file, line, column, path, message));
    }

    /// A problem at a path that was read before, or of the nearest part around it that was.
    void problem(String path, String message) {
        String place = path;
        while (!nodesByPath.containsKey(place) && !place.isEmpty()) {
            place = place.substring(0, Math.max(0, place.lastIndexOf('.')));
        }
        Node node = nodesByPath.get(place);
        if (node == null) {
            problems.add(new Problem(file, 0, 0, path, message));
        } else {
            problem(node, path, message);
        }
    }

    /// Takes over what was found wrong with another file.
    void addAll(List<Problem> others) {
        problems.addAll(others);
    }

    boolean clean() {
        return problems.isEmpty();
    }

    ConfigurationException failure() {
        List<Problem> ordered = new ArrayList<>(problems);
        ordered.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        return new ConfigurationException(ordered);
    }
}
