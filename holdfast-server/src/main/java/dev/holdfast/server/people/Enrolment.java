package dev.holdfast.server.people;

/// What somebody who opened their invite is offered. Opening it again offers something new, and what was
/// offered before is worth nothing.
///
/// @param person who they will be
/// @param totpUri `otpauth://…` for an app; shown this once
/// @param totpSecret the same secret in base32, to type
/// @param passkeyOptions what `navigator.credentials.create` must be called with: JSON, its bytes in base64url,
///     as `PublicKeyCredential.parseCreationOptionsFromJSON` reads it
/// @param passwordLengthMin how many characters a password must have
public record Enrolment(
        Person person,
        String totpUri,
        String totpSecret,
        String passkeyOptions,
        int passwordLengthMin) {
    @Override
    public String toString() {
        return "Enrolment[" + person.name() + "]";
    }
}
