package dev.holdfast.server.oidc;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which claim names a person, and when it does.
public enum NameClaim {
    /// The address, only where the provider says that it verified it.
    EMAIL("email"),
    /// What the person is called at the provider.
    PREFERRED_USERNAME("preferred_username"),
    /// What the provider knows the person by, to the letter.
    SUB("sub");

    private static final String VERIFIED = "email_verified";

    private final String claim;

    NameClaim(String claim) {
        this.claim = claim;
    }

    /// The name in small letters; null where these claims give none.
    @Nullable String name(Map<String, Object> claims) {
        if (!(claims.get(claim) instanceof String name)
                // Some letters beyond ASCII become ASCII in small letters, and would be another's
                // name.
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(name)) {
            return null;
        }
        return switch (this) {
            case EMAIL ->
                    Objects.equals(claims.get(VERIFIED), true)
                            ? name.toLowerCase(Locale.ROOT)
                            : null;
            case PREFERRED_USERNAME -> name.toLowerCase(Locale.ROOT);
            case SUB -> name;
        };
    }

    /// Whether these claims settle it: another place to ask must not say otherwise.
    boolean isSettledBy(Map<String, Object> claims) {
        return this == EMAIL ? claims.containsKey(VERIFIED) : claims.containsKey(claim);
    }
}
