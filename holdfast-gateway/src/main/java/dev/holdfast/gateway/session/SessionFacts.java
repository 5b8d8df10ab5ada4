package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Principal;

/// What is to be told of a session.
///
/// @param id unique in this gateway's life
/// @param principal whose it is
/// @param sinceEpochMillis when its password was proven
/// @param activity what it does
public record SessionFacts(long id, Principal principal, long sinceEpochMillis, Activity activity) {

    /// What a session does at one moment.
    ///
    /// @param statement what runs or ran into a wait, without its literals; empty where nothing does
    public record Activity(State state, String statement) {
        /// It waits for its connection to PostgreSQL.
        public static final Activity STARTING = new Activity(State.STARTING, "");

        /// It did not say in time.
        public static final Activity UNKNOWN = new Activity(State.UNKNOWN, "");

        static Activity of(Session session) {
            ReplyQueue replies = session.replies();
            for (int at = 0; at < replies.size(); at++) {
                ReplyQueue.Reply reply = replies.at(at);
                Verdict verdict = reply.verdict();
                if (verdict != null) {
                    return new Activity(State.ACTIVE, reply.recorded(verdict));
                }
            }
            if (!replies.isEmpty() || session.lane().working()) {
                return new Activity(State.ACTIVE, "");
            }
            return switch (session.status()) {
                case IDLE -> new Activity(State.IDLE, "");
                case IN_TRANSACTION, FAILED -> new Activity(State.IN_TRANSACTION, "");
            };
        }
    }

    /// What it is about.
    public enum State {
        /// Its password is proven, its session has not begun.
        STARTING,
        /// Nothing runs, no transaction is open.
        IDLE,
        /// Nothing runs, a transaction is open.
        IN_TRANSACTION,
        /// A statement runs, or waits for its turn.
        ACTIVE,
        /// It did not say in time.
        UNKNOWN
    }
}
