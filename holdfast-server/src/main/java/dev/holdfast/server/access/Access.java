package dev.holdfast.server.access;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.access.AccessException.Reason;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All that decides who may work where: made before the gateway, which asks it, and joined with the gateway
/// when that runs.
public final class Access {
    private static final int IDENTITY_BYTES = 12;

    private final ControlStore store;
    private final Map<String, GrantRoles> roles;
    private final LiveAccess live;
    private final AccessBook book;

    private Access(
            ControlStore store, Map<String, GrantRoles> roles, LiveAccess live, AccessBook book) {
        this.store = store;
        this.roles = roles;
        this.live = live;
        this.book = book;
    }

    /// Reads the store.
    ///
    /// @param agents those of the configuration
    /// @param databases the names of all databases
    /// @param accessRoles where roles can be made for grants
    /// @throws AccessException if the store cannot be read: then nobody may be let in
    public static Access open(
            ControlStore store,
            Collection<AgentSettings> agents,
            List<String> databases,
            Collection<AccessRole> accessRoles,
            AuditLog audit,
            InstantSource clock)
            throws AccessException {
        SecureRandom random = new SecureRandom();
        byte[] identity = new byte[IDENTITY_BYTES];
        random.nextBytes(identity);
        try {
            String known =
                    store.transaction(handle ->
                            AgentTables.identity(
                                    handle,
                                    Base64.getUrlEncoder()
                                            .withoutPadding()
                                            .encodeToString(identity)));
            Map<String, GrantRoles> roles = new HashMap<>();
            for (AccessRole role : accessRoles) {
                roles.put(role.database(), new GrantRoles(role, known, random));
            }
            LiveAccess live = new LiveAccess(agents, roles, clock, System::nanoTime);
            store.transaction(live::read).run();
            return new Access(
                    store,
                    roles,
                    live,
                    new AccessBook(store, live, roles, databases, audit, clock, random));
        } catch (StoreException e) {
            throw new AccessException(Reason.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
    }

    /// Who may log in now.
    public LiveAccess live() {
        return live;
    }

    /// Gives and takes access.
    public AccessBook book() {
        return book;
    }

    /// From now on orders have consequences for a gateway's sessions.
    ///
    /// @param closeIdle closes idle connections whose credential is not usable any more
    /// @return ends it
    public AutoCloseable enforce(SessionRegistry registry, Runnable closeIdle) {
        return new Enforcement(store, live, book, roles, registry, closeIdle);
    }
}
