package dev.holdfast.server.web;

/// Whether an agent is who it says.
@FunctionalInterface
public interface AgentLogins {
    /// What came of it.
    sealed interface Outcome {
        /// It is.
        ///
        /// @param agent its name in policies and in the record
        record Accepted(String agent) implements Outcome {}

        /// It is not, or is nobody; which is told to nobody.
        record Refused() implements Outcome {}

        /// Too many attempts failed; this one was not looked at.
        record TooMany() implements Outcome {}
    }

    /// Checks an agent's own name and password. May take milliseconds.
    ///
    /// @param address where the request comes from
    Outcome check(String login, String password, String address);
}
