package dev.holdfast.guard.policy;

import dev.holdfast.guard.decision.Refusal;
import org.jspecify.annotations.Nullable;

/// One rule of a policy that applies to a query string.
///
/// @param outcome what follows from it
/// @param rule the rule's stable name
/// @param statement which statement of the query string, from 0
/// @param because why it applies, for a person; no literal values from the statement
/// @param refusal what the agent is told if this is what decides; null where the rule allows
public record Finding(
        Outcome outcome, String rule, int statement, String because, @Nullable Refusal refusal) {

    /// What follows from a rule. Deny wins over hold over allow.
    public enum Outcome {
        /// It may run as far as this rule is concerned.
        ALLOW,
        /// It waits for a person.
        HOLD,
        /// Nothing grants it; a rule that allows does away with this.
        NOT_GRANTED,
        /// It does not run.
        DENY
    }
}
