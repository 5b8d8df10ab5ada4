package dev.holdfast.server.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Reads a YAML file as a shape describes it. Whatever is not known, not well-formed or not consistent
/// is a problem: a mistyped setting that is ignored is a gate left open.
final class YamlFile {
    /// Far above any real configuration.
    private static final int SIZE_BYTES_MAX = 4 << 20;

    private YamlFile() {}

    /// Reads and checks a file.
    ///
    /// @param environment what references may be resolved from
    /// @param check finds what one setting demands of another, and tells the reading
    /// @throws ConfigurationException with every problem found
    static <T> T read(
            Path file,
            ObjectShape<T> shape,
            Reading.Environment environment,
            BiConsumer<T, Reading> check)
            throws ConfigurationException {
        String text = content(file);
        Reading reading = new Reading(file, environment);
        Node document = compose(file, text);
        if (document == null) {
            throw failure(file, "is empty (expected: " + shape.expectation() + ")");
        }
        refuseAnchors(document, reading);
        if (!reading.clean()) {
            throw reading.failure();
        }
        T value = shape.read(document, "", reading);
        if (value != null) {
            check.accept(value, reading);
        }
        if (value == null || !reading.clean()) {
            throw reading.failure();
        }
        return value;
    }

    private static String content(Path file) throws ConfigurationException {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_WRITE)) {
                throw failure(
                        file,
                        "every user may change it, and so may an agent (expected: chmod o-w "
                                + file
                                + ")");
            }
            if (Files.size(file) > SIZE_BYTES_MAX) {
                throw failure(
                        file,
                        "size: %d bytes (expected: <= %d)"
                                .formatted(Files.size(file), SIZE_BYTES_MAX));
            }
            return Files.readString(file);
        } catch (NoSuchFileException _) {
            throw failure(file, "does not exist");
        } catch (CharacterCodingException _) {
            throw failure(file, "is not valid UTF-8");
        } catch (IOException | UnsupportedOperationException e) {
            throw failure(file, "cannot be read: " + e.getClass().getSimpleName());
        }
    }

    private static @Nullable Node compose(Path file, String text) throws ConfigurationException {
        LoadSettings settings =
                LoadSettings.builder().setUseMarks(true).setCodePointLimit(SIZE_BYTES_MAX).build();
        try {
            return new Compose(settings).composeString(text).orElse(null);
        } catch (MarkedYamlEngineException e) {
            // Not its message: that repeats the line, which may hold a secret.
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            int column = e.getProblemMark().map(mark -> mark.getColumn() + 1).orElse(0);
            throw new ConfigurationException(
                    List.of(new Problem(file, line, column, "", "not YAML: " + e.getProblem())));
        } catch (YamlEngineException _) {
            throw failure(file, "not YAML (expected: one YAML 1.2 document)");
        }
    }

    /// Anchors let one place of the file change another one far away, and can make a small file
    /// endless.
    private static void refuseAnchors(Node node, Reading reading) {
        if (node.getAnchor().isPresent()) {
            reading.problem(node, "", "anchors and aliases are not read here");
            return;
        }
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                refuseAnchors(tuple.getKeyNode(), reading);
                refuseAnchors(tuple.getValueNode(), reading);
            }
        } else if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(item -> refuseAnchors(item, reading));
        }
    }

    private static ConfigurationException failure(Path file, String message) {
        return new ConfigurationException(List.of(new Problem(file, 0, 0, "", message)));
    }
}
