package dev.holdfast.guard.policy;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.Analysis;
import java.util.Set;

/// Turns what a query string would do into a decision.
///
/// Immutable and safe for any thread. A changed policy is another object: whoever remembers a decision
/// remembers with it the object that took it.
@FunctionalInterface
public interface Policy {

    /// Decides about a query string. Called on event loops: waits for nothing.
    Decision decide(Principal principal, Analysis analysis);

    /// Whether it decides in the same way whenever the same principal asks for the same, so that a
    /// decision may be remembered. Not so where it looks at the time or at what was done lately.
    default boolean steady() {
        return true;
    }

    /// How many statements the principal's agent may ask for within any minute, over all its sessions,
    /// refused ones included; 0 for any number.
    default int statementsPerMinuteMax(Principal principal) {
        return 0;
    }

    /// Whether the principal may write at all, so that its transactions begin READ WRITE and are
    /// measured before they commit. False: its transactions stay READ ONLY.
    default boolean grantsWrites(Principal principal) {
        return false;
    }

    /// Whether the principal may change rows of a relation at all, by whatever statement and way. What was
    /// measured is compared with it, so that nothing rests on what a statement was taken for. True where
    /// that cannot be said of a relation alone.
    ///
    /// @param relation `schema.name`, quoted where SQL needs it
    default boolean mayChange(Principal principal, String relation) {
        return true;
    }

    /// Whether it can hold anything at all: where not, nothing is asked about that.
    default boolean holds() {
        return true;
    }

    /// The same text for policies that decide alike, over restarts too: what was approved under one is not
    /// approved under another.
    default String fingerprint() {
        return getClass().getSimpleName();
    }

    /// Whether values of a column are closed to the principal, so that nobody is shown them on its behalf.
    ///
    /// @param relation `schema.name`, quoted where SQL needs it
    default boolean closesColumn(Principal principal, String relation, String column) {
        return false;
    }

    /// The settings that sessions may set besides the harmless ones; lower case.
    default Set<String> settings() {
        return Set.of();
    }

    /// Who has to approve what the policy holds, and what needs no approval.
    default ApprovalRules approvalRules() {
        return ApprovalRules.DEFAULT;
    }
}
