package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.Principal;
import org.jspecify.annotations.Nullable;

/// Where a person's word is asked for. May wait for a store: called on virtual threads, never on an
/// event loop.
public interface Approvals {

    /// Takes the approval of a statement, if there is one: what was taken is used up.
    ///
    /// @param digest of [Approval#digest]
    /// @return null where nobody approved it, or not any more
    @Nullable Approval take(Principal principal, String digest);
}
