package dev.holdfast.server.people;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Roles by the groups of an identity provider, where that is configured. Of whoever enrolled by the provider
/// an invite says which roles they may have at most, the provider's groups which of these they have, as it said
/// it last, and only for a while: neither gives a role that the other does not.
final class ProviderRoles {
    /// By how much the clock of another gateway may be ahead.
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(2);

    private final @Nullable Duration validFor;

    /// @param validFor how long the provider's word counts; null where groups are not looked at
    ProviderRoles(@Nullable Duration validFor) {
        this.validFor = validFor;
    }

    /// Whether groups say anything about an account.
    boolean concern(AccountRow account) {
        return validFor != null && !account.issuer().isEmpty();
    }

    /// The person with the roles that they have now; null where there is none, so that they may not come in.
    @Nullable Person inForce(Handle handle, AccountRow account, Instant now) {
        Duration valid = validFor;
        if (valid == null || account.issuer().isEmpty()) {
            return account.person();
        }
        Told told = told(handle, account.person().name());
        if (!now.isBefore(told.at.plus(valid)) || told.at.isAfter(now.plus(CLOCK_SKEW))) {
            return null;
        }
        Set<Role> roles = both(account.person().roles(), told.roles);
        return roles.isEmpty() ? null : new Person(account.person().name(), roles);
    }

    /// What the provider said last.
    ///
    /// @param at the beginning of time where it said nothing
    record Told(Set<Role> roles, Instant at) {}

    static Told told(Handle handle, String name) {
        return handle.createQuery(
                        "SELECT provider_roles, provider_roles_epoch_millis FROM person"
                                + " WHERE name = :name")
                .bind("name", name)
                .map((row, _) ->
                        new Told(
                                AccountRow.roles(row.getString(1)),
                                Instant.ofEpochMilli(row.getLong(2))))
                .findOne()
                .orElse(new Told(Set.of(), Instant.EPOCH));
    }

    static void tell(Handle handle, String name, Set<Role> roles, Instant now) {
        handle.createUpdate(
                        "UPDATE person SET provider_roles = :roles,"
                                + " provider_roles_epoch_millis = :now WHERE name = :name")
                .bind("roles", AccountRow.text(roles))
                .bind("now", now.toEpochMilli())
                .bind("name", name)
                .execute();
    }

    static Set<Role> both(Set<Role> some, Set<Role> others) {
        Set<Role> both = EnumSet.noneOf(Role.class);
        some.stream().filter(others::contains).forEach(both::add);
        return both;
    }
}
