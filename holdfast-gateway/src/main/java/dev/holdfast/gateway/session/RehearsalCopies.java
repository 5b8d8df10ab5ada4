package dev.holdfast.gateway.session;

import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.guard.decision.Principal;
import org.jspecify.annotations.Nullable;

/// Which held statements are rehearsed on a staging copy rather than on the database itself. Asked on virtual
/// threads.
@FunctionalInterface
public interface RehearsalCopies {
    /// None.
    RehearsalCopies NONE = _ -> null;

    /// Where a principal's held statements are rehearsed; null for the database that they were sent to.
    @Nullable Copy of(Principal principal);

    /// A staging copy.
    ///
    /// @param database the copy
    /// @param credential as whom the agent is let into it; null where it is not, so that nothing of its can
    ///     be rehearsed
    record Copy(DatabaseSettings database, @Nullable UpstreamCredential credential) {}
}
