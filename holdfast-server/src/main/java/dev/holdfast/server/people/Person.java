package dev.holdfast.server.people;

import java.util.Set;

/// A person who is known here.
///
/// @param name as it stands in the record
public record Person(String name, Set<Role> roles) {
    public Person {
        roles = Set.copyOf(roles);
    }
}
