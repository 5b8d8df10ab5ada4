package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import org.jspecify.annotations.Nullable;

/// What the policy in force says to one session's agent.
final class Authority {
    private final Policies policies;
    private final Principal principal;

    Authority(Policies policies, Principal principal) {
        this.policies = policies;
        this.principal = principal;
    }

    Decision decide(Verdict verdict) {
        return verdict.decide(policy(), principal);
    }

    /// By which decision a statement was let run.
    ///
    /// @param asking how people were asked; null where they were not
    Decision allowedBy(Verdict verdict, @Nullable Asking asking) {
        return asking == null || asking.approval() == null
                ? verdict.allowedBy(policy(), principal)
                : new Decision.Allow(asking.statement().rule() + ", " + asking.approval());
    }

    /// The policy in force now.
    Policy policy() {
        return policies.of(principal);
    }

    /// Whether the agent may write at all, guarded.
    boolean mayWrite() {
        return policy().grantsWrites(principal);
    }

    /// Whether anything of the agent's can wait for people.
    boolean mayHold() {
        return policy().holds();
    }

    /// The rules that let a text run.
    String allowingRule(Verdict verdict, @Nullable Asking asking) {
        return allowedBy(verdict, asking) instanceof Decision.Allow allow ? allow.rule() : "";
    }

    /// Whether the agent may change rows of a relation at all.
    ///
    /// @param relation `schema.name`, quoted where SQL needs it
    boolean mayChange(String relation) {
        return policy().mayChange(principal, relation);
    }
}
