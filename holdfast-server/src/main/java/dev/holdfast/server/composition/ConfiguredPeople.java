package dev.holdfast.server.composition;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.oidc.GroupRoles;
import dev.holdfast.server.oidc.NameClaim;
import dev.holdfast.server.oidc.OidcSettings;
import dev.holdfast.server.oidc.SignIns;
import dev.holdfast.server.people.CurrentRoles;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleSettings;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.people.SealedSecrets;
import dev.holdfast.server.people.Site;
import dev.holdfast.server.store.ControlStore;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
                settings(configuration, site),
                secrets(configuration, random),
                audit,
                InstantSource.system(),
                random);
    }

    private static PeopleSettings settings(
            HoldfastConfiguration configuration, Supplier<Site> site) {
        PeopleSettings settings = PeopleSettings.at(site);
        HoldfastConfiguration.Oidc.Groups groups = groups(configuration);
        return groups == null ? settings : settings.withGroups(groups.validFor());
    }

    private static HoldfastConfiguration.Oidc.@Nullable Groups groups(
            HoldfastConfiguration configuration) {
        HoldfastConfiguration.Console console = configuration.console();
        HoldfastConfiguration.Oidc oidc = console == null ? null : console.oidc();
        return oidc == null ? null : oidc.groups();
    }

    /// What people may do at this moment.
    static CurrentRoles roles(HoldfastConfiguration configuration) {
        return new CurrentRoles(groups(configuration) != null);
    }

    private static @Nullable GroupRoles groups(HoldfastConfiguration.Oidc oidc) {
        HoldfastConfiguration.Oidc.Groups groups = oidc.groups();
        if (groups == null) {
            return null;
        }
        Map<String, Set<Role>> byGroup = new HashMap<>();
        groups.roles()
                .forEach(each ->
                        byGroup.computeIfAbsent(each.group(), _ -> EnumSet.noneOf(Role.class))
                                .add(
                                        switch (each.role()) {
                                            case VIEWER -> Role.VIEWER;
                                            case REVIEWER -> Role.REVIEWER;
                                            case OPERATOR -> Role.OPERATOR;
                                            case OWNER -> Role.OWNER;
                                        }));
        return new GroupRoles(groups.claim(), byGroup);
    }

    /// Not beside the store: a copy of that alone must be worth nothing.
    private static SealedSecrets secrets(HoldfastConfiguration configuration, SecureRandom random)
            throws IOException {
        return SealedSecrets.in(configuration.audit().directory().resolve(KEY), random);
    }

    /// Their sign-ins by an identity provider; null where none is configured.
    ///
    /// @param site where the console is; asked when it is needed
    /// @throws IOException if the key that seals what browsers keep cannot be used
    static @Nullable SignIns provider(HoldfastConfiguration configuration, Supplier<Site> site)
            throws IOException {
        HoldfastConfiguration.Console console = configuration.console();
        HoldfastConfiguration.Oidc oidc = console == null ? null : console.oidc();
        if (oidc == null) {
            return null;
        }
        SecureRandom random = new SecureRandom();
        return new SignIns(
                new OidcSettings(
                        oidc.name(),
                        oidc.issuer(),
                        oidc.clientId(),
                        oidc.clientSecret().reveal(),
                        oidc.scopes(),
                        switch (oidc.claim()) {
                            case EMAIL -> NameClaim.EMAIL;
                            case PREFERRED_USERNAME -> NameClaim.PREFERRED_USERNAME;
                            case SUB -> NameClaim.SUB;
                        },
                        groups(oidc),
                        () -> URI.create(site.get().origin() + SignIns.CALLBACK)),
                secrets(configuration, random),
                InstantSource.system(),
                random);
    }
}
