package dev.holdfast.server.people;

import java.time.Instant;

/// A person who is signed in. It shows who looks; it never suffices to decide anything ([Proofs]).
///
/// @param token the session's secret, 256 random bits (base64url); the store has only its hash
/// @param csrf what changes something must be sent along with it where the token came as a cookie
/// @param expires when it ends at the latest; it ends earlier where it is not used
public record ConsoleSession(String token, String csrf, Person person, Instant expires) {
    @Override
    public String toString() {
        return "ConsoleSession[" + person.name() + ", until " + expires + "]";
    }
}
