package dev.holdfast.gateway;

import dev.holdfast.gateway.scram.ScramVerifier;
import java.util.Map;

/// Someone who may log in.
///
/// @param name the agent's name; what clients give as user, unless it logs in with a grant
/// @param verifier proves the password without holding it
/// @param policy the name of the policy that applies
/// @param databases the databases that the agent may use, by their names in the configuration, and
///     as whom it is let into each
/// @param sessionsMax sessions at the same time, 1 to 100,000
/// @param enabled a disabled agent is refused as if it did not exist
/// @param grant the id of the grant by which it logs in; empty where it needs none
public record AgentSettings(
        String name,
        ScramVerifier verifier,
        String policy,
        Map<String, UpstreamCredential> databases,
        int sessionsMax,
        boolean enabled,
        String grant) {

    public static final int SESSIONS_MAX_DEFAULT = 100;

    public AgentSettings {
        Checks.name("name", name);
        Checks.name("policy", policy);
        Checks.range("sessionsMax", sessionsMax, 1, 100_000);
        databases = Map.copyOf(databases);
    }

    /// Someone who needs no grant.
    public AgentSettings(
            String name,
            ScramVerifier verifier,
            String policy,
            Map<String, UpstreamCredential> databases,
            int sessionsMax,
            boolean enabled) {
        this(name, verifier, policy, databases, sessionsMax, enabled, "");
    }
}
