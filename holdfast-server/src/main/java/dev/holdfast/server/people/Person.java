package dev.holdfast.server.people;

import java.util.Set;
import java.util.regex.Pattern;

/// Somebody with an account.
///
/// @param name unique, as it stands in the record: 1 to 100 of `a-z 0-9 . _ @ + -`, the first a letter or a
///     digit; lower case only, so that no two names look alike but for their case
/// @param roles what they may do
public record Person(String name, Set<Role> roles) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@+-]{0,99}");

    public Person {
        if (!mayBeNamed(name)) {
            throw new IllegalArgumentException(
                    "name: (expected: 1 to 100 of a-z 0-9 . _ @ + -, the first a letter or a digit)");
        }
        roles = Set.copyOf(roles);
    }

    /// Whether a person may have this name.
    public static boolean mayBeNamed(String name) {
        return NAME.matcher(name).matches();
    }

    /// Whether they have a role.
    public boolean is(Role role) {
        return roles.contains(role);
    }
}
