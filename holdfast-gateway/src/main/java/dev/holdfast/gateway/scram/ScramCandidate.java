package dev.holdfast.gateway.scram;

/// Who is about to prove a password.
///
/// @param verifier what the proof is checked against
/// @param mayLogIn false where the login must fail whatever the proof: the agent is unknown or
///     disabled, or may not use the database. The exchange is the same to its last message
public record ScramCandidate(ScramVerifier verifier, boolean mayLogIn) {}
