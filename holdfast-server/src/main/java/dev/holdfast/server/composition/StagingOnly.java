package dev.holdfast.server.composition;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.policy.ApprovalRules;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.sql.analysis.Analysis;
import java.util.Collection;
import java.util.Set;

/// A policy in sandbox mode: it decides about sessions on staging copies, and denies everything in any
/// other. So nothing runs elsewhere where a session could not be routed, or was open before the mode was
/// set.
record StagingOnly(Policy policy, Set<String> copies) implements Policy {
    StagingOnly(Policy policy, Collection<String> copies) {
        this(policy, Set.copyOf(copies));
    }

    private boolean isCopy(Principal principal) {
        return copies.contains(principal.database());
    }

    @Override
    public Decision decide(Principal principal, Analysis analysis) {
        return isCopy(principal)
                ? policy.decide(principal, analysis)
                : new Decision.Deny(
                        new Refusal(
                                ErrorCode.INSUFFICIENT_PRIVILEGE,
                                "sandbox.no-staging",
                                "database %s has no staging copy for agent %s"
                                        .formatted(principal.database(), principal.agent()),
                                "Rule sandbox.no-staging: policy %s is in sandbox mode, and this session"
                                                .formatted(principal.policy())
                                        + " is not on a staging copy.",
                                "Connect again. If that does not help, ask the operator of Holdfast to"
                                        + " name a staging copy of the database and to give this agent"
                                        + " a login there."));
    }

    @Override
    public boolean steady() {
        return policy.steady();
    }

    @Override
    public boolean holds() {
        return policy.holds();
    }

    @Override
    public int statementsPerMinuteMax(Principal principal) {
        return policy.statementsPerMinuteMax(principal);
    }

    @Override
    public boolean mayChange(Principal principal, String relation) {
        return policy.mayChange(principal, relation);
    }

    @Override
    public boolean grantsWrites(Principal principal) {
        return isCopy(principal) && policy.grantsWrites(principal);
    }

    @Override
    public String fingerprint() {
        return "sandbox " + policy.fingerprint();
    }

    @Override
    public boolean closesColumn(Principal principal, String relation, String column) {
        return !isCopy(principal) || policy.closesColumn(principal, relation, column);
    }

    @Override
    public ApprovalRules approvalRules() {
        return policy.approvalRules();
    }
}
