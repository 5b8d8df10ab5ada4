package dev.holdfast.server.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// Reads `holdfast.yaml`. Whatever is not known, not well-formed or not consistent stops the start:
/// a mistyped setting that is ignored is a gate left open.
public final class ConfigurationFile {
    /// Far above any real configuration.
    private static final int SIZE_BYTES_MAX = 4 << 20;

    private ConfigurationFile() {}

    /// Reads and checks a file, its secrets and the files it names.
    ///
    /// @throws ConfigurationException with every problem found
    public static HoldfastConfiguration read(Path file) throws ConfigurationException {
        return read(file, Reading.Environment.PROCESS);
    }

    /// The JSON schema of the file, draft 2020-12.
    public static String schema() {
        return SchemaText.of(Declarations.DOCUMENT);
    }

    static HoldfastConfiguration read(Path file, Reading.Environment environment)
            throws ConfigurationException {
        String text = content(file);
        Reading reading = new Reading(file, environment);
        Node document = compose(file, text);
        if (document == null) {
            throw failure(file, "is empty (expected: " + Declarations.DOCUMENT.expectation() + ")");
        }
        refuseAnchors(document, reading);
        if (!reading.clean()) {
            throw reading.failure();
        }
        HoldfastConfiguration configuration = Declarations.DOCUMENT.read(document, "", reading);
        if (configuration != null) {
            new Consistency(configuration, reading).check();
        }
        if (configuration == null || !reading.clean()) {
            throw reading.failure();
        }
        return configuration;
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
            throw failure(file, "does not exist (name another one with --config)");
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
