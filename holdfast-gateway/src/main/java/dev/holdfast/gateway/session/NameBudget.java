package dev.holdfast.gateway.session;

import java.util.HashMap;
import java.util.Map;

/// The memory that prepared statements of all sessions of one event loop may take, shared among agents.
///
/// An agent may hold as much as is still free. So one agent alone gets half, two get a third each, and
/// whoever comes next always finds room: nobody can use up what others need (A. Choudhury, E. Hahne,
/// "Dynamic queue length thresholds for shared-memory packet switches", 1998).
///
/// Used on its event loop only.
final class NameBudget {
    private final long bytesMax;
    private final Map<String, Share> shares = new HashMap<>();
    private long used;

    /// What one agent's sessions hold together.
    final class Share {
        private final String agent;
        private long held;
        private int sessions;

        private Share(String agent) {
            this.agent = agent;
        }

        /// Whether so much more may be held.
        boolean fits(long bytes) {
            return held + bytes <= bytesMax - used;
        }

        /// Notes that more is held, or less.
        void add(long bytes) {
            held += bytes;
            used += bytes;
        }

        /// A session ends, whose part has been taken off before.
        void leave() {
            sessions--;
            if (sessions == 0) {
                shares.remove(agent);
            }
        }
    }

    /// @param bytesMax of all agents together, bytes
    NameBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// The share of an agent, for one session more.
    Share enter(String agent) {
        Share share = shares.computeIfAbsent(agent, Share::new);
        share.sessions++;
        return share;
    }

    long used() {
        return used;
    }
}
