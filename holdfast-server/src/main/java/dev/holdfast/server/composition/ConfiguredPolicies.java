package dev.holdfast.server.composition;

import dev.holdfast.gateway.session.Policies;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.policy.CatalogView;
import dev.holdfast.guard.policy.DefinedPolicy;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.guard.policy.RuleSurroundings;
import java.util.HashMap;
import java.util.Map;

/// The policies in force by their names. A name without a policy denies everything.
///
/// A changed file makes new objects, and sessions ask for theirs at each statement: with the old object
/// goes every decision that it took.
final class ConfiguredPolicies implements Policies {
    private static final Policy NONE =
            (principal, _) ->
                    new Decision.Deny(
                            new Refusal(
                                    ErrorCode.INSUFFICIENT_PRIVILEGE,
                                    "policy.missing",
                                    "there is no policy for agent " + principal.agent(),
                                    "Rule policy.missing: policy " + principal.policy(),
                                    "Ask the operator of Holdfast to give this agent a policy."));

    private final Policy readOnly = new ReadOnlyPolicy();
    private final CatalogView catalog;
    private final RuleSurroundings surroundings;
    private final Map<String, String> stagingCopies;
    private volatile Map<String, Policy> byName = Map.of();

    /// @param stagingCopies the names of the databases that are staging copies, by those of which they are
    ConfiguredPolicies(
            CatalogView catalog, RuleSurroundings surroundings, Map<String, String> stagingCopies) {
        this.stagingCopies = Map.copyOf(stagingCopies);
        this.catalog = catalog;
        this.surroundings = surroundings;
        use(PolicyFile.NONE);
    }

    /// Puts what a file says in force, for sessions that are open too.
    void use(PolicyFile file) {
        Map<String, Policy> next = new HashMap<>();
        next.put("read-only", readOnly);
        for (PolicyDefinition policy : file.policies()) {
            Policy defined = new DefinedPolicy(policy, catalog, surroundings);
            next.put(
                    policy.name(),
                    policy.mode() == PolicyDefinition.Mode.SANDBOX
                            ? new StagingOnly(defined, stagingCopies.values())
                            : defined);
        }
        byName = Map.copyOf(next);
    }

    @Override
    public Policy of(Principal principal) {
        return byName.getOrDefault(principal.policy(), NONE);
    }

    @Override
    public String routed(Principal principal) {
        return of(principal) instanceof StagingOnly
                ? stagingCopies.getOrDefault(principal.database(), principal.database())
                : principal.database();
    }
}
