package dev.holdfast.server.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.oidc.ProviderException.Reason;
import dev.holdfast.server.people.ProviderIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every way in which a provider, or whoever stands between, could lead a browser astray, or keep this program
/// busy. Each must end in a refusal, and in time.
class HostileProviderIT {
    private static final Duration IMPATIENT = Duration.ofSeconds(1);

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
    void whatTheBrowserIsSentWithIsWhatTheFlowAsksFor() throws ProviderException {
        SignIns.Begun begun = browser.signIns.begin("");
        Map<String, String> request = HostileSignIn.query(begun.away());
        assertThat(begun.away().toString()).startsWith(provider.issuer() + "/authorize?");
        assertThat(request)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", HostileProvider.CLIENT)
                .containsEntry("scope", "openid email")
                .containsEntry("redirect_uri", HostileSignIn.CALLBACK.toString())
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
        assertThat(HostileSignIn.query(browser.signIns.begin("").away()).get("state"))
                .isNotEqualTo(request.getOrDefault("state", ""))
                .hasSizeGreaterThanOrEqualTo(43);
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
        HostileSignIn.refused(Reason.UNAVAILABLE, () -> browser.signIns.begin(""));
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
        browser.use(NameClaim.EMAIL, IMPATIENT);
        SignIns.Pending pending = browser.comeBack();
        provider.answering = answering;
        long begun = System.nanoTime();
        HostileSignIn.refused(reason, () -> browser.signIns.redeem(pending));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .as(name)
                .isLessThan(IMPATIENT.multipliedBy(8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void aDescriptionThatIsNoneEndsInARefusalAndIsNotAskedForAgainAtOnce(
            String name, HostileProvider.Answering answering, Reason unused)
            throws IOException, ProviderException {
        browser.use(NameClaim.EMAIL, IMPATIENT);
        provider.answering = answering;
        HostileSignIn.refused(Reason.UNAVAILABLE, () -> browser.signIns.begin(""));
        provider.answering = HostileProvider::json;
        HostileSignIn.refused(Reason.UNAVAILABLE, () -> browser.signIns.begin(""));
        assertThat(provider.documents.get()).as(name).isEqualTo(1);
        browser.later = Duration.ofSeconds(11);
        assertThat(browser.signIns.begin("").cookie()).as(unused.name()).isNotEmpty();
    }

    @Test
    void aProviderThatIsGoneIsSaidToBe() {
        provider.close();
        HostileSignIn.refused(Reason.UNAVAILABLE, () -> browser.signIns.begin(""));
    }

    @Test
    void aCodeIsGoodOnce() throws ProviderException {
        SignIns.Pending pending = browser.comeBack();
        browser.signIns.redeem(pending);
        HostileSignIn.refused(Reason.REFUSED, () -> browser.signIns.redeem(pending));
    }

    @Test
    void aCodeOfAnotherSignInIsRefused() throws ProviderException {
        // The thief has a code of their own, and puts it into the victim's way back.
        SignIns.Begun thiefs = browser.signIns.begin("");
        String code = provider.authorize(HostileSignIn.query(thiefs.away()));
        SignIns.Begun victims = browser.signIns.begin("");
        SignIns.Pending pending =
                browser.signIns.takeBack(
                        new SignIns.Returned(
                                HostileSignIn.query(victims.away()).getOrDefault("state", ""),
                                code,
                                provider.issuer(),
                                ""),
                        victims.cookie());
        HostileSignIn.refused(Reason.REFUSED, () -> browser.signIns.redeem(pending));
    }

    @Test
    void onlyTheBrowserThatBeganEndsIt() throws ProviderException {
        SignIns.Begun begun = browser.signIns.begin("");
        SignIns.Begun others = browser.signIns.begin("");
        SignIns.Returned returned = browser.back(begun);
        for (String cookie :
                Arrays.asList(
                        "",
                        "nonsense",
                        others.cookie(),
                        begun.cookie().substring(1),
                        // The provider's word is no sign-in that was begun.
                        browser.signIns.cookie(
                                new SignIns.Proven(
                                        new ProviderIdentity(provider.issuer(), "s", "n"),
                                        "",
                                        "")))) {
            HostileSignIn.refused(Reason.REFUSED, () -> browser.signIns.takeBack(returned, cookie));
        }
        HostileSignIn.refused(
                Reason.REFUSED,
                () ->
                        browser.signIns.takeBack(
                                new SignIns.Returned("", "code", provider.issuer(), ""),
                                begun.cookie()));
        browser.later = SignIns.PENDING;
        HostileSignIn.refused(
                Reason.REFUSED, () -> browser.signIns.takeBack(returned, begun.cookie()));
        assertThat(provider.tokens.get()).isZero();
    }

    @Test
    void whoSendsTheBrowserBackMustBeWhomItWasSentTo() throws ProviderException {
        SignIns.Begun begun = browser.signIns.begin("");
        String state = HostileSignIn.query(begun.away()).getOrDefault("state", "");
        for (String issuer : List.of("", "https://login.example.com", provider.issuer() + "/")) {
            HostileSignIn.refused(
                    Reason.REFUSED,
                    () ->
                            browser.signIns.takeBack(
                                    new SignIns.Returned(state, "code", issuer, ""),
                                    begun.cookie()));
        }
        HostileSignIn.refused(
                Reason.REFUSED,
                () ->
                        browser.signIns.takeBack(
                                new SignIns.Returned(state, "", provider.issuer(), "access_denied"),
                                begun.cookie()));
    }

    @Test
    void theProvidersWordIsSealedAndEnds() throws ProviderException {
        SignIns.Proven proven = browser.signIns.redeem(browser.comeBack());
        String cookie = browser.signIns.cookie(proven);
        assertThat(browser.signIns.proven(cookie)).isEqualTo(proven);
        assertThat(browser.signIns.proven(browser.signIns.begin("").cookie())).isNull();
        assertThat(browser.signIns.proven(cookie.substring(0, cookie.length() - 2))).isNull();
        assertThat(browser.signIns.proven("")).isNull();
        browser.later = SignIns.PROVEN;
        assertThat(browser.signIns.proven(cookie)).isNull();
    }
}
