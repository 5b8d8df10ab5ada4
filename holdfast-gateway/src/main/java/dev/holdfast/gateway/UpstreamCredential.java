package dev.holdfast.gateway;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// As whom an agent is let into PostgreSQL.
///
/// @param role the PostgreSQL role: one of its own for each agent, never a superuser
/// @param password gives the role's password each time one is needed, so that it may be renewed;
///     an empty array where PostgreSQL asks for none. Must not block
/// @param usable whether it may be used at this moment: what is not is neither opened nor kept. Must
///     not block
public record UpstreamCredential(String role, Supplier<char[]> password, BooleanSupplier usable) {
    public UpstreamCredential {
        Checks.name("role", role);
    }

    /// One that is always usable.
    public UpstreamCredential(String role, Supplier<char[]> password) {
        this(role, password, () -> true);
    }

    /// Only the role: the password does not belong in a log.
    @Override
    public String toString() {
        return "UpstreamCredential[role=" + role + "]";
    }
}
