package dev.holdfast.gateway.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Where connections to PostgreSQL come from and go back to.
public interface Upstreams {

    /// Gives a connection that is idle, outside a transaction, and exactly as if it had just been
    /// opened with the request's parameters.
    ///
    /// @param loop where the connection's channel lives and where the future completes
    /// @return fails with an [UpstreamException], whose refusal may be shown to the client
    Future<UpstreamConnection> acquire(EventLoop loop, UpstreamRequest request);

    /// Takes back a connection that is idle, outside a transaction and in step (every message that
    /// was sent has been answered). The caller's handlers must be out of the pipeline. It is reset
    /// and kept, or closed. Called on the connection's event loop.
    void release(UpstreamConnection connection);

    /// Takes back a connection in any other state: it is closed. Called on the connection's event
    /// loop.
    void discard(UpstreamConnection connection);

    /// Takes back a connection of a session that has ended: it is closed within a second, and if it is running
    /// something PostgreSQL is asked to cancel that. Where very many end at once they are cancelled together and
    /// closed one after the other. Done behind what the connection's event loop, on which it is called, has to do
    /// already. The caller's handlers must be out of the pipeline.
    void abort(UpstreamConnection connection, boolean running);

    /// Asks PostgreSQL to cancel what the connection is running, on a connection of its own; nothing
    /// tells whether it came in time. Called on the connection's event loop; of a connection that was
    /// given back nothing is cancelled.
    ///
    /// @return completes when PostgreSQL has taken note
    Future<@Nullable Void> cancel(UpstreamConnection connection);
}
