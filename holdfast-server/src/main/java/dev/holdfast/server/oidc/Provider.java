package dev.holdfast.server.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import dev.holdfast.server.people.ProviderIdentity;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The provider: where a browser is sent to, and what the code is worth that it comes back with. Only the
/// authorization code flow is spoken, with PKCE (RFC 7636), and whatever is doubtful is refused.
final class Provider {
    private static final Logger LOGGER = LoggerFactory.getLogger(Provider.class);
    private static final int CLOCK_SKEW_SECONDS = 60;

    /// An ID token is made for this sign-in, which cannot have begun earlier.
    private static final Duration ISSUED_AGO_MAX = SignIns.PENDING.plusSeconds(CLOCK_SKEW_SECONDS);

    private static final String DOUBTFUL =
            "what the provider says about you cannot be believed; Holdfast's log says why. Begin again, and"
                    + " tell an owner if it stays so";

    private final OidcSettings settings;
    private final InstantSource clock;
    private final BoundedSender sender;
    private final Discovery discovery;

    /// @param answerTime for each answer of the provider
    Provider(OidcSettings settings, InstantSource clock, Duration answerTime) {
        this.settings = settings;
        this.clock = clock;
        this.sender = new BoundedSender(answerTime);
        // Whoever is asking meanwhile waits for two answers.
        this.discovery =
                new Discovery(settings.issuer(), sender, clock, answerTime.multipliedBy(2));
    }

    /// What one sign-in is held together by; all of it is random.
    ///
    /// @param state comes back with the browser
    /// @param nonce comes back in the ID token
    /// @param verifier goes with the code, and only whoever began has it
    record Secrets(String state, String nonce, String verifier) {
        @Override
        public String toString() {
            return "Secrets[hidden]";
        }
    }

    /// Whether a browser that is sent back must say by whom.
    boolean tellsIssuer() throws ProviderException {
        return discovery.known().facts().tellsIssuer();
    }

    /// Where the browser is sent.
    URI authorization(Secrets secrets) throws ProviderException {
        return new AuthenticationRequest.Builder(
                        ResponseType.CODE,
                        new Scope(settings.scopes().toArray(String[]::new)),
                        new ClientID(settings.clientId()),
                        settings.callback().get())
                .endpointURI(discovery.known().facts().authorization())
                .state(new State(secrets.state))
                .nonce(new Nonce(secrets.nonce))
                .codeChallenge(new CodeVerifier(secrets.verifier), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    /// Whom a code stands for.
    ProviderIdentity redeem(String code, Secrets secrets) throws ProviderException {
        Discovery.Known known = discovery.known();
        OIDCTokens tokens = tokens(known.facts(), code, secrets.verifier);
        IDTokenClaimsSet idToken = checked(known, tokens, secrets.nonce);
        Map<String, Object> claims = idToken.toJSONObject();
        String subject = idToken.getSubject().getValue();
        URI userInfo = known.facts().userInfo();
        GroupRoles groups = settings.groups();
        boolean named = settings.claim().isSettledBy(claims);
        boolean grouped = groups == null || claims.containsKey(groups.claim());
        // Each claim from one place: the token, which is signed, wherever it has it.
        Map<String, Object> more =
                (named && grouped) || userInfo == null ? claims : more(userInfo, tokens, subject);
        String name = settings.claim().name(named ? claims : more);
        if (name == null) {
            LOGGER.warn("oidc: {} gives no usable {}", settings.issuer(), settings.claim());
            throw ProviderException.refused(
                    switch (settings.claim()) {
                        case EMAIL ->
                                "the provider does not say that it verified your e-mail address: have it"
                                        + " verified there";
                        case PREFERRED_USERNAME, SUB ->
                                "the provider does not say what you are called: tell an owner";
                    });
        }
        try {
            return new ProviderIdentity(
                    settings.issuer(),
                    subject,
                    name,
                    groups == null ? Set.of() : groups.of(grouped ? claims : more));
        } catch (IllegalArgumentException _) {
            throw doubtful("its subject or the name is empty, too long or not ASCII");
        }
    }

    private OIDCTokens tokens(ProviderFacts facts, String code, String verifier)
            throws ProviderException {
        ClientID id = new ClientID(settings.clientId());
        Secret secret = new Secret(settings.clientSecret());
        ClientAuthentication client =
                facts.byPost()
                        ? new ClientSecretPost(id, secret)
                        : new ClientSecretBasic(id, secret);
        TokenRequest request =
                new TokenRequest.Builder(
                                facts.token(),
                                client,
                                new AuthorizationCodeGrant(
                                        new AuthorizationCode(code),
                                        settings.callback().get(),
                                        new CodeVerifier(verifier)))
                        .build();
        try {
            HTTPResponse answer = sender.send(request.toHTTPRequest());
            if (answer.getStatusCode() >= 500) {
                throw unavailable("its token endpoint answers " + answer.getStatusCode());
            }
            TokenResponse response = OIDCTokenResponseParser.parse(answer);
            if (response instanceof OIDCTokenResponse success) {
                return success.getOIDCTokens();
            }
            // A code that was used before, a wrong secret, another redirect URI.
            throw doubtful(
                    "its token endpoint refuses the code or this client, with status "
                            + answer.getStatusCode());
        } catch (IOException e) {
            throw unavailable(e.getMessage());
        } catch (ParseException _) {
            throw doubtful("its token endpoint does not answer as OpenID Connect says");
        }
    }

    private IDTokenClaimsSet checked(Discovery.Known known, OIDCTokens tokens, String nonce)
            throws ProviderException {
        ClientID client = new ClientID(settings.clientId());
        // Keys of the provider only, public ones only, and only what it signs with: nothing that a
        // token says about itself chooses how it is checked.
        IDTokenValidator validator =
                new IDTokenValidator(
                        new Issuer(settings.issuer()),
                        client,
                        new JWSVerificationKeySelector<SecurityContext>(
                                known.facts().algorithms(), new ProviderKeys(discovery, known)),
                        null);
        validator.setMaxClockSkew(CLOCK_SKEW_SECONDS);
        IDTokenClaimsSet claims;
        try {
            claims = validator.validate(tokens.getIDToken(), new Nonce(nonce));
        } catch (BadJOSEException | JOSEException e) {
            throw doubtful("its ID token is refused: " + e.getMessage());
        }
        if (claims.getAudience() == null || claims.getAudience().size() != 1) {
            throw doubtful("its ID token is for others too");
        }
        // The library looks at it only where there are several audiences.
        if (claims.getAuthorizedParty() != null
                && !claims.getAuthorizedParty().getValue().equals(client.getValue())) {
            throw doubtful("its ID token was asked for by another client");
        }
        if (claims.getIssueTime().toInstant().isBefore(clock.instant().minus(ISSUED_AGO_MAX))) {
            throw doubtful("its ID token is older than this sign-in");
        }
        return claims;
    }

    /// The claims that stand in no ID token; they must be about the same person.
    private Map<String, Object> more(URI userInfo, OIDCTokens tokens, String subject)
            throws ProviderException {
        try {
            HTTPResponse answer =
                    sender.send(
                            new UserInfoRequest(userInfo, tokens.getBearerAccessToken())
                                    .toHTTPRequest());
            UserInfo info = userInfo(answer);
            if (info == null || !subject.equals(info.getSubject().getValue())) {
                throw doubtful("its user info is not about whom its ID token is about");
            }
            return info.toJSONObject();
        } catch (IOException e) {
            throw unavailable(e.getMessage());
        } catch (ParseException _) {
            throw doubtful("its user info is not what OpenID Connect says");
        }
    }

    private static @Nullable UserInfo userInfo(HTTPResponse answer) throws ParseException {
        UserInfoResponse response = UserInfoResponse.parse(answer);
        return response.indicatesSuccess() ? response.toSuccessResponse().getUserInfo() : null;
    }

    private ProviderException unavailable(@Nullable String why) {
        LOGGER.warn("oidc: {} cannot be used: {}", settings.issuer(), why);
        return ProviderException.unavailable();
    }

    private ProviderException doubtful(String why) {
        LOGGER.warn("oidc: {} is not believed: {}", settings.issuer(), why);
        return ProviderException.refused(DOUBTFUL);
    }
}
