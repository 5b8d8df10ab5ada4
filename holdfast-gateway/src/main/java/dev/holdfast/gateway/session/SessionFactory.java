package dev.holdfast.gateway.session;

import dev.holdfast.gateway.upstream.UpstreamConnection;
import dev.holdfast.guard.decision.Principal;

/// What takes over when a client has logged in.
public interface SessionFactory {

    /// Joins a client and its upstream connection. Called on the event loop of both, when the client
    /// has been sent everything up to and including ReadyForQuery 'I' and PostgreSQL is idle.
    ///
    /// The implementation adds its handlers to the end of both pipelines (before them there is
    /// nothing but TLS, where it is used) and attaches itself to the [SessionRegistry]. Bytes that
    /// the client has sent ahead reach the handlers as ordinary reads right after this returns.
    /// From now on both channels are the session's: it must give the connection back with
    /// `Upstreams.release` or `Upstreams.discard` exactly once, also when the client goes away.
    ///
    /// If this throws, both connections are closed.
    void start(AuthenticatedClient client, UpstreamConnection upstream);

    /// The database to which a client is to be connected who asked for the principal's.
    default String routed(Principal principal) {
        return principal.database();
    }
}
