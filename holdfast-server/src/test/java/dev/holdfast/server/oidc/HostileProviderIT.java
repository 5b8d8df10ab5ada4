package dev.holdfast.server.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.holdfast.server.people.SealedSecrets;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every way in which a provider, or whoever stands between, could have somebody believed to be another, or
/// keep this program busy. Each must end in a refusal.
class HostileProviderIT {
    /// Much for whoever answers at all.
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private static final Duration IMPATIENT = Duration.ofSeconds(1);
    private static final URI CALLBACK = URI.create("http://localhost:6490" + SignIns.CALLBACK);
    private static final RSAKey THIEFS = HostileProvider.newKey("first");

    @TempDir private Path directory;
    private HostileProvider provider;
    private SignIns signIns;
    private Duration later = Duration.ZERO;

    @BeforeEach
    void start() throws IOException {
        provider = new HostileProvider();
        signIns = signIns(NameClaim.EMAIL, PATIENT);
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private SignIns signIns(NameClaim claim, Duration answerTime) throws IOException {
        SecureRandom random = new SecureRandom();
        return new SignIns(
                new OidcSettings(
                        "Example",
                        provider.issuer(),
                        HostileProvider.CLIENT,
                        HostileProvider.SECRET,
                        List.of("openid", "email"),
                        claim,
                        null,
                        () -> CALLBACK),
                SealedSecrets.in(directory.resolve("people.key"), random),
                () -> Instant.now().plus(later),
                random,
                answerTime);
    }

    private static Map<String, String> query(URI uri) {
        return HostileProvider.fields(uri.getRawQuery());
    }

    /// A browser that was sent to the provider and came back.
    private SignIns.Pending comeBack() throws ProviderException {
        SignIns.Begun begun = signIns.begin("");
        Map<String, String> request = query(begun.away());
        return signIns.takeBack(
                new SignIns.Returned(
                        request.getOrDefault("state", ""),
                        provider.authorize(request),
                        provider.issuer(),
                        ""),
                begun.cookie());
    }

    private ProviderIdentity signIn() throws ProviderException {
        return signIns.redeem(comeBack()).identity();
    }

    private static void refused(Reason reason, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    @Test
    void anHonestProviderIsBelieved() throws ProviderException {
        assertThat(signIn())
                .isEqualTo(
                        new ProviderIdentity(provider.issuer(), "subject-1", "olga@example.com"));
    }

    @Test
    void whatTheBrowserIsSentWithIsWhatTheFlowAsksFor() throws ProviderException {
        SignIns.Begun begun = signIns.begin("");
        Map<String, String> request = query(begun.away());
        assertThat(begun.away().toString()).startsWith(provider.issuer() + "/authorize?");
        assertThat(request)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", HostileProvider.CLIENT)
                .containsEntry("scope", "openid email")
                .containsEntry("redirect_uri", CALLBACK.toString())
                .containsEntry("code_challenge_method", "S256")
                .containsOnlyKeys(
                        "response_type",
                        "client_id",
                        "scope",
                        "redirect_uri",
                        "code_challenge_method",
                        "code_challenge",
                        "state",
                        "nonce");
        assertThat(begun.cookie())
                .as("what the browser keeps is sealed")
                .doesNotContain(
                        request.getOrDefault("state", ""), request.getOrDefault("nonce", ""));
        assertThat(query(signIns.begin("").away()).get("state"))
                .isNotEqualTo(request.getOrDefault("state", ""))
                .hasSizeGreaterThanOrEqualTo(43);
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
                        + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
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
                            String other = provider.signed(set).replace(parts[1], "e30");
                            return other;
                        }),
                signed("no token", (_, _) -> "a.b.c"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aLieInTheIdTokenIsRefused(String name, Consumer<HostileProvider> lie)
            throws ProviderException {
        lie.accept(provider);
        SignIns.Pending pending = comeBack();
        refused(Reason.REFUSED, () -> signIns.redeem(pending));
        assertThat(provider.tokens.get()).as(name).isEqualTo(1);
    }

    static Stream<Arguments> documents() {
        return Stream.of(
                Arguments.of("issuer", "https://login.example.com"),
                Arguments.of("token_endpoint", "http://login.example.com/token"),
                Arguments.of("token_endpoint", "http://127.0.0.1.example.com/token"),
                Arguments.of("authorization_endpoint", "http://login.example.com/authorize"),
                Arguments.of("authorization_endpoint", "javascript:alert(1)"),
                Arguments.of("jwks_uri", "http://login.example.com/keys"),
                Arguments.of("jwks_uri", "file:///etc/passwd"),
                Arguments.of("userinfo_endpoint", "http://login.example.com/me"),
                Arguments.of("id_token_signing_alg_values_supported", List.of("HS256", "none")),
                Arguments.of("token_endpoint_auth_methods_supported", List.of("private_key_jwt")));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aProviderThatDescribesItselfSoIsNotUsed(String name, Object value) {
        provider.document =
                facts -> {
                    facts.put(name, value);
                    return facts;
                };
        refused(Reason.UNAVAILABLE, () -> signIns.begin(""));
    }

    static Stream<Arguments> answers() {
        CountDownLatch never = new CountDownLatch(1);
        HostileProvider.Answering oversized =
                (exchange, body) -> HostileProvider.json(exchange, body + " ".repeat(512 << 10));
        HostileProvider.Answering silent =
                (_, _) -> {
                    try {
                        never.await();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                };
        HostileProvider.Answering dripping =
                (exchange, body) -> {
                    exchange.getResponseHeaders().set("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, 0);
                    try (OutputStream out = exchange.getResponseBody()) {
                        for (byte each : body.getBytes(StandardCharsets.UTF_8)) {
                            out.write(each);
                            out.flush();
                            Thread.sleep(20);
                        }
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                };
        HostileProvider.Answering elsewhere =
                (exchange, _) -> {
                    exchange.getResponseHeaders().set("Location", "/elsewhere");
                    HostileProvider.status(exchange, 307, "application/json", "{}");
                };
        HostileProvider.Answering broken =
                (exchange, _) -> HostileProvider.status(exchange, 500, "text/html", "<p>sorry");
        HostileProvider.Answering page =
                (exchange, _) -> HostileProvider.status(exchange, 200, "text/html", "<p>hello");
        return Stream.of(
                Arguments.of("oversized", oversized, Reason.UNAVAILABLE),
                Arguments.of("silent", silent, Reason.UNAVAILABLE),
                Arguments.of("dripping", dripping, Reason.UNAVAILABLE),
                Arguments.of("broken", broken, Reason.UNAVAILABLE),
                Arguments.of("elsewhere", elsewhere, Reason.REFUSED),
                Arguments.of("a page", page, Reason.REFUSED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void anAnswerOfTheTokenEndpointThatIsNoneEndsInARefusalAndInTime(
            String name, HostileProvider.Answering answering, Reason reason)
            throws IOException, ProviderException {
        signIns = signIns(NameClaim.EMAIL, IMPATIENT);
        SignIns.Pending pending = comeBack();
        provider.answering = answering;
        long begun = System.nanoTime();
        refused(reason, () -> signIns.redeem(pending));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as(name)
                .isLessThan(IMPATIENT.multipliedBy(8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void aDescriptionThatIsNoneEndsInARefusalAndIsNotAskedForAgainAtOnce(
            String name, HostileProvider.Answering answering, Reason unused)
            throws IOException, ProviderException {
        signIns = signIns(NameClaim.EMAIL, IMPATIENT);
        provider.answering = answering;
        refused(Reason.UNAVAILABLE, () -> signIns.begin(""));
        provider.answering = HostileProvider::json;
        refused(Reason.UNAVAILABLE, () -> signIns.begin(""));
        assertThat(provider.documents.get()).as(name).isEqualTo(1);
        later = Duration.ofSeconds(11);
        assertThat(signIns.begin("").cookie()).as(unused.name()).isNotEmpty();
    }

    @Test
    void aProviderThatIsGoneIsSaidToBe() {
        provider.close();
        refused(Reason.UNAVAILABLE, () -> signIns.begin(""));
    }

    @Test
    void aCodeIsGoodOnce() throws ProviderException {
        SignIns.Pending pending = comeBack();
        signIns.redeem(pending);
        refused(Reason.REFUSED, () -> signIns.redeem(pending));
    }

    @Test
    void aCodeOfAnotherSignInIsRefused() throws ProviderException {
        // The thief has a code of their own, and puts it into the victim's way back.
        SignIns.Begun thiefs = signIns.begin("");
        String code = provider.authorize(query(thiefs.away()));
        SignIns.Begun victims = signIns.begin("");
        SignIns.Pending pending =
                signIns.takeBack(
                        new SignIns.Returned(
                                query(victims.away()).getOrDefault("state", ""),
                                code,
                                provider.issuer(),
                                ""),
                        victims.cookie());
        refused(Reason.REFUSED, () -> signIns.redeem(pending));
    }

    @Test
    void onlyTheBrowserThatBeganEndsIt() throws ProviderException {
        SignIns.Begun begun = signIns.begin("");
        SignIns.Begun others = signIns.begin("");
        Map<String, String> request = query(begun.away());
        SignIns.Returned returned =
                new SignIns.Returned(
                        request.getOrDefault("state", ""),
                        provider.authorize(request),
                        provider.issuer(),
                        "");
        for (String cookie :
                Arrays.asList(
                        "",
                        "nonsense",
                        others.cookie(),
                        begun.cookie().substring(1),
                        // The provider's word is no sign-in that was begun.
                        signIns.cookie(
                                new SignIns.Proven(
                                        new ProviderIdentity(provider.issuer(), "s", "n"),
                                        "",
                                        "")))) {
            refused(Reason.REFUSED, () -> signIns.takeBack(returned, cookie));
        }
        refused(
                Reason.REFUSED,
                () ->
                        signIns.takeBack(
                                new SignIns.Returned("", "code", provider.issuer(), ""),
                                begun.cookie()));
        later = SignIns.PENDING;
        refused(Reason.REFUSED, () -> signIns.takeBack(returned, begun.cookie()));
        assertThat(provider.tokens.get()).isZero();
    }

    @Test
    void whoSendsTheBrowserBackMustBeWhomItWasSentTo() throws ProviderException {
        SignIns.Begun begun = signIns.begin("");
        String state = query(begun.away()).getOrDefault("state", "");
        for (String issuer : List.of("", "https://login.example.com", provider.issuer() + "/")) {
            refused(
                    Reason.REFUSED,
                    () ->
                            signIns.takeBack(
                                    new SignIns.Returned(state, "code", issuer, ""),
                                    begun.cookie()));
        }
        refused(
                Reason.REFUSED,
                () ->
                        signIns.takeBack(
                                new SignIns.Returned(state, "", provider.issuer(), "access_denied"),
                                begun.cookie()));
    }

    @Test
    void theProvidersWordIsSealedAndEnds() throws ProviderException {
        SignIns.Proven proven = signIns.redeem(comeBack());
        String cookie = signIns.cookie(proven);
        assertThat(signIns.proven(cookie)).isEqualTo(proven);
        assertThat(signIns.proven(signIns.begin("").cookie())).isNull();
        assertThat(signIns.proven(cookie.substring(0, cookie.length() - 2))).isNull();
        assertThat(signIns.proven("")).isNull();
        later = SignIns.PROVEN;
        assertThat(signIns.proven(cookie)).isNull();
    }

    @Test
    void moreAboutSomebodyElseIsRefused() throws ProviderException {
        provider.claims = set -> set.claim("email", null).claim("email_verified", null);
        Map<String, Object> about = new HashMap<>();
        about.put("sub", "subject-1");
        about.put("email", "olga@example.com");
        about.put("email_verified", true);
        provider.userInfo = about;
        assertThat(signIn().name()).isEqualTo("olga@example.com");
        provider.userInfo =
                Map.of("sub", "subject-2", "email", "olga@example.com", "email_verified", true);
        SignIns.Pending other = comeBack();
        refused(Reason.REFUSED, () -> signIns.redeem(other));
        provider.userInfo = Map.of("sub", "subject-1", "email", "olga@example.com");
        SignIns.Pending unverified = comeBack();
        refused(Reason.REFUSED, () -> signIns.redeem(unverified));
    }

    @Test
    void aNewKeyIsFoundButLookedForOnceAMinute() throws ProviderException {
        signIn();
        provider.key = HostileProvider.newKey("second");
        SignIns.Pending early = comeBack();
        refused(Reason.REFUSED, () -> signIns.redeem(early));
        assertThat(provider.documents.get()).isEqualTo(1);
        later = Duration.ofSeconds(61);
        assertThat(signIn().subject()).isEqualTo("subject-1");
        assertThat(provider.documents.get()).isEqualTo(2);
        provider.signer =
                set ->
                        HostileProvider.signed(
                                set,
                                THIEFS,
                                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("third"));
        for (int i = 0; i < 3; i++) {
            SignIns.Pending pending = comeBack();
            refused(Reason.REFUSED, () -> signIns.redeem(pending));
        }
        assertThat(provider.documents.get()).isEqualTo(2);
    }

    @Test
    void aKeyThatWasTakenBackIsBelievedForAnHourAtMost() throws ProviderException {
        signIn();
        RSAKey old = provider.key;
        provider.key = HostileProvider.newKey("second");
        provider.signer =
                set ->
                        HostileProvider.signed(
                                set, old, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first"));
        later = Duration.ofMinutes(61);
        SignIns.Begun begun = signIns.begin("");
        provider.claims = set -> set.issueTime(Date.from(Instant.now().plusSeconds(30)));
        Map<String, String> request = query(begun.away());
        SignIns.Pending pending =
                signIns.takeBack(
                        new SignIns.Returned(
                                request.getOrDefault("state", ""),
                                provider.authorize(request),
                                provider.issuer(),
                                ""),
                        begun.cookie());
        refused(Reason.REFUSED, () -> signIns.redeem(pending));
    }

    @Test
    void aNameIsTakenFromTheClaimThatIsConfiguredOnly() throws IOException, ProviderException {
        provider.claims = set -> set.claim("preferred_username", "Olga");
        signIns = signIns(NameClaim.PREFERRED_USERNAME, PATIENT);
        assertThat(signIn().name()).isEqualTo("olga");
        signIns = signIns(NameClaim.SUB, PATIENT);
        assertThat(signIn().name()).isEqualTo("subject-1");
    }
}
