package dev.holdfast.server.access;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.gateway.client.AgentDirectory;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Who may work where at this moment, in memory: what the control store said when it was last read, and what
/// time has done to it since. The data plane asks only this.
///
/// A grant ends by the clock, and by the time that has passed since it was read too: a clock that is set back
/// lengthens nothing. While the store cannot be reached no grant's login begins, and after [#UNCONFIRMED_MAX]
/// no grant counts as in force: it may have been taken back elsewhere. What the configuration gives goes on.
public final class LiveAccess implements AgentDirectory, GrantsInForce {
    /// So long a grant goes on that nobody can confirm.
    static final Duration UNCONFIRMED_MAX = Duration.ofSeconds(15);

    /// So long ago the store must have answered for a login.
    private static final Duration LOGIN_CONFIRMED = Duration.ofSeconds(4);

    private final Map<String, AgentSettings> configured = new LinkedHashMap<>();
    private final Map<String, GrantRoles> roles;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private volatile Snapshot now = new Snapshot(Map.of(), Map.of(), Map.of(), List.of(), 0);
    private volatile long confirmedAtNanos;
    private volatile @Nullable Stop unstored;

    private record Snapshot(
            Map<String, AgentSettings> agents,
            Map<String, Held> grants,
            Map<String, AgentFacts.Disabled> disabled,
            List<Stop> stops,
            long version) {}

    /// A grant in force.
    ///
    /// @param deadlineNanos when its time has passed, whatever the clock says
    private record Held(Grant grant, AgentSettings settings, long deadlineNanos) {}

    LiveAccess(
            Collection<AgentSettings> configured,
            Map<String, GrantRoles> roles,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.roles = Map.copyOf(roles);
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.confirmedAtNanos = nanoTime.getAsLong();
        for (AgentSettings agent : configured) {
            this.configured.put(agent.name(), watched(agent));
        }
    }

    /// The same agent, whose connections are kept only while it may use them.
    private AgentSettings watched(AgentSettings agent) {
        Map<String, UpstreamCredential> databases = new HashMap<>();
        agent.databases()
                .forEach((database, credential) ->
                        databases.put(
                                database,
                                new UpstreamCredential(
                                        credential.role(),
                                        credential.password(),
                                        () ->
                                                why(
                                                                new Principal(
                                                                        agent.name(),
                                                                        database,
                                                                        agent.policy()))
                                                        == null)));
        return with(agent, databases, agent.enabled());
    }

    private static AgentSettings with(
            AgentSettings agent, Map<String, UpstreamCredential> databases, boolean enabled) {
        return new AgentSettings(
                agent.name(),
                agent.verifier(),
                agent.policy(),
                databases,
                agent.sessionsMax(),
                enabled);
    }

    /// Reads what is in force, within a transaction.
    ///
    /// @return puts it in force, once the transaction has committed. What was read earlier never replaces
    ///     what was read later, unless the store itself is an earlier one
    Runnable read(Handle handle) {
        long readAtNanos = nanoTime.getAsLong();
        Map<String, AgentFacts.Disabled> disabled = AgentTables.disabled(handle);
        Snapshot before = now;
        Map<String, AgentSettings> agents = new LinkedHashMap<>();
        configured.forEach((name, agent) -> agents.put(name, toggled(before, agent, disabled)));
        for (AgentTables.Stored stored : AgentTables.agents(handle)) {
            // The configuration file's agent of the same name is the one that is meant.
            agents.computeIfAbsent(
                    stored.name(), _ -> toggled(before, settings(before, stored), disabled));
        }
        Map<String, Held> grants = new HashMap<>();
        for (GrantTables.Live live : GrantTables.active(handle)) {
            AgentSettings agent = agents.get(live.grant().agent());
            Held held = agent == null ? null : held(before, live, agent, readAtNanos);
            if (held != null && !disabled.containsKey(live.grant().agent())) {
                grants.put(live.grant().id(), held);
            }
        }
        Snapshot read =
                new Snapshot(
                        Map.copyOf(agents),
                        Map.copyOf(grants),
                        Map.copyOf(disabled),
                        AgentTables.stops(handle),
                        AgentTables.version(handle));
        // What is in force was committed before this transaction began.
        boolean earlierStore = read.version < before.version;
        return () -> use(read, readAtNanos, earlierStore);
    }

    private synchronized void use(Snapshot read, long readAtNanos, boolean anyway) {
        if (anyway || read.version >= now.version) {
            now = read;
            confirmedAtNanos = readAtNanos;
        }
    }

    /// The object that was there before, where nothing about it changed.
    private static AgentSettings toggled(
            Snapshot before, AgentSettings agent, Map<String, AgentFacts.Disabled> disabled) {
        boolean enabled = agent.enabled() && !disabled.containsKey(agent.name());
        AgentSettings known = before.agents.get(agent.name());
        if (known != null
                && known.enabled() == enabled
                && known.databases().equals(agent.databases())) {
            return known;
        }
        return enabled == agent.enabled() ? agent : with(agent, agent.databases(), enabled);
    }

    private static AgentSettings settings(Snapshot before, AgentTables.Stored stored) {
        AgentSettings known = before.agents.get(stored.name());
        return known != null
                        && known.verifier().encoded().equals(stored.verifier().encoded())
                        && known.policy().equals(stored.policy())
                ? with(known, known.databases(), true)
                : new AgentSettings(
                        stored.name(),
                        stored.verifier(),
                        stored.policy(),
                        Map.of(),
                        stored.sessionsMax(),
                        true);
    }

    private @Nullable Held held(
            Snapshot before, GrantTables.Live live, AgentSettings agent, long readAtNanos) {
        Grant grant = live.grant();
        long wall = clock.millis();
        if (wall < grant.createdAt() - Duration.ofSeconds(5).toMillis()
                || wall >= grant.expiresAt()) {
            return null;
        }
        Held known = before.grants.get(grant.id());
        long deadline =
                known != null && known.grant.expiresAt() == grant.expiresAt()
                        ? known.deadlineNanos
                        : readAtNanos + Duration.ofMillis(grant.expiresAt() - wall).toNanos();
        if (known != null) {
            return new Held(grant, known.settings, deadline);
        }
        UpstreamCredential credential = credential(live, agent);
        return credential == null
                ? null
                : new Held(
                        grant,
                        new AgentSettings(
                                grant.agent(),
                                live.verifier(),
                                "grant:" + grant.id(),
                                Map.of(grant.database(), credential),
                                agent.sessionsMax(),
                                true,
                                grant.id()),
                        deadline);
    }

    private @Nullable UpstreamCredential credential(GrantTables.Live live, AgentSettings agent) {
        Grant grant = live.grant();
        Principal principal = principal(grant);
        if (grant.role().isEmpty()) {
            UpstreamCredential own = agent.databases().get(grant.database());
            return own == null
                    ? null
                    : new UpstreamCredential(
                            own.role(), own.password(), () -> why(principal) == null);
        }
        GrantRoles made = roles.get(grant.database());
        return made == null
                ? null
                : new UpstreamCredential(
                        grant.role(),
                        () -> made.password(live.roleSalt()).toCharArray(),
                        () -> why(principal) == null);
    }

    static Principal principal(Grant grant) {
        return new Principal(grant.agent(), grant.database(), "grant:" + grant.id(), grant.id());
    }

    /// The store has answered, and nothing has changed in it.
    void confirmed() {
        confirmedAtNanos = nanoTime.getAsLong();
    }

    /// A stop that could not be stored: it holds on this gateway until the next one is stored or lifted.
    void stopUnstored(@Nullable Stop stop) {
        unstored = stop;
    }

    long version() {
        return now.version;
    }

    List<Stop> stops() {
        Stop besides = unstored;
        List<Stop> stored = now.stops;
        return besides == null
                ? stored
                : Stream.concat(stored.stream(), Stream.of(besides)).toList();
    }

    Map<String, AgentFacts.Disabled> disabled() {
        return now.disabled;
    }

    List<AgentSettings> agents() {
        return now.agents.values().stream()
                .sorted(Comparator.comparing(AgentSettings::name))
                .toList();
    }

    boolean configured(String agent) {
        return configured.containsKey(agent);
    }

    @Nullable AgentSettings agent(String name) {
        return now.agents.get(name);
    }

    /// Grants whose time is over and that the store still has as in force.
    List<Grant> overdue() {
        long nanos = nanoTime.getAsLong();
        long wall = clock.millis();
        return now.grants.values().stream()
                .filter(held -> !inTime(held, wall, nanos))
                .map(Held::grant)
                .toList();
    }

    @Override
    public @Nullable Grant grant(String id) {
        Held held = now.grants.get(id);
        return held != null && inTime(held, clock.millis(), nanoTime.getAsLong())
                ? held.grant
                : null;
    }

    /// For how long a grant is in force from now on; never less than a second.
    Duration left(Grant grant) {
        return Duration.ofMillis(Math.max(1_000, grant.expiresAt() - clock.millis()));
    }

    private static boolean inTime(Held held, long wall, long nanos) {
        return wall < held.grant.expiresAt() && nanos - held.deadlineNanos < 0;
    }

    @Override
    public @Nullable String basePolicy(String agent) {
        AgentSettings settings = now.agents.get(agent);
        return settings == null ? null : settings.policy();
    }

    @Override
    public @Nullable AgentSettings find(String login) {
        Snapshot current = now;
        AgentSettings agent = current.agents.get(login);
        Held held = current.grants.get(login);
        // An agent's name goes first: the id of a grant is made here and cannot be chosen.
        return agent != null ? agent : held == null ? null : held.settings;
    }

    @Override
    public @Nullable Refusal barred(String login, AgentSettings agent, String database) {
        Refusal other = AgentDirectory.super.barred(login, agent, database);
        if (other != null) {
            return other;
        }
        Refusal why =
                why(
                        new Principal(agent.name(), database, agent.policy(), agent.grant()),
                        ErrorCode.INVALID_AUTHORIZATION);
        if (why == null && !agent.grant().isEmpty() && !confirmedWithin(LOGIN_CONFIRMED)) {
            return AccessRefusals.unconfirmed(ErrorCode.INVALID_AUTHORIZATION);
        }
        return why;
    }

    /// Why somebody's sessions must end; null where they may go on.
    @Nullable Refusal why(Principal principal) {
        return why(principal, ErrorCode.ADMIN_SHUTDOWN);
    }

    private @Nullable Refusal why(Principal principal, ErrorCode code) {
        Snapshot current = now;
        Stop besides = unstored;
        if ((besides != null && besides.concerns(principal.database()))
                || current.stops.stream().anyMatch(stop -> stop.concerns(principal.database()))) {
            return AccessRefusals.stopped(code);
        }
        AgentSettings agent = current.agents.get(principal.agent());
        if (agent == null || !agent.enabled()) {
            return AccessRefusals.disabled();
        }
        if (principal.grant().isEmpty()) {
            return null;
        }
        if (grant(principal.grant()) == null) {
            return AccessRefusals.ended(code);
        }
        return confirmedWithin(UNCONFIRMED_MAX) ? null : AccessRefusals.unconfirmed(code);
    }

    private boolean confirmedWithin(Duration time) {
        return nanoTime.getAsLong() - confirmedAtNanos < time.toNanos();
    }
}
