package dev.holdfast.server.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An agent, as people see it.
///
/// @param configured whether it stands in the configuration file
/// @param databases which databases it may use without a grant
/// @param enabled whether it may log in
/// @param disabled the order that keeps it out; null where there is none
public record AgentFacts(
        String name,
        String policy,
        boolean configured,
        boolean enabled,
        int sessionsMax,
        List<String> databases,
        @Nullable Disabled disabled) {
    public AgentFacts {
        databases = List.copyOf(databases);
    }

    /// An order that an agent may not log in.
    ///
    /// @param at milliseconds since 1970-01-01 UTC
    public record Disabled(long at, String by, String reason) {}
}
