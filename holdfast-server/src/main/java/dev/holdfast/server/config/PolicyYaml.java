package dev.holdfast.server.config;

import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads a policy file. Whatever is not known, not well-formed or not consistent is a problem.
public final class PolicyYaml {
    private PolicyYaml() {}

    /// Reads and checks a file.
    ///
    /// @throws ConfigurationException with every problem found
    public static PolicyFile read(Path file) throws ConfigurationException {
        return YamlFile.read(
                file, PolicyDeclarations.DOCUMENT, Reading.Environment.PROCESS, PolicyYaml::check);
    }

    /// The JSON schema of the file, draft 2020-12.
    public static String schema() {
        return SchemaText.of(PolicyDeclarations.DOCUMENT);
    }

    private static void check(PolicyFile file, Reading reading) {
        Map<String, Integer> names = new HashMap<>();
        for (int i = 0; i < file.policies().size(); i++) {
            PolicyDefinition policy = file.policies().get(i);
            String path = "policies[" + i + "]";
            Integer first = names.putIfAbsent(policy.name(), i);
            if (first != null) {
                reading.problem(
                        path + ".name",
                        "%s is there twice (first as policies[%d])"
                                .formatted(policy.name(), first));
            }
            if (policy.name().equals(Consistency.READ_ONLY)) {
                reading.problem(
                        path + ".name",
                        "read-only is the built-in policy (expected: another name)");
            }
            rules(path, policy.rules(), reading);
        }
    }

    private static void rules(
            String path, List<PolicyDefinition.CustomRule> rules, Reading reading) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            if (!names.add(rules.get(i).name())) {
                reading.problem(
                        path + ".rules[" + i + "].name",
                        rules.get(i).name() + " is there twice in this policy");
            }
        }
    }
}
