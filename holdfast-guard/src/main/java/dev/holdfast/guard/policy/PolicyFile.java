package dev.holdfast.guard.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that a policy file says.
///
/// @param policies each with a name of its own
public record PolicyFile(List<PolicyDefinition> policies) {
    /// No policy but the built-in one.
    public static final PolicyFile NONE = new PolicyFile(List.of());

    public PolicyFile {
        policies = List.copyOf(policies);
    }

    /// The policy of a name; null where there is none.
    public @Nullable PolicyDefinition policy(String name) {
        return policies.stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
    }
}
