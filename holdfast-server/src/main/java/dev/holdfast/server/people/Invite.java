package dev.holdfast.server.people;

import java.time.Instant;

/// How one person gets in, once.
///
/// @param token the secret, 256 random bits (base64url); the store has only its hash
/// @param url where the person opens it; holds the token
/// @param person who they will be
/// @param expires from when on it is worth nothing
public record Invite(String token, String url, Person person, Instant expires) {
    @Override
    public String toString() {
        return "Invite[" + person.name() + ", until " + expires + "]";
    }
}
