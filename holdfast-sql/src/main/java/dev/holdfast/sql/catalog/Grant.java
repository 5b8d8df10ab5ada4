package dev.holdfast.sql.catalog;

import java.util.Set;

/// What a role may do with a relation or a schema. The owner may do everything besides.
///
/// @param role who; [#PUBLIC] for everyone
/// @param privileges the letters of PostgreSQL's `aclitem`: `r` SELECT, `a` INSERT, `w` UPDATE,
///     `d` DELETE, `D` TRUNCATE, `x` REFERENCES, `t` TRIGGER, `m` MAINTAIN, `U` USAGE, `C` CREATE
/// @param columns to which columns it is restricted; empty for the whole relation
public record Grant(String role, String privileges, Set<String> columns) {
    /// The empty name, which no role can have.
    public static final String PUBLIC = "";

    public Grant {
        columns = Set.copyOf(columns);
    }

    /// Whether a privilege is among them.
    public boolean has(char privilege) {
        return privileges.indexOf(privilege) >= 0;
    }
}
