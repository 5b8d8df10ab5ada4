package dev.holdfast.server.oidc;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import dev.holdfast.server.text.JsonTree;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a provider says of itself, as far as it is used.
///
/// @param userInfo where more claims are; null where nowhere
/// @param algorithms what ID tokens may be signed with: never none, and never with a secret that both have
/// @param byPost whether the client's secret goes in the body
/// @param tellsIssuer whether it promises to say who sends a browser back (RFC 9207)
record ProviderFacts(
        String issuer,
        URI authorization,
        URI token,
        URI keys,
        @Nullable URI userInfo,
        Set<JWSAlgorithm> algorithms,
        boolean byPost,
        boolean tellsIssuer) {
    private static final String WELL_KNOWN = ".well-known/openid-configuration";

    /// Signatures with a private key that only the provider has. Java makes sense of all of them by itself.
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512,
                    JWSAlgorithm.ES256,
                    JWSAlgorithm.ES384,
                    JWSAlgorithm.ES512);

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]");

    /// A document that says something that cannot be used.
    static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableException(String message) {
            super(message);
        }
    }

    /// Where a provider describes itself.
    static URI document(String issuer) {
        return URI.create(issuer + (issuer.endsWith("/") ? "" : "/") + WELL_KNOWN);
    }

    /// Of the document with which it describes itself.
    ///
    /// @param issuer who it must be
    static ProviderFacts read(String document, String issuer) throws UnusableException {
        OIDCProviderMetadata metadata;
        try {
            // Read strictly first: no member may come twice.
            JsonTree.object(document);
            metadata = OIDCProviderMetadata.parse(document);
        } catch (JsonTree.MalformedException | ParseException _) {
            throw new UnusableException("it is not what OpenID Connect Discovery says");
        }
        if (!metadata.getIssuer().getValue().equals(issuer)) {
            throw new UnusableException(
                    "it says that the issuer is another than the one configured");
        }
        Set<JWSAlgorithm> algorithms = new HashSet<>(ALGORITHMS);
        List<JWSAlgorithm> offered = metadata.getIDTokenJWSAlgs();
        algorithms.retainAll(offered == null ? List.of() : offered);
        if (algorithms.isEmpty()) {
            throw new UnusableException("it signs ID tokens with none of RS, PS or ES, 256 to 512");
        }
        URI userInfo = metadata.getUserInfoEndpointURI();
        return new ProviderFacts(
                issuer,
                safe("authorization_endpoint", metadata.getAuthorizationEndpointURI(), issuer),
                safe("token_endpoint", metadata.getTokenEndpointURI(), issuer),
                safe("jwks_uri", metadata.getJWKSetURI(), issuer),
                userInfo == null ? null : safe("userinfo_endpoint", userInfo, issuer),
                Set.copyOf(algorithms),
                byPost(metadata.getTokenEndpointAuthMethods()),
                metadata.supportsAuthorizationResponseIssuerParam());
    }

    private static boolean byPost(@Nullable List<ClientAuthenticationMethod> methods)
            throws UnusableException {
        if (methods == null || methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)) {
            return false;
        }
        if (methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_POST)) {
            return true;
        }
        throw new UnusableException(
                "its token endpoint takes neither client_secret_basic nor client_secret_post");
    }

    /// Codes, secrets and tokens go over TLS, or stay on this machine with a provider that is on it.
    private static URI safe(String what, @Nullable URI uri, String issuer)
            throws UnusableException {
        boolean local =
                uri != null && isLoopback(uri) && isLoopback(URI.create(issuer)) && is("http", uri);
        if (uri == null
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawFragment() != null
                || !(is("https", uri) || local)) {
            throw new UnusableException("its %s is not an https address".formatted(what));
        }
        return uri;
    }

    private static boolean is(String scheme, URI uri) {
        return scheme.equalsIgnoreCase(uri.getScheme());
    }

    private static boolean isLoopback(URI uri) {
        String host = uri.getHost();
        return host != null && LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }
}
