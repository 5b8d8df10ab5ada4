package dev.holdfast.gateway;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What the gateway counts. Counters only rise; what rises and falls is the difference of two.
/// Written by event loops, read by whatever exposes them; reading never blocks a writer.
public final class GatewayMetrics {

    /// What is counted.
    public enum Counter {
        /// Connections accepted by a listener.
        CONNECTIONS_ACCEPTED,
        /// Connections closed again, for any reason.
        CONNECTIONS_CLOSED,
        /// Connections refused because too many exist.
        REJECTED_TOO_MANY_CONNECTIONS,
        /// Connections refused because too many failed logins came from their address.
        REJECTED_ADDRESS,
        /// Logins refused because the agent has too many sessions.
        REJECTED_AGENT_LIMIT,
        /// Connections that did not log in in time.
        REJECTED_TIMEOUT,
        /// Start-up packets in clear where TLS is required.
        REJECTED_PLAINTEXT,
        /// Connections that broke the protocol before they had logged in.
        REJECTED_PROTOCOL,
        /// Start-up packets that asked for what is not served: replication, a pinned setting.
        REJECTED_PARAMETERS,
        /// Logins refused because the gateway is stopping.
        REJECTED_STOPPING,
        /// TLS handshakes that failed.
        TLS_FAILURES,
        /// Logins with a wrong password, an unknown agent or an unknown database.
        AUTHENTICATION_FAILURES,
        /// Sessions started.
        SESSIONS_STARTED,
        /// Sessions ended.
        SESSIONS_ENDED,
        /// CancelRequests passed on to PostgreSQL.
        CANCELS_FORWARDED,
        /// CancelRequests with a key that no session has.
        CANCELS_UNKNOWN,
        /// Connections to PostgreSQL opened.
        UPSTREAM_OPENED,
        /// Connections to PostgreSQL closed, by whichever side.
        UPSTREAM_CLOSED,
        /// Connections to PostgreSQL that could not be opened or must not be used.
        UPSTREAM_FAILURES,
        /// Sessions that were given a warm connection.
        POOL_HITS,
        /// Sessions for which a connection was opened.
        POOL_MISSES,
        /// Used connections that could not be reset and were closed.
        POOL_RESET_FAILURES
    }

    private final Map<Counter, LongAdder> counters = new EnumMap<>(Counter.class);

    public GatewayMetrics() {
        for (Counter counter : Counter.values()) {
            counters.put(counter, new LongAdder());
        }
    }

    /// Adds one.
    public void count(Counter counter) {
        adder(counter).increment();
    }

    /// How often it was counted so far.
    public long value(Counter counter) {
        return adder(counter).sum();
    }

    private LongAdder adder(Counter counter) {
        LongAdder adder = counters.get(counter);
        if (adder == null) {
            throw new IllegalStateException("counter: " + counter + " (expected: every one)");
        }
        return adder;
    }
}
