package dev.holdfast.server.people;

/// A passkey that is enrolled.
///
/// @param credential its id, base64url
/// @param attested its public key and what it was made by, as the authenticator wrote it, base64url
/// @param signCount how often it has signed; 0 for ever where it does not count
/// @param backupEligible whether its person may have it on several devices
/// @param copied whether it once counted backwards
record Passkey(
        String credential,
        String person,
        String attested,
        long signCount,
        boolean backupEligible,
        boolean copied) {}
