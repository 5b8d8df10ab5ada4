package dev.holdfast.server.oidc;

import dev.holdfast.server.people.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which roles the groups let people have that a provider says they are in.
///
/// @param claim in which claim they are
/// @param byGroup by the groups' names, to the letter
public record GroupRoles(String claim, Map<String, Set<Role>> byGroup) {
    private static final Logger LOGGER = LoggerFactory.getLogger(GroupRoles.class);

    /// Directories do have people in hundreds; nobody is in so many.
    private static final int GROUPS_MAX = 1_000;

    private static final int NAME_LENGTH_MAX = 1_000;

    public GroupRoles {
        byGroup = Map.copyOf(byGroup);
    }

    /// The roles that these claims let somebody have. None where the claim is missing, or is anything but a list
    /// of texts of reasonable size: what cannot be read in whole is not believed in part.
    Set<Role> of(Map<String, Object> claims) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        if (!(claims.get(claim) instanceof List<?> groups)) {
            return unusable(claims.containsKey(claim) ? "is no list" : "is missing");
        }
        if (groups.size() > GROUPS_MAX) {
            return unusable("has more than " + GROUPS_MAX + " groups");
        }
        for (Object group : groups) {
            if (!(group instanceof String name) || name.length() > NAME_LENGTH_MAX) {
                return unusable("has something in it that is no name of a group");
            }
            roles.addAll(byGroup.getOrDefault(name, Set.of()));
        }
        return roles;
    }

    private Set<Role> unusable(String why) {
        LOGGER.warn("oidc: the claim {} {}: it lets nobody in", claim, why);
        return Set.of();
    }
}
