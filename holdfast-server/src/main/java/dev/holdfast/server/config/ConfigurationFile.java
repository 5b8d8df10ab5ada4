package dev.holdfast.server.config;

import dev.holdfast.guard.policy.PolicyFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Reads `holdfast.yaml`. Whatever is not known, not well-formed or not consistent stops the start.
public final class ConfigurationFile {
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
        return YamlFile.read(file, Declarations.DOCUMENT, environment, ConfigurationFile::check);
    }

    private static void check(HoldfastConfiguration configuration, Reading reading) {
        @Nullable PolicyFile policies = PolicyFile.NONE;
        Path policyFile = configuration.policyFile();
        if (policyFile != null) {
            try {
                policies = PolicyYaml.read(policyFile);
            } catch (ConfigurationException e) {
                reading.addAll(e.problems());
                // Names of policies in a file that cannot be read prove nothing.
                policies = null;
            }
        }
        new Consistency(configuration, policies, reading).check();
    }
}
