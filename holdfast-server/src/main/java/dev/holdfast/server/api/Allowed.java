package dev.holdfast.server.api;

import dev.holdfast.server.people.Role;
import java.util.Set;

/// Who may do what, in one place.
final class Allowed {
    /// Everyone with an account sees what agents did and what they may do, without rows and values.
    static final Set<Role> SEE = Set.of(Role.VIEWER, Role.REVIEWER, Role.OPERATOR, Role.OWNER);

    /// Rows as they were and as they are: whoever has to judge or to repair.
    static final Set<Role> SEE_ROWS = Set.of(Role.REVIEWER, Role.OPERATOR);

    /// Decides what is held.
    static final Set<Role> DECIDE = Set.of(Role.REVIEWER);

    /// Gives and takes access, ends sessions, puts back.
    static final Set<Role> OPERATE = Set.of(Role.OPERATOR);

    private Allowed() {}
}
