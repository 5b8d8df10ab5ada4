package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;

/// What the rest of the gateway may ask of a running session. Called on the session's event loop.
public interface LiveSession {

    Principal principal();

    /// Ends it now: a statement that runs is cancelled, the client is told why (FATAL) and its
    /// connection is closed. Further calls do nothing.
    void end(Refusal why);

    /// Gives up waiting for a person, if it does: its client has asked to cancel.
    default void giveUpWaiting() {}

    /// Ends it as [#end] does, at once where nothing runs and no transaction is open, otherwise when
    /// that is so.
    void endWhenIdle(Refusal why);
}
