package dev.holdfast.guard.decision;

/// What is decided about a query string.
public sealed interface Decision {

    /// It may run, as the obligations say.
    ///
    /// @param rule the rules that allowed it, separated by `, `
    record Allow(String rule, Obligations obligations) implements Decision {
        public Allow(String rule) {
            this(rule, Obligations.NONE);
        }
    }

    /// It does not run.
    record Deny(Refusal refusal) implements Decision {}

    /// It does not run before a person has approved it.
    ///
    /// @param refusal what the agent is told as long as nobody has
    record Hold(Refusal refusal) implements Decision {}
}
