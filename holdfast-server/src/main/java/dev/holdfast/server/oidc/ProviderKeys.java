package dev.holdfast.server.oidc;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The provider's keys; asked for anew, at most once a minute, where one is not among them.
final class ProviderKeys implements JWKSource<SecurityContext> {
    private final Discovery discovery;
    private final Discovery.Known known;

    ProviderKeys(Discovery discovery, Discovery.Known known) {
        this.discovery = discovery;
        this.known = known;
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context)
            throws KeySourceException {
        List<JWK> found = selector.select(known.keys());
        if (!found.isEmpty()) {
            return found;
        }
        try {
            return selector.select(discovery.renewed(known).keys());
        } catch (ProviderException e) {
            throw new KeySourceException("the keys cannot be read anew", e);
        }
    }
}
