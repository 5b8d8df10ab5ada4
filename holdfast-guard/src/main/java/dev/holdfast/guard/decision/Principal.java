package dev.holdfast.guard.decision;

/// Who asks, of which database.
///
/// @param agent the agent's name
/// @param database the database's name in the configuration
/// @param policy the name of the policy that applies
/// @param grant the id of the grant that it logged in with; empty where it has its access from the
///     configuration
public record Principal(String agent, String database, String policy, String grant) {
    /// An agent that needs no grant.
    public Principal(String agent, String database, String policy) {
        this(agent, database, policy, "");
    }
}
