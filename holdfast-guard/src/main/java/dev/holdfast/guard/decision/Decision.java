package dev.holdfast.guard.decision;

import org.jspecify.annotations.Nullable;

/// What is decided about a query string.
public sealed interface Decision {

    /// What the agent is told; null where it may run.
    @Nullable Refusal refusal();

    /// It may run, as the obligations say.
    ///
    /// @param rule the rules that allowed it, separated by `, `
    record Allow(String rule, Obligations obligations) implements Decision {
        public Allow(String rule) {
            this(rule, Obligations.NONE);
        }

        @Override
        public @Nullable Refusal refusal() {
            return null;
        }
    }

    /// It does not run.
    record Deny(Refusal refusal) implements Decision {}

    /// It does not run before a person has approved it.
    ///
    /// @param refusal what the agent is told as long as nobody has
    record Hold(Refusal refusal) implements Decision {}
}
