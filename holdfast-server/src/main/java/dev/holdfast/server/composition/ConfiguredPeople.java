package dev.holdfast.server.composition;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleSettings;
import dev.holdfast.server.people.SealedSecrets;
import dev.holdfast.server.people.Site;
import dev.holdfast.server.store.ControlStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;

/// The people of a configuration.
public final class ConfiguredPeople {
    private static final String KEY = "people.key";

    private ConfiguredPeople() {}

    /// Makes them ready for use.
    ///
    /// @param site where the console is; asked when it is needed
    /// @throws IOException if the key that seals their secrets cannot be used
    public static People of(
            HoldfastConfiguration configuration,
            ControlStore store,
            AuditLog audit,
            Supplier<Site> site)
            throws IOException {
        SecureRandom random = new SecureRandom();
        return new People(
                store,
                PeopleSettings.at(site),
                // Not beside the store: a copy of that alone must be worth nothing.
                SealedSecrets.in(configuration.audit().directory().resolve(KEY), random),
                audit,
                InstantSource.system(),
                random);
    }
}
