package dev.holdfast.server.web;

import dev.holdfast.server.people.Role;
import java.util.Set;

/// Who may use a route.
public sealed interface Audience {
    /// Whoever reaches the port: logging in, and what a browser needs before it.
    record Everyone() implements Audience {}

    /// People who are signed in and have one of the roles.
    record People(Set<Role> roles) implements Audience {
        public People {
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("roles: none (expected: who may use the route)");
            }
            roles = Set.copyOf(roles);
        }
    }

    /// Agents, by their own name and password. Never people, and nothing of people's is ever theirs.
    record Agents() implements Audience {}
}
