package dev.holdfast.server.people;

import java.util.Set;
import org.jdbi.v3.core.Handle;

/// What somebody may do now, whatever they could when they said something.
public final class CurrentRoles {
    private final boolean groups;

    /// @param groups whether the groups of an identity provider take roles away
    public CurrentRoles(boolean groups) {
        this.groups = groups;
    }

    /// Their roles as the store has them at this moment: none where there is nobody of that name, or who was
    /// disabled since. Where groups count these are as the provider said last. That its word is old ends
    /// sessions, and says nothing against what was said within them.
    public Set<Role> of(Handle handle, String name) {
        AccountRow account = AccountRow.find(handle, name);
        if (account == null || account.disabled()) {
            return Set.of();
        }
        Set<Role> roles = account.person().roles();
        return groups && !account.issuer().isEmpty()
                ? ProviderRoles.both(roles, ProviderRoles.told(handle, name).roles())
                : roles;
    }
}
