package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;

/// The policies in force.
@FunctionalInterface
public interface Policies {

    /// The policy that applies now. Asked for each statement, on event loops: waits for nothing. A
    /// principal without a policy gets one that denies everything.
    Policy of(Principal principal);

    /// The database to which a principal's session is connected instead of the one it asked for: a
    /// staging copy, where its policy wants that and there is one. Asked once, when it logs in.
    default String routed(Principal principal) {
        return principal.database();
    }
}
