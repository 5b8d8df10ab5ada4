package dev.holdfast.server.access;

import dev.holdfast.gateway.scram.ScramVerifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Agents, orders against them and stops in the control store, and the count of all orders. Everything runs
/// within the caller's transaction.
final class AgentTables {
    private AgentTables() {}

    /// An agent that stands in the store.
    record Stored(String name, ScramVerifier verifier, String policy, int sessionsMax) {}

    static List<Stored> agents(Handle handle) {
        return handle.createQuery(
                        "SELECT name, verifier, policy, sessions_max FROM agent ORDER BY name")
                .map((row, _) ->
                        new Stored(
                                row.getString(1),
                                ScramVerifier.parse(row.getString(2)),
                                row.getString(3),
                                row.getInt(4)))
                .list();
    }

    /// Returns false where there is one of this name.
    static boolean insert(
            Handle handle,
            String name,
            String verifier,
            String policy,
            int sessionsMax,
            long now,
            String by) {
        return handle.createUpdate(
                                "INSERT INTO agent (name, verifier, policy, sessions_max, created_at,"
                                        + " created_by) VALUES (:name, :verifier, :policy, :sessions,"
                                        + " :now, :by) ON CONFLICT (name) DO NOTHING")
                        .bind("name", name)
                        .bind("verifier", verifier)
                        .bind("policy", policy)
                        .bind("sessions", sessionsMax)
                        .bind("now", now)
                        .bind("by", by)
                        .execute()
                == 1;
    }

    static Map<String, AgentFacts.Disabled> disabled(Handle handle) {
        Map<String, AgentFacts.Disabled> disabled = new LinkedHashMap<>();
        handle.createQuery("SELECT name, at, by_person, reason FROM agent_disabled ORDER BY name")
                .map((row, _) ->
                        disabled.put(
                                row.getString(1),
                                new AgentFacts.Disabled(
                                        row.getLong(2), row.getString(3), row.getString(4))))
                .list();
        return disabled;
    }

    static void disable(Handle handle, String name, long now, String by, String reason) {
        handle.createUpdate(
                        "INSERT INTO agent_disabled (name, at, by_person, reason)"
                                + " VALUES (:name, :now, :by, :reason) ON CONFLICT (name) DO NOTHING")
                .bind("name", name)
                .bind("now", now)
                .bind("by", by)
                .bind("reason", reason)
                .execute();
    }

    /// Returns false where it was not disabled.
    static boolean enable(Handle handle, String name) {
        return handle.createUpdate("DELETE FROM agent_disabled WHERE name = :name")
                        .bind("name", name)
                        .execute()
                == 1;
    }

    static List<Stop> stops(Handle handle) {
        return handle.createQuery("SELECT scope, at, by_person, reason FROM stop ORDER BY scope")
                .map((row, _) ->
                        new Stop(
                                row.getString(1),
                                row.getLong(2),
                                row.getString(3),
                                row.getString(4)))
                .list();
    }

    static void stop(Handle handle, Stop stop) {
        handle.createUpdate(
                        "INSERT INTO stop (scope, at, by_person, reason)"
                                + " VALUES (:scope, :at, :by, :reason) ON CONFLICT (scope) DO NOTHING")
                .bind("scope", stop.database())
                .bind("at", stop.at())
                .bind("by", stop.by())
                .bind("reason", stop.reason())
                .execute();
    }

    /// Returns false where nothing was stopped.
    static boolean resume(Handle handle, String scope) {
        return handle.createUpdate("DELETE FROM stop WHERE scope = :scope")
                        .bind("scope", scope)
                        .execute()
                == 1;
    }

    static long version(Handle handle) {
        return handle.createQuery("SELECT version FROM access_version WHERE id = 1")
                .mapTo(Long.class)
                .one();
    }

    static void changed(Handle handle) {
        handle.execute("UPDATE access_version SET version = version + 1 WHERE id = 1");
    }

    /// What the roles of this store are known by; made where it is missing.
    static String identity(Handle handle, String fresh) {
        handle.createUpdate(
                        "INSERT INTO store_identity (id, identity) VALUES (1, :fresh)"
                                + " ON CONFLICT (id) DO NOTHING")
                .bind("fresh", fresh)
                .execute();
        return handle.createQuery("SELECT identity FROM store_identity WHERE id = 1")
                .mapTo(String.class)
                .one();
    }
}
