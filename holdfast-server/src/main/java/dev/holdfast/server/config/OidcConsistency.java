package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.Console;
import dev.holdfast.server.config.HoldfastConfiguration.Oidc;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/// What one setting of `console.oidc` demands of another.
final class OidcConsistency {
    private final Console console;
    private final Reading reading;

    OidcConsistency(Console console, Reading reading) {
        this.console = console;
        this.reading = reading;
    }

    void check() {
        Oidc oidc = console.oidc();
        if (oidc == null) {
            return;
        }
        if (!isGood(oidc.issuer())) {
            reading.problem(
                    "console.oidc.issuer",
                    "not an address that may be used (expected: https://HOST and perhaps a path, without"
                            + " query and fragment, or http:// and a loopback address)");
        }
        needs(oidc.scopes(), "openid", "it is what makes it OpenID Connect");
        switch (oidc.claim()) {
            case EMAIL -> needs(oidc.scopes(), "email", "the claim is email");
            case PREFERRED_USERNAME ->
                    needs(oidc.scopes(), "profile", "the claim is preferred-username");
            case SUB -> {}
        }
        if (oidc.scopes().stream().distinct().count() < oidc.scopes().size()) {
            reading.problem("console.oidc.scopes", "a scope is there twice");
        }
        Oidc.Groups groups = oidc.groups();
        if (groups != null && groups.roles().stream().distinct().count() < groups.roles().size()) {
            reading.problem("console.oidc.groups.roles", "a group has the same role twice");
        }
    }

    private void needs(List<String> scopes, String scope, String why) {
        if (!scopes.contains(scope)) {
            reading.problem("console.oidc.scopes", "%s is missing: %s".formatted(scope, why));
        }
    }

    /// Codes and secrets go there, and what comes back is believed.
    private static boolean isGood(String issuer) {
        try {
            URI uri = new URI(issuer);
            String host = uri.getHost();
            if (host == null
                    || uri.getRawUserInfo() != null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null) {
                return false;
            }
            return uri.getScheme().equals("https") || Consistency.loopback(host);
        } catch (URISyntaxException _) {
            return false;
        }
    }
}
