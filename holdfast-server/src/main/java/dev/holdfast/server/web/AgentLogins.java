package dev.holdfast.server.web;

/// Whether an agent is who it says.
@FunctionalInterface
public interface AgentLogins {
    /// What came of it.
    enum Outcome {
        ACCEPTED,
        REFUSED,
        /// Too many attempts failed; this one was not looked at.
        TOO_MANY
    }

    /// Checks an agent's own name and password.
    ///
    /// @param address where the request comes from
    Outcome check(String agent, String password, String address);
}
