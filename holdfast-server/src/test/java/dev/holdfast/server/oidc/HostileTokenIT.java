package dev.holdfast.server.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.holdfast.server.oidc.ProviderException.Reason;
import dev.holdfast.server.people.ProviderIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every way in which an ID token could have somebody believed to be another. Each must end in a refusal.
class HostileTokenIT {
    private static final RSAKey THIEFS = HostileProvider.newKey("first");

    @TempDir private Path directory;
    private HostileSignIn browser;
    private HostileProvider provider;

    @BeforeEach
    void start() throws IOException {
        browser = new HostileSignIn(directory, null);
        provider = browser.provider;
    }

    @AfterEach
    void stop() {
        browser.close();
    }

    @Test
    void anHonestProviderIsBelieved() throws ProviderException {
        assertThat(browser.identity())
                .isEqualTo(
                        new ProviderIdentity(provider.issuer(), "subject-1", "olga@example.com"));
    }

    private static Arguments lie(String name, Consumer<HostileProvider> lie) {
        return Arguments.of(name, lie);
    }

    private static Arguments claim(String name, String claim, Object value) {
        return lie(name, provider -> provider.claims = set -> set.claim(claim, value));
    }

    private static Arguments signed(String name, Signing signing) {
        return lie(name, provider -> provider.signer = set -> signing.signed(provider, set));
    }

    @FunctionalInterface
    private interface Signing {
        String signed(HostileProvider provider, JWTClaimsSet set);
    }

    private static String byMac(JWTClaimsSet set, byte[] secret) {
        try {
            SignedJWT token =
                    new SignedJWT(
                            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), set);
            token.sign(new MACSigner(secret));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] publicKey(HostileProvider provider) {
        try {
            return provider.key.toRSAPublicKey().getEncoded();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] pem(HostileProvider provider) {
        return ("-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(publicKey(provider))
                        + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static Stream<Arguments> lies() {
        JWSHeader.Builder rs256 = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first");
        Instant now = Instant.now();
        return Stream.of(
                claim("another sign-in's nonce", "nonce", "another"),
                lie("no nonce", provider -> provider.claims = set -> set.claim("nonce", null)),
                claim("for another client", "aud", "another"),
                claim("for others too", "aud", List.of(HostileProvider.CLIENT, "another")),
                claim("asked for by another client", "azp", "another"),
                claim("from another issuer", "iss", "https://login.example.com"),
                claim("from nobody", "iss", ""),
                lie("about nobody", provider -> provider.claims = set -> set.subject(null)),
                claim("a subject of 256", "sub", "s".repeat(256)),
                claim("a subject that is not ASCII", "sub", "о"),
                claim("expired", "exp", Date.from(now.minusSeconds(120))),
                lie("for ever", provider -> provider.claims = set -> set.expirationTime(null)),
                claim("of the future", "iat", Date.from(now.plusSeconds(600))),
                claim("older than the sign-in", "iat", Date.from(now.minusSeconds(3_600))),
                lie("of no time", provider -> provider.claims = set -> set.issueTime(null)),
                claim("an address that is not verified", "email_verified", false),
                claim("an address that is verified in words", "email_verified", "true"),
                // In small letters the Kelvin sign is a k.
                claim("an address that looks like another", "email", "\u212Aate@example.com"),
                claim("a name that is too long", "email", "a".repeat(90) + "@example.com"),
                lie("no address", provider -> provider.claims = set -> set.claim("email", null)),
                signed("not signed", (_, set) -> new PlainJWT(set).serialize()),
                signed(
                        "signed with the client's secret",
                        (_, set) ->
                                byMac(
                                        set,
                                        HostileProvider.SECRET.getBytes(StandardCharsets.UTF_8))),
                signed(
                        "signed with the public key as a secret",
                        (provider, set) -> byMac(set, publicKey(provider))),
                signed(
                        "signed with the public key's PEM as a secret",
                        (provider, set) -> byMac(set, pem(provider))),
                signed(
                        "signed with a thief's key under the same id",
                        (_, set) -> HostileProvider.signed(set, THIEFS, rs256)),
                signed(
                        "signed with a key that it brings along",
                        (_, set) ->
                                HostileProvider.signed(
                                        set,
                                        THIEFS,
                                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                                .jwk(THIEFS.toPublicJWK()))),
                signed(
                        "signed with a key that it says where to find",
                        (provider, set) ->
                                HostileProvider.signed(
                                        set,
                                        THIEFS,
                                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                                .keyID("thief")
                                                .jwkURL(URI.create(provider.issuer() + "/thief")))),
                signed(
                        "changed after it was signed",
                        (provider, set) -> {
                            String[] parts = provider.signed(set).split("\\.", -1);
                            return provider.signed(set).replace(parts[1], "e30");
                        }),
                signed("no token", (_, _) -> "a.b.c"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aLieInTheIdTokenIsRefused(String name, Consumer<HostileProvider> lie)
            throws ProviderException {
        lie.accept(provider);
        browser.refused(Reason.REFUSED);
        assertThat(provider.tokens.get()).as(name).isEqualTo(1);
    }

    @Test
    void moreAboutSomebodyElseIsRefused() throws ProviderException {
        provider.claims = set -> set.claim("email", null).claim("email_verified", null);
        Map<String, Object> about = new HashMap<>();
        about.put("sub", "subject-1");
        about.put("email", "olga@example.com");
        about.put("email_verified", true);
        provider.userInfo = about;
        assertThat(browser.identity().name()).isEqualTo("olga@example.com");
        provider.userInfo =
                Map.of("sub", "subject-2", "email", "olga@example.com", "email_verified", true);
        browser.refused(Reason.REFUSED);
        provider.userInfo = Map.of("sub", "subject-1", "email", "olga@example.com");
        browser.refused(Reason.REFUSED);
    }

    @Test
    void aNewKeyIsFoundButLookedForOnceAMinute() throws ProviderException {
        browser.identity();
        provider.key = HostileProvider.newKey("second");
        browser.refused(Reason.REFUSED);
        assertThat(provider.documents.get()).isEqualTo(1);
        browser.later = Duration.ofSeconds(61);
        assertThat(browser.identity().subject()).isEqualTo("subject-1");
        assertThat(provider.documents.get()).isEqualTo(2);
        provider.signer =
                set ->
                        HostileProvider.signed(
                                set,
                                THIEFS,
                                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("third"));
        for (int i = 0; i < 3; i++) {
            browser.refused(Reason.REFUSED);
        }
        assertThat(provider.documents.get()).isEqualTo(2);
    }

    @Test
    void aKeyThatWasTakenBackIsBelievedForAnHourAtMost() throws ProviderException {
        browser.identity();
        RSAKey old = provider.key;
        provider.key = HostileProvider.newKey("second");
        provider.signer =
                set ->
                        HostileProvider.signed(
                                set, old, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first"));
        browser.later = Duration.ofMinutes(61);
        SignIns.Begun begun = browser.signIns.begin("");
        provider.claims = set -> set.issueTime(Date.from(Instant.now().plusSeconds(30)));
        SignIns.Pending pending = browser.signIns.takeBack(browser.back(begun), begun.cookie());
        HostileSignIn.refused(Reason.REFUSED, () -> browser.signIns.redeem(pending));
    }

    @Test
    void aNameIsTakenFromTheClaimThatIsConfiguredOnly() throws IOException, ProviderException {
        provider.claims = set -> set.claim("preferred_username", "Olga");
        browser.use(NameClaim.PREFERRED_USERNAME, HostileSignIn.PATIENT);
        assertThat(browser.identity().name()).isEqualTo("olga");
        browser.use(NameClaim.SUB, HostileSignIn.PATIENT);
        assertThat(browser.identity().name()).isEqualTo("subject-1");
    }
}
