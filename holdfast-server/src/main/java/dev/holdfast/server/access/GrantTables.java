package dev.holdfast.server.access;

import dev.holdfast.gateway.scram.ScramVerifier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Grants and requests in the control store. Everything runs within the caller's transaction.
final class GrantTables {
    private static final String GRANT =
            "SELECT id, agent, database_name, task, justification, terms, role, state, created_at,"
                    + " created_by, expires_at, renewable_until, ended_at, ended_by, end_reason"
                    + " FROM access_grant";
    private static final String REQUEST =
            "SELECT id, agent, database_name, task, justification, terms, time_millis, state,"
                    + " created_at, expires_at, decided_at, decided_by, words, grant_id"
                    + " FROM access_request";

    private GrantTables() {}

    /// A grant in force, with what its logins are checked against.
    ///
    /// @param roleSalt what the password of its role is made from
    record Live(Grant grant, ScramVerifier verifier, String roleSalt) {}

    static void insert(Handle handle, Grant grant, String verifier, String roleSalt) {
        handle.createUpdate(
                        "INSERT INTO access_grant (id, agent, database_name, task, justification,"
                                + " terms, verifier, role, role_salt, state, created_at, created_by,"
                                + " expires_at, renewable_until, ended_at, ended_by, end_reason)"
                                + " VALUES (:id, :agent, :database, :task, :justification, :terms,"
                                + " :verifier, :role, :salt, :state, :created, :by, :expires,"
                                + " :renewable, 0, '', '')")
                .bind("id", grant.id())
                .bind("agent", grant.agent())
                .bind("database", grant.database())
                .bind("task", grant.task())
                .bind("justification", grant.justification())
                .bind("terms", grant.terms().json())
                .bind("verifier", verifier)
                .bind("role", grant.role())
                .bind("salt", roleSalt)
                .bind("state", grant.state().name())
                .bind("created", grant.createdAt())
                .bind("by", grant.createdBy())
                .bind("expires", grant.expiresAt())
                .bind("renewable", grant.renewableUntil())
                .execute();
    }

    static @Nullable Grant find(Handle handle, String id) {
        return handle.createQuery(GRANT + " WHERE id = :id")
                .bind("id", id)
                .map((row, _) -> grant(row))
                .findOne()
                .orElse(null);
    }

    /// The newest first.
    static List<Grant> list(Handle handle, boolean endedToo, int countMax) {
        return handle.createQuery(
                        GRANT
                                + (endedToo ? "" : " WHERE state IN ('PREPARING', 'ACTIVE')")
                                + " ORDER BY created_at DESC, id LIMIT :max")
                .bind("max", countMax)
                .map((row, _) -> grant(row))
                .list();
    }

    static List<Live> active(Handle handle) {
        return handle.createQuery(
                        GRANT.replace(" FROM", ", verifier, role_salt FROM")
                                + " WHERE state = 'ACTIVE'")
                .map((row, _) ->
                        new Live(
                                grant(row),
                                ScramVerifier.parse(row.getString("verifier")),
                                row.getString("role_salt")))
                .list();
    }

    /// Returns false where it was not being prepared any more.
    static boolean activate(Handle handle, String id) {
        return handle.createUpdate(
                                "UPDATE access_grant SET state = 'ACTIVE'"
                                        + " WHERE id = :id AND state = 'PREPARING'")
                        .bind("id", id)
                        .execute()
                == 1;
    }

    /// Returns false where it was not in force any more.
    static boolean renew(Handle handle, String id, long now, long expiresAt) {
        return handle.createUpdate(
                                "UPDATE access_grant SET expires_at = :expires WHERE id = :id"
                                        + " AND state = 'ACTIVE' AND expires_at > :now")
                        .bind("id", id)
                        .bind("now", now)
                        .bind("expires", expiresAt)
                        .execute()
                == 1;
    }

    /// Returns false where it had ended already.
    static boolean end(
            Handle handle, String id, Grant.State state, long now, String by, String reason) {
        return handle.createUpdate(
                                "UPDATE access_grant SET state = :state, ended_at = :now,"
                                        + " ended_by = :by, end_reason = :reason"
                                        + " WHERE id = :id AND state IN ('PREPARING', 'ACTIVE')")
                        .bind("id", id)
                        .bind("state", state.name())
                        .bind("now", now)
                        .bind("by", by)
                        .bind("reason", reason)
                        .execute()
                == 1;
    }

    private static Grant grant(ResultSet row) throws SQLException {
        return new Grant(
                row.getString("id"),
                row.getString("agent"),
                row.getString("database_name"),
                row.getString("task"),
                row.getString("justification"),
                GrantTerms.read(row.getString("terms")),
                row.getString("role"),
                Grant.State.valueOf(row.getString("state")),
                row.getLong("created_at"),
                row.getString("created_by"),
                row.getLong("expires_at"),
                row.getLong("renewable_until"),
                row.getLong("ended_at"),
                row.getString("ended_by"),
                row.getString("end_reason"));
    }

    static void insert(Handle handle, AccessRequest request) {
        handle.createUpdate(
                        "INSERT INTO access_request (id, agent, database_name, task, justification,"
                                + " terms, time_millis, state, created_at, expires_at, decided_at,"
                                + " decided_by, words, grant_id)"
                                + " VALUES (:id, :agent, :database, :task, :justification, :terms,"
                                + " :time, :state, :created, :expires, 0, '', '', '')")
                .bind("id", request.id())
                .bind("agent", request.agent())
                .bind("database", request.database())
                .bind("task", request.task())
                .bind("justification", request.justification())
                .bind("terms", request.terms().json())
                .bind("time", request.timeMillis())
                .bind("state", request.state().name())
                .bind("created", request.createdAt())
                .bind("expires", request.expiresAt())
                .execute();
    }

    static @Nullable AccessRequest request(Handle handle, String id) {
        return handle.createQuery(REQUEST + " WHERE id = :id")
                .bind("id", id)
                .map((row, _) -> request(row))
                .findOne()
                .orElse(null);
    }

    static List<AccessRequest> requests(Handle handle, boolean decidedToo, int countMax) {
        return handle.createQuery(
                        REQUEST
                                + (decidedToo ? "" : " WHERE state = 'PENDING'")
                                + " ORDER BY created_at DESC, id LIMIT :max")
                .bind("max", countMax)
                .map((row, _) -> request(row))
                .list();
    }

    static int pendingOf(Handle handle, String agent) {
        return handle.createQuery(
                        "SELECT count(*) FROM access_request"
                                + " WHERE agent = :agent AND state = 'PENDING'")
                .bind("agent", agent)
                .mapTo(Integer.class)
                .one();
    }

    /// Returns false where it was decided already, or it is too late.
    static boolean decide(
            Handle handle,
            String id,
            AccessRequest.State state,
            long now,
            String by,
            String words,
            String grant) {
        return handle.createUpdate(
                                "UPDATE access_request SET state = :state, decided_at = :now,"
                                        + " decided_by = :by, words = :words, grant_id = :grant"
                                        + " WHERE id = :id AND state = 'PENDING' AND expires_at > :now")
                        .bind("id", id)
                        .bind("state", state.name())
                        .bind("now", now)
                        .bind("by", by)
                        .bind("words", words)
                        .bind("grant", grant)
                        .execute()
                == 1;
    }

    /// A request was taken up and could not be fulfilled: somebody may decide on it again.
    static void reopen(Handle handle, String id) {
        handle.createUpdate(
                        "UPDATE access_request SET state = 'PENDING', decided_at = 0,"
                                + " decided_by = '', words = '', grant_id = ''"
                                + " WHERE id = :id AND state = 'APPROVED'")
                .bind("id", id)
                .execute();
    }

    static void expireRequests(Handle handle, long now) {
        handle.createUpdate(
                        "UPDATE access_request SET state = 'EXPIRED'"
                                + " WHERE state = 'PENDING' AND expires_at <= :now")
                .bind("now", now)
                .execute();
    }

    private static AccessRequest request(ResultSet row) throws SQLException {
        return new AccessRequest(
                row.getString("id"),
                row.getString("agent"),
                row.getString("database_name"),
                row.getString("task"),
                row.getString("justification"),
                GrantTerms.read(row.getString("terms")),
                row.getLong("time_millis"),
                AccessRequest.State.valueOf(row.getString("state")),
                row.getLong("created_at"),
                row.getLong("expires_at"),
                row.getLong("decided_at"),
                row.getString("decided_by"),
                row.getString("words"),
                row.getString("grant_id"));
    }
}
