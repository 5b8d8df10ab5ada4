package dev.holdfast.server.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// Names the configuration, for commands that read it themselves.
final class ConfigurationOption {
    @SuppressWarnings("FieldCanBeFinal") // picocli sets it
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "holdfast.yaml",
            description = "The configuration (default: ${DEFAULT-VALUE}).")
    private Path file = Path.of("holdfast.yaml");

    Path file() {
        return file;
    }
}
