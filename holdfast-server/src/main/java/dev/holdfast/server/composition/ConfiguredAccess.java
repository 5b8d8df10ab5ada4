package dev.holdfast.server.composition;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.access.Access;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRole;
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.LiveAccess;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.ServiceRole;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStore;
import dev.holdfast.server.store.StoreException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The control store, and access as the configuration and the store give it.
public final class ConfiguredAccess {
    private ConfiguredAccess() {}

    /// Opens the store.
    ///
    /// @throws IOException if it cannot be used: then nothing may run
    public static ControlStore store(HoldfastConfiguration configuration) throws IOException {
        HoldfastConfiguration.PostgresStore postgres = configuration.store().postgres();
        ControlStore store =
                postgres == null
                        ? new ControlStore(configuration.store().file())
                        : new ControlStore(settings(postgres));
        try {
            store.open();
            return store;
        } catch (StoreException e) {
            store.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    private static PostgresStore settings(HoldfastConfiguration.PostgresStore postgres) {
        Map<String, String> tls = new HashMap<>();
        tls.put("sslmode", postgres.sslMode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        if (postgres.rootCertificate() != null) {
            tls.put("sslrootcert", postgres.rootCertificate().toString());
        }
        return new PostgresStore(
                postgres.host(),
                postgres.port(),
                postgres.database(),
                postgres.role(),
                postgres.password()::reveal,
                tls);
    }

    /// @throws IOException if the store cannot be read: then nobody may be let in
    static Access open(
            HoldfastConfiguration configuration,
            List<AgentSettings> agents,
            ControlStore store,
            AuditLog audit,
            InstantSource clock)
            throws IOException {
        List<AccessRole> roles = new ArrayList<>();
        for (Database database : configuration.databases()) {
            ServiceRole role = database.access();
            if (role != null) {
                CatalogSource address =
                        CatalogAnalyst.source(
                                database,
                                new AgentDatabase(database.name(), role.role(), role.password()));
                roles.add(
                        new AccessRole(
                                address.name(),
                                address.server(),
                                address.database(),
                                address.properties(),
                                address.role(),
                                address.password()));
            }
        }
        try {
            return Access.open(
                    store,
                    agents,
                    configuration.databases().stream().map(Database::name).toList(),
                    roles,
                    audit,
                    clock);
        } catch (AccessException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// What somebody works for.
    static Held.Purpose purpose(LiveAccess live, Principal principal) {
        Grant grant = live.grant(principal.grant());
        return grant == null
                ? Held.Purpose.NONE
                : new Held.Purpose(grant.task(), grant.justification());
    }
}
