package dev.holdfast.server.people;

import java.time.Instant;

/// A person, and what they can prove themselves with.
///
/// @param passkeys how many they can use
/// @param codes whether an app makes codes for them
/// @param external whether an identity provider says who they are
public record Account(
        Person person,
        boolean disabled,
        int passkeys,
        boolean codes,
        boolean external,
        Instant created) {}
