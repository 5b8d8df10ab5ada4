package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;

/// The policies in force.
@FunctionalInterface
public interface Policies {

    /// The policy that applies now. Asked for each statement, on event loops: waits for nothing. A
    /// principal without a policy gets one that denies everything.
    Policy of(Principal principal);
}
