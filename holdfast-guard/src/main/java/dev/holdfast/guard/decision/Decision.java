package dev.holdfast.guard.decision;

/// What is decided about a query string.
public sealed interface Decision {

    /// It may run in the fast lane.
    ///
    /// @param rule the rule that allowed it
    record Allow(String rule) implements Decision {}

    /// It does not run.
    record Deny(Refusal refusal) implements Decision {}
}
