package dev.holdfast.server.access;

/// Access of one agent to one database, for one task and a limited time. All times are milliseconds since
/// 1970-01-01 UTC.
///
/// @param id `gr_…`; also the user name to log in with
/// @param task what it is for, in words
/// @param justification why it is needed, in words
/// @param role the PostgreSQL role made for it; empty where the agent's own role is used
/// @param state whether it is in force
/// @param createdBy who gave it
/// @param expiresAt when it ends if nobody renews it
/// @param renewableUntil beyond which it cannot be renewed
/// @param endedAt when it ended; 0 while it is in force
/// @param endedBy who ended it; empty where its time was over
/// @param endReason why, in words
public record Grant(
        String id,
        String agent,
        String database,
        String task,
        String justification,
        GrantTerms terms,
        String role,
        State state,
        long createdAt,
        String createdBy,
        long expiresAt,
        long renewableUntil,
        long endedAt,
        String endedBy,
        String endReason) {

    /// Whether a grant is in force.
    public enum State {
        /// It is being set up: nobody can log in with it yet.
        PREPARING,
        ACTIVE,
        EXPIRED,
        REVOKED
    }
}
