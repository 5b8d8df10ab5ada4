package dev.holdfast.server.oidc;

import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The provider, and what Holdfast is to it.
///
/// @param name what the button says after "Sign in with"
/// @param issuer the provider, exactly as it names itself
/// @param clientId what the provider knows Holdfast as
/// @param clientSecret what Holdfast proves that with
/// @param scopes what is asked for, `openid` among it
/// @param claim which claim names a person
/// @param groups what groups let people do; null where they are not looked at
/// @param callback where the provider sends browsers back to; asked each time, since it may be known only once
///     the console listens
public record OidcSettings(
        String name,
        String issuer,
        String clientId,
        String clientSecret,
        List<String> scopes,
        NameClaim claim,
        @Nullable GroupRoles groups,
        Supplier<URI> callback) {
    public OidcSettings {
        scopes = List.copyOf(scopes);
    }

    @Override
    public String toString() {
        return "OidcSettings[" + issuer + "]";
    }
}
