package dev.holdfast.server.people;

import java.util.Set;
import java.util.regex.Pattern;

/// Who an identity provider says somebody is, checked.
///
/// @param issuer the provider, exactly as it names itself
/// @param subject what the provider knows them by, for ever: 1 to 255 printable ASCII characters
/// @param name by which they would be invited, at most 100 characters; may be one that no person can have
/// @param roles what their groups let them do, nothing where they are in none or that cannot be told; looked at
///     only where groups are configured
public record ProviderIdentity(String issuer, String subject, String name, Set<Role> roles) {
    private static final Pattern SUBJECT = Pattern.compile("[ -~]{1,255}");
    private static final int NAME_LENGTH_MAX = 100;

    public ProviderIdentity {
        roles = Set.copyOf(roles);
        if (issuer.isEmpty()
                || !SUBJECT.matcher(subject).matches()
                || name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "issuer, subject or name: empty, too long or not ASCII (expected: a subject of 1 to 255"
                            + " characters and a name of at most 100)");
        }
    }

    /// Somebody of no group.
    public ProviderIdentity(String issuer, String subject, String name) {
        this(issuer, subject, name, Set.of());
    }

    @Override
    public String toString() {
        return "ProviderIdentity[" + issuer + "]";
    }
}
