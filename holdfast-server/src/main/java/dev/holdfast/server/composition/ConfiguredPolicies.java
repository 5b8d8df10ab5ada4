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
import java.util.HashMap;
import java.util.Map;

/// The policies of the configuration by their names. A name without a policy denies everything.
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

    private final Map<String, Policy> byName = new HashMap<>();

    ConfiguredPolicies(PolicyFile file, CatalogView catalog) {
        byName.put("read-only", new ReadOnlyPolicy());
        for (PolicyDefinition policy : file.policies()) {
            byName.put(policy.name(), new DefinedPolicy(policy, catalog));
        }
    }

    @Override
    public Policy of(Principal principal) {
        return byName.getOrDefault(principal.policy(), NONE);
    }
}
