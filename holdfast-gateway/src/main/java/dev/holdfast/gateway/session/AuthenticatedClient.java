package dev.holdfast.gateway.session;

import dev.holdfast.gateway.cancel.SyntheticKey;
import dev.holdfast.guard.decision.Principal;
import io.netty.channel.Channel;
import java.util.Map;

/// A client that has proven who it is and has been told that it may send statements.
///
/// @param channel the connection to it, on the same event loop as the upstream's
/// @param principal who it is, of which database
/// @param sessionId unique in this gateway's life
/// @param key what the client cancels with
/// @param startupParameters the settings it asked for and that were passed on, by the names that it
///     used
public record AuthenticatedClient(
        Channel channel,
        Principal principal,
        long sessionId,
        SyntheticKey key,
        Map<String, String> startupParameters) {
    public AuthenticatedClient {
        startupParameters = Map.copyOf(startupParameters);
    }
}
