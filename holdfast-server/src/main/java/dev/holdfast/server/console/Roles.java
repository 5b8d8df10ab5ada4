package dev.holdfast.server.console;

import dev.holdfast.server.people.Role;
import java.util.Set;

/// Who may do what on the pages, in one place; the same as in the interface for programs.
final class Roles {
    /// Everyone with an account sees what agents did, without rows and values.
    static final Set<Role> SEE = Set.of(Role.values());

    /// Rows as they were and as they are.
    static final Set<Role> SEE_ROWS = Set.of(Role.REVIEWER, Role.OPERATOR);

    /// Ends sessions, puts back.
    static final Set<Role> OPERATE = Set.of(Role.OPERATOR);

    private Roles() {}
}
