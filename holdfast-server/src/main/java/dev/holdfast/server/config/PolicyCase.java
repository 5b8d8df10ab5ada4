package dev.holdfast.server.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One case of a policy's test: a statement and what should become of it.
///
/// @param agent who sends it
/// @param database null for the agent's only one
/// @param rule the rule that must be among those that apply; null where it does not matter
/// @param reaches relations that it must be found to reach, as `schema.name`
public record PolicyCase(
        String name,
        String agent,
        @Nullable String database,
        String sql,
        Expectation expect,
        @Nullable String rule,
        List<String> reaches) {
    /// What should become of a statement.
    public enum Expectation {
        ALLOW,
        DENY,
        HOLD
    }

    public PolicyCase {
        reaches = List.copyOf(reaches);
    }
}
