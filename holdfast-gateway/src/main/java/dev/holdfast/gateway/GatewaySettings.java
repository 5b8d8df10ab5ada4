package dev.holdfast.gateway;

import dev.holdfast.gateway.scram.MockSecret;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Everything that the gateway must be told. Checked when made: a gateway cannot be started from
/// settings that contradict themselves.
///
/// @param listeners where clients are accepted; at least one
/// @param databases the databases that agents may name; at least one
/// @param agents who may log in
/// @param transport what moves the bytes
/// @param drainMillis how long sessions with a running statement may go on after a stop was asked
///     for, milliseconds, 0 to 600,000
/// @param mockSecret what logins of agents that do not exist are answered from
public record GatewaySettings(
        List<ListenerSettings> listeners,
        List<DatabaseSettings> databases,
        List<AgentSettings> agents,
        TransportSettings transport,
        int drainMillis,
        MockSecret mockSecret) {

    public static final int DRAIN_MILLIS_DEFAULT = 10_000;

    public GatewaySettings {
        listeners = List.copyOf(listeners);
        databases = List.copyOf(databases);
        agents = List.copyOf(agents);
        Checks.range("listeners", listeners.size(), 1, 64);
        Checks.range("databases", databases.size(), 1, 10_000);
        Checks.range("drainMillis", drainMillis, 0, 600_000);
        Set<String> databaseNames = distinct("databases", databases, DatabaseSettings::name);
        distinct("agents", agents, AgentSettings::name);
        for (AgentSettings agent : agents) {
            for (String database : agent.databases().keySet()) {
                if (!databaseNames.contains(database)) {
                    throw new IllegalArgumentException(
                            "agents: %s may use database %s (expected: one of databases)"
                                    .formatted(agent.name(), database));
                }
            }
        }
    }

    private static <T> Set<String> distinct(
            String what, List<T> elements, Function<T, String> name) {
        Set<String> names = new HashSet<>();
        for (T element : elements) {
            if (!names.add(name.apply(element))) {
                throw new IllegalArgumentException(
                        "%s: %s twice (expected: once)".formatted(what, name.apply(element)));
            }
        }
        return names;
    }
}
