package dev.holdfast.guard.decision;

/// Who asks, of which database.
///
/// @param agent the agent's name, as it logged in
/// @param database the database's name in the configuration
/// @param policy the name of the policy that applies
public record Principal(String agent, String database, String policy) {}
