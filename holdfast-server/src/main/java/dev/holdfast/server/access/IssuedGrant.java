package dev.holdfast.server.access;

import java.util.List;

/// A new grant with what its agent logs in with. Shown once: it is kept nowhere.
///
/// @param warnings what the database allows besides, in words
public record IssuedGrant(Grant grant, String password, List<String> warnings) {
    public IssuedGrant {
        warnings = List.copyOf(warnings);
    }

    @Override
    public String toString() {
        return "IssuedGrant[" + grant.id() + "]";
    }
}
