package dev.holdfast.server.access;

/// Access that an agent asked for. Times are milliseconds since 1970-01-01 UTC.
///
/// @param id `rq_…`
/// @param timeMillis for how long
/// @param state what became of it
/// @param expiresAt when nobody may decide on it any more
/// @param decidedBy who decided; empty while nobody has
/// @param words what the person said about it
/// @param grant the id of the grant that it led to; empty where there is none
public record AccessRequest(
        String id,
        String agent,
        String database,
        String task,
        String justification,
        GrantTerms terms,
        long timeMillis,
        State state,
        long createdAt,
        long expiresAt,
        long decidedAt,
        String decidedBy,
        String words,
        String grant) {

    /// What became of a request.
    public enum State {
        PENDING,
        APPROVED,
        REJECTED,
        EXPIRED
    }
}
