package dev.holdfast.sql.catalog;

import java.util.Set;

/// A role.
///
/// @param superuser whether nothing is denied to it
/// @param inherits whether it has the privileges of the roles that it is a member of
/// @param login whether it may connect
/// @param createsRoles whether it may create roles
/// @param bypassesRowSecurity whether row-security policies do not bind it
/// @param memberOf the roles that it is a member of, directly
public record Role(
        String name,
        boolean superuser,
        boolean inherits,
        boolean login,
        boolean createsRoles,
        boolean bypassesRowSecurity,
        Set<String> memberOf) {

    public Role {
        memberOf = Set.copyOf(memberOf);
    }
}
