package dev.holdfast.gateway.upstream;

import io.netty.channel.Channel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A connection to PostgreSQL, logged in, in the hands of one session: what is given back and taken
/// again is another object. Used only on its channel's event loop.
public final class UpstreamConnection {
    private final Channel channel;
    private final UpstreamRequest request;
    private final Map<String, String> parameterStatuses;
    private final int processId;
    private final byte[] secretKey;
    private int cancelsInFlight;
    private boolean givenBack;

    public UpstreamConnection(
            Channel channel,
            UpstreamRequest request,
            Map<String, String> parameterStatuses,
            int processId,
            byte[] secretKey) {
        this.channel = channel;
        this.request = request;
        this.parameterStatuses = new LinkedHashMap<>(parameterStatuses);
        this.processId = processId;
        this.secretKey = secretKey.clone();
    }

    public Channel channel() {
        return channel;
    }

    /// What the connection was asked for with.
    public UpstreamRequest request() {
        return request;
    }

    /// The PostgreSQL role that it is logged in as.
    public String role() {
        return request.credential().role();
    }

    /// What PostgreSQL reported last, in the order in which it first did.
    public Map<String, String> parameterStatuses() {
        return Collections.unmodifiableMap(parameterStatuses);
    }

    /// Notes a ParameterStatus that arrived while a session had the connection, so that the next
    /// session is told what holds.
    public void noteParameterStatus(String name, String value) {
        parameterStatuses.put(name, value);
    }

    /// The backend's process id. Never shown to a client.
    public int processId() {
        return processId;
    }

    /// A copy of the backend's real cancel key. Never shown to a client.
    public byte[] secretKey() {
        return secretKey.clone();
    }

    /// The same connection for the next session.
    UpstreamConnection next() {
        return new UpstreamConnection(channel, request, parameterStatuses, processId, secretKey);
    }

    /// Notes that the session has given it back.
    ///
    /// @throws IllegalStateException if it had already: two sessions on one connection is the worst
    ///     that can happen here
    void giveBack() {
        if (givenBack) {
            throw new IllegalStateException("connection: given back twice (expected: once)");
        }
        givenBack = true;
    }

    boolean isGivenBack() {
        return givenBack;
    }

    void cancelBegins() {
        cancelsInFlight++;
    }

    void cancelEnds() {
        cancelsInFlight--;
    }

    /// Cancellations that are on their way and could still hit whatever runs next.
    int cancelsInFlight() {
        return cancelsInFlight;
    }
}
