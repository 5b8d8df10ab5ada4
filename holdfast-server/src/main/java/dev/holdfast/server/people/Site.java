package dev.holdfast.server.people;

import java.net.URI;
import java.util.Locale;
import java.util.Set;

/// Where the console is, as browsers see it. Passkeys are made for its host, and answer only there.
///
/// @param origin scheme, host, and port where it is not the usual one
/// @param host the passkeys' relying party id
public record Site(String origin, String host) {
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /// Of the console's URL.
    ///
    /// @throws IllegalArgumentException if it is not `http://` or `https://` and a host
    public static Site of(String url) {
        URI uri = URI.create(url);
        String scheme = uri.getScheme();
        String host = uri.getHost();
        if (host == null || scheme == null || !SCHEMES.contains(scheme)) {
            throw new IllegalArgumentException("url: (expected: http:// or https:// and a host)");
        }
        boolean usual = uri.getPort() == -1 || uri.getPort() == (scheme.equals("https") ? 443 : 80);
        String name = host.toLowerCase(Locale.ROOT);
        return new Site(scheme + "://" + name + (usual ? "" : ":" + uri.getPort()), name);
    }
}
