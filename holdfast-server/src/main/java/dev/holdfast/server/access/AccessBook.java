package dev.holdfast.server.access;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.access.AccessException.Reason;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives and takes access. Each order is on record before access is given, is in the store before it counts,
/// and is followed on this gateway when the call returns; the others hear of it.
///
/// What takes access away is done whatever else fails: a record that cannot be written stops no one from
/// stopping.
public final class AccessBook {
    private static final Logger LOGGER = LoggerFactory.getLogger(AccessBook.class);

    /// Announced whenever something about access changed.
    static final String CHANNEL = "holdfast_access";

    static final int REASON_LENGTH_MAX = 500;
    static final int LIST_MAX = 1_000;
    private static final int PASSWORD_BYTES = 24;
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}";

    private final ControlStore store;
    private final LiveAccess live;
    private final Map<String, GrantRoles> roles;
    private final List<String> databases;
    private final AuditLog audit;
    private final InstantSource clock;
    private final SecureRandom random;
    private final RequestBook requests;
    private volatile Consequences consequences = new Consequences.None();

    AccessBook(
            ControlStore store,
            LiveAccess live,
            Map<String, GrantRoles> roles,
            List<String> databases,
            AuditLog audit,
            InstantSource clock,
            SecureRandom random) {
        this.store = store;
        this.live = live;
        this.roles = Map.copyOf(roles);
        this.databases = List.copyOf(databases);
        this.audit = audit;
        this.clock = clock;
        this.random = random;
        this.requests = new RequestBook(this, clock);
    }

    void follow(Consequences then) {
        consequences = then;
    }

    // ---- agents

    /// Every agent that there is, by name.
    public List<AgentFacts> agents() {
        List<AgentFacts> facts = new ArrayList<>();
        for (AgentSettings agent : live.agents()) {
            facts.add(
                    new AgentFacts(
                            agent.name(),
                            agent.policy(),
                            live.configured(agent.name()),
                            agent.enabled(),
                            agent.sessionsMax(),
                            agent.databases().keySet().stream().sorted().toList(),
                            live.disabled().get(agent.name())));
        }
        return facts;
    }

    /// Makes an agent that may use no database until it is given a grant.
    ///
    /// @param policy under which its grants stand: a name in the policy file, or `read-only`
    /// @return its password, shown once
    public String createAgent(String person, String name, String policy, int sessionsMax)
            throws AccessException {
        if (!name.matches(NAME) || name.startsWith("gr_")) {
            throw malformed(
                    "name: (expected: 1 to 63 letters, digits, _, . or -, not beginning with gr_)");
        }
        if (!policy.matches(NAME)) {
            throw malformed("policy: (expected: the name of a policy)");
        }
        if (sessionsMax < 1 || sessionsMax > 100_000) {
            throw malformed("sessions: %d (expected: 1 to 100000)".formatted(sessionsMax));
        }
        if (live.configured(name)) {
            throw new AccessException(
                    Reason.CONFLICT, "agent " + name + " stands in the configuration file");
        }
        String password = secret();
        String verifier = verifier(password);
        record(person, "", "agent create " + name, "person.access", true);
        boolean made =
                changed(handle ->
                        AgentTables.insert(
                                handle,
                                name,
                                verifier,
                                policy,
                                sessionsMax,
                                clock.millis(),
                                person));
        if (!made) {
            throw new AccessException(Reason.CONFLICT, "there is an agent " + name + " already");
        }
        return password;
    }

    /// Keeps an agent out, ends its sessions and its grants.
    ///
    /// @return how many sessions ended on this gateway
    public int disableAgent(String person, String name, String reason) throws AccessException {
        requireAgent(name);
        GrantOrder.words("reason", reason, REASON_LENGTH_MAX);
        List<Grant> ended = new ArrayList<>();
        changed(handle -> {
            AgentTables.disable(handle, name, clock.millis(), person, reason.strip());
            for (Grant grant : GrantTables.list(handle, false, LIST_MAX)) {
                if (grant.agent().equals(name)
                        && endGrant(handle, grant.id(), person, "agent disabled")) {
                    ended.add(grant);
                }
            }
            return true;
        });
        int sessions = consequences.ended(ended);
        record(person, "", "agent disable " + name, "person.access", false);
        return sessions;
    }

    /// Lets an agent in again. Its ended grants stay ended.
    public void enableAgent(String person, String name) throws AccessException {
        requireAgent(name);
        record(person, "", "agent enable " + name, "person.access", true);
        boolean was = changed(handle -> AgentTables.enable(handle, name));
        if (!was) {
            throw new AccessException(
                    Reason.CONFLICT, "agent " + name + " is not disabled by an order");
        }
    }

    // ---- grants

    /// The newest first, at most 1,000.
    public List<Grant> grants(boolean endedToo) throws AccessException {
        return read(handle -> GrantTables.list(handle, endedToo, LIST_MAX));
    }

    /// A grant, in force or not.
    ///
    /// @throws AccessException if there is none
    public Grant grant(String id) throws AccessException {
        return read(handle -> Optional.ofNullable(GrantTables.find(handle, id)))
                .orElseThrow(() -> new AccessException(Reason.UNKNOWN, "there is no such grant"));
    }

    /// Gives an agent access.
    public IssuedGrant createGrant(String person, GrantOrder order) throws AccessException {
        AgentSettings agent = requireAgent(order.agent());
        if (!agent.enabled()) {
            throw new AccessException(Reason.CONFLICT, "agent " + agent.name() + " is disabled");
        }
        requireDatabase(order.database());
        GrantRoles made = roles.get(order.database());
        if (made == null && !agent.databases().containsKey(order.database())) {
            throw new AccessException(
                    Reason.CONFLICT,
                    "database %s: Holdfast cannot make a role for the grant, and agent %s has none of"
                                    .formatted(order.database(), agent.name())
                            + " its own there. Give the database an access role (setting access of"
                            + " the database), or the agent a role (setting databases of the agent)");
        }
        String id = id("gr_");
        String password = secret();
        String salt = secret();
        long now = clock.millis();
        Grant grant =
                new Grant(
                        id,
                        order.agent(),
                        order.database(),
                        order.task(),
                        order.justification(),
                        order.terms(),
                        made == null ? "" : GrantRoles.PREFIX + id,
                        Grant.State.PREPARING,
                        now,
                        person,
                        now + order.time().toMillis(),
                        now + order.timeMax().toMillis(),
                        0,
                        "",
                        "");
        String verifier = verifier(password);
        record(person, order.database(), "grant create " + id, "person.access", true);
        // First in the store, so that a role that is made is never one that nobody knows of.
        changed(handle -> {
            GrantTables.insert(handle, grant, verifier, salt);
            return true;
        });
        try {
            List<String> warnings =
                    made == null ? List.of() : made.create(grant, salt, order.time());
            if (!changed(handle -> GrantTables.activate(handle, id))) {
                throw new AccessException(
                        Reason.CONFLICT, "the grant was taken back while it was being made");
            }
            return new IssuedGrant(grant(id), password, warnings);
        } catch (AccessException e) {
            changed(handle ->
                    GrantTables.end(
                            handle, id, Grant.State.REVOKED, clock.millis(), person, "not made"));
            consequences.ended(List.of(grant));
            throw e;
        }
    }

    /// Lets a grant be in force for longer, counted from now. One that has ended stays ended.
    public Grant renewGrant(String person, String id, Duration time) throws AccessException {
        Grant grant = grant(id);
        if (time.compareTo(GrantOrder.TIME_MIN) < 0 || time.compareTo(GrantOrder.TIME_MAX) > 0) {
            throw malformed("ttl: (expected: 1 minute to 24 hours)");
        }
        long now = clock.millis();
        long until = Math.min(now + time.toMillis(), grant.renewableUntil());
        if (live.grant(id) == null || until <= grant.expiresAt()) {
            throw new AccessException(
                    Reason.CONFLICT,
                    "grant %s cannot be renewed: it has ended, or lasts to its maximum already"
                            .formatted(id));
        }
        record(person, grant.database(), "grant renew " + id, "person.access", true);
        GrantRoles made = roles.get(grant.database());
        if (made != null && !grant.role().isEmpty()) {
            made.extend(grant.role(), Duration.ofMillis(until - now));
        }
        if (!changed(handle -> GrantTables.renew(handle, id, clock.millis(), until))) {
            throw new AccessException(Reason.CONFLICT, "grant " + id + " has ended");
        }
        return grant(id);
    }

    /// Takes a grant back.
    ///
    /// @return how many sessions ended on this gateway
    public int revokeGrant(String person, String id, String reason) throws AccessException {
        Grant grant = grant(id);
        GrantOrder.words("reason", reason, REASON_LENGTH_MAX);
        boolean was = changed(handle -> endGrant(handle, id, person, reason.strip()));
        int sessions = consequences.ended(List.of(grant));
        record(person, grant.database(), "grant revoke " + id, "person.access", false);
        if (!was) {
            throw new AccessException(Reason.CONFLICT, "grant " + id + " had ended already");
        }
        return sessions;
    }

    private boolean endGrant(Handle handle, String id, String person, String reason) {
        return GrantTables.end(handle, id, Grant.State.REVOKED, clock.millis(), person, reason);
    }

    /// Ends what time has ended.
    void expire(List<Grant> overdue) throws AccessException {
        List<Grant> ended = new ArrayList<>();
        changed(handle -> {
            for (Grant grant : overdue) {
                if (GrantTables.end(
                        handle, grant.id(), Grant.State.EXPIRED, clock.millis(), "", "expired")) {
                    ended.add(grant);
                }
            }
            GrantTables.expireRequests(handle, clock.millis());
            return true;
        });
        consequences.ended(ended);
    }

    /// What agents ask for.
    public RequestBook requests() {
        return requests;
    }

    // ---- stop

    /// Stops all work in a database, or everywhere ([Stop#EVERYWHERE]), until it is lifted. Where the store
    /// cannot be reached it holds on this gateway all the same.
    ///
    /// @return how many sessions ended on this gateway
    public int stop(String person, String database, String reason) throws AccessException {
        if (!database.equals(Stop.EVERYWHERE)) {
            requireDatabase(database);
        }
        GrantOrder.words("reason", reason, REASON_LENGTH_MAX);
        Stop stop = new Stop(database, clock.millis(), person, reason.strip());
        int sessions;
        try {
            changed(handle -> {
                AgentTables.stop(handle, stop);
                return true;
            });
            sessions = consequences.stopped(stop);
        } catch (AccessException e) {
            live.stopUnstored(stop);
            consequences.stopped(stop);
            record(person, scope(database), "stop", "person.stop", false);
            throw new AccessException(
                    Reason.UNAVAILABLE,
                    "stopped on this gateway, but not stored: it ends with this process, and other"
                            + " gateways do not know. Give the order again when the store is back",
                    e);
        }
        record(person, scope(database), "stop", "person.stop", false);
        return sessions;
    }

    /// Lifts a stop.
    public void resume(String person, String database) throws AccessException {
        record(person, scope(database), "resume", "person.stop", true);
        boolean unstored = live.stops().stream().anyMatch(stop -> stop.database().equals(database));
        boolean was = changed(handle -> AgentTables.resume(handle, database));
        live.stopUnstored(null);
        consequences.resumed();
        if (!was && !unstored) {
            throw new AccessException(Reason.CONFLICT, "nothing is stopped there");
        }
    }

    /// What is stopped.
    public List<Stop> stops() {
        return live.stops();
    }

    private static String scope(String database) {
        return database.equals(Stop.EVERYWHERE) ? "" : database;
    }

    // ---- parts

    AgentSettings requireAgent(String name) throws AccessException {
        AgentSettings agent = live.agent(name);
        if (agent == null) {
            throw new AccessException(
                    Reason.UNKNOWN, "there is no such agent: 'holdfast agent list' shows them");
        }
        return agent;
    }

    void requireDatabase(String name) throws AccessException {
        if (!databases.contains(name)) {
            throw new AccessException(
                    Reason.UNKNOWN,
                    "there is no such database (expected: one of %s)"
                            .formatted(String.join(", ", databases)));
        }
    }

    static AccessException malformed(String message) {
        return new AccessException(Reason.MALFORMED, message);
    }

    String id(String prefix) {
        // 80 bits; letters and digits that no role's name needs quotes for.
        StringBuilder id = new StringBuilder(prefix);
        for (int i = 0; i < 16; i++) {
            id.append("abcdefghijkmnpqrstuvwxyz23456789".charAt(random.nextInt(32)));
        }
        return id.toString();
    }

    private String secret() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private String verifier(String password) {
        return ScramVerifier.of(password.toCharArray(), ScramVerifier.ITERATIONS_DEFAULT, random)
                .encoded();
    }

    /// Puts an order on record.
    ///
    /// @param needed whether it may not be followed otherwise
    void record(String person, String database, String action, String rule, boolean needed)
            throws AccessException {
        boolean written =
                audit.recordDurably(
                        ActionEntry.of(
                                clock, person, database, action, rule, ActionEntry.Outcome.OK));
        if (!written) {
            LOGGER.error("The record cannot be written: {} by {}", action, person);
            if (needed) {
                throw new AccessException(
                        Reason.UNAVAILABLE,
                        "the record cannot be written, so no access is given: see the gateway's log");
            }
        }
    }

    <T> T read(ControlStore.Work<T> work) throws AccessException {
        try {
            return store.transaction(work);
        } catch (StoreException e) {
            throw unavailable(e);
        }
    }

    private record Changed(boolean done, Runnable use) {}

    /// Changes something, and has it in memory when it returns.
    boolean changed(ControlStore.Work<Boolean> work) throws AccessException {
        try {
            Changed changed =
                    store.transaction(handle -> {
                        boolean done = work.run(handle);
                        AgentTables.changed(handle);
                        store.announce(handle, CHANNEL);
                        return new Changed(done, live.read(handle));
                    });
            changed.use.run();
            return changed.done;
        } catch (StoreException e) {
            throw unavailable(e);
        }
    }

    private static AccessException unavailable(StoreException e) {
        LOGGER.error("The control store cannot be used: {}", e.getMessage());
        return new AccessException(
                Reason.UNAVAILABLE,
                "the control store cannot be used now: see the gateway's log",
                e);
    }
}
