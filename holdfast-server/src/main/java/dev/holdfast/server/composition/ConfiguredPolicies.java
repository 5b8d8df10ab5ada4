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
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.GrantPolicy;
import dev.holdfast.server.access.GrantsInForce;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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

    private static final Policy ENDED = (_, _) -> new Decision.Deny(GrantsInForce.ended());

    private final Policy readOnly = new ReadOnlyPolicy();
    private final CatalogView catalog;
    private final RuleSurroundings surroundings;
    private final Map<String, String> stagingCopies;
    private final GrantsInForce access;
    private volatile InForce inForce = new InForce(Map.of(), Map.of(), new ConcurrentHashMap<>());

    /// Policies made from one content of the file.
    ///
    /// @param definitions as the file has them
    /// @param grants those of grants, made when they are first asked for
    private record InForce(
            Map<String, Policy> byName,
            Map<String, PolicyDefinition> definitions,
            Map<String, Policy> grants) {}

    /// @param stagingCopies the names of the databases that are staging copies, by those of which they are
    ConfiguredPolicies(
            CatalogView catalog,
            RuleSurroundings surroundings,
            Map<String, String> stagingCopies,
            GrantsInForce access) {
        this.stagingCopies = Map.copyOf(stagingCopies);
        this.catalog = catalog;
        this.surroundings = surroundings;
        this.access = access;
        use(PolicyFile.NONE);
    }

    /// Puts what a file says in force, for sessions that are open too.
    void use(PolicyFile file) {
        Map<String, Policy> next = new HashMap<>();
        Map<String, PolicyDefinition> definitions = new HashMap<>();
        next.put("read-only", readOnly);
        for (PolicyDefinition policy : file.policies()) {
            next.put(policy.name(), made(policy));
            definitions.put(policy.name(), policy);
        }
        inForce = new InForce(Map.copyOf(next), Map.copyOf(definitions), new ConcurrentHashMap<>());
    }

    @Override
    public Policy of(Principal principal) {
        InForce now = inForce;
        return principal.grant().isEmpty()
                ? now.byName.getOrDefault(principal.policy(), NONE)
                : ofGrant(now, principal.grant());
    }

    @Override
    public String routed(Principal principal) {
        return of(principal) instanceof StagingOnly
                ? stagingCopies.getOrDefault(principal.database(), principal.database())
                : principal.database();
    }

    /// A grant that is over grants nothing, also to a session that has not noticed yet.
    private Policy ofGrant(InForce now, String id) {
        Grant grant = access.grant(id);
        if (grant == null) {
            now.grants.remove(id);
            return ENDED;
        }
        Policy known = now.grants.get(id);
        return known != null ? known : now.grants.computeIfAbsent(id, _ -> made(now, grant));
    }

    private Policy made(InForce now, Grant grant) {
        String base = access.basePolicy(grant.agent());
        if (base == null || !now.byName.containsKey(base)) {
            return NONE;
        }
        return made(GrantPolicy.under(now.definitions.get(base), grant));
    }

    private Policy made(PolicyDefinition policy) {
        Policy defined = new DefinedPolicy(policy, catalog, surroundings);
        return policy.mode() == PolicyDefinition.Mode.SANDBOX
                ? new StagingOnly(defined, stagingCopies.values())
                : defined;
    }
}
