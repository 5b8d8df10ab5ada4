package dev.holdfast.server.people;

/// What shows that a person, and nobody who merely has their session or a shell, agreed to exactly one thing:
/// the one whose digest it was made for. Made by [Proofs] alone.
///
/// @param kind how it was proven
/// @param person the name
/// @param credential the passkey's id (base64url), or `totp`; no secret
/// @param evidence JSON. Of a passkey all that [Proofs#verifies] needs to check the signature again, later and
///     elsewhere; of a code only which digest it was given for
/// @param atEpochMillis when, milliseconds since 1970-01-01 UTC
public record Proof(
        Kind kind, String person, String credential, String evidence, long atEpochMillis) {
    /// How something is proven.
    public enum Kind {
        /// A passkey has signed the digest, with its user verified. Anyone can check it later.
        PASSKEY,
        /// A code that was valid for about a minute and is used up. Only the record says that it was right.
        TOTP
    }
}
