package dev.holdfast.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.server.api.ApiParts;
import dev.holdfast.server.api.AuthenticatorApp;
import dev.holdfast.server.composition.HoldfastServer;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.people.Enrolment;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Role;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// People who sign in by a real provider to a whole Holdfast, whose database is of no matter.
@SideBySide
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProviderSignInIT {
    private static final String PASSWORD = "correct horse battery staple";
    private static final Pattern SECRET = Pattern.compile("class=\"phrase\">([A-Z2-7]+)<");

    private RealProvider provider;
    private HoldfastServer server;
    private People people;
    private Path record;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException, ConfigurationException {
        Assumptions.assumeTrue(RealProvider.isThere(), "node and oidc-provider are needed");
        provider = new RealProvider();
        write(directory.resolve("secret"), RealProvider.SECRET, "rw-------");
        write(
                directory.resolve("holdfast.yaml"),
                """
                listeners: [{port: 0, tls: {mode: disable}}]
                databases:
                  - name: shop
                    upstream: {host: 127.0.0.1, port: 1, database: shop, sslmode: disable}
                agents:
                  - name: agent
                    verifier: "%s"
                    databases: [{database: shop, role: r, password: "${file:secret}"}]
                audit: {directory: audit}
                admin: {port: 0}
                console:
                  port: 0
                  oidc:
                    name: Example & Sons
                    issuer: %s
                    client-id: holdfast
                    client-secret: ${file:secret}
                    groups:
                      roles:
                        - {group: %s, role: viewer}
                        - {group: they who decide, role: reviewer}
                """
                        .formatted(
                                ScramVerifier.of(PASSWORD.toCharArray(), 4_096, new SecureRandom())
                                        .encoded(),
                                provider.issuer(),
                                RealProvider.GROUP),
                "rw-r--r--");
        record = directory.resolve("audit");
        server =
                HoldfastServer.start(
                        ConfigurationFile.read(directory.resolve("holdfast.yaml")),
                        new ApiParts(Pages::of, Pages.ERROR));
        people = Objects.requireNonNull(server.people());
        provider.redirectsTo(url() + "/login/provider/callback");
    }

    private static void write(Path file, String text, String permissions) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @AfterAll
    void stop() {
        if (server != null) {
            server.close();
        }
        if (provider != null) {
            provider.close();
        }
    }

    private String url() {
        return Objects.requireNonNull(server.consoleUrl());
    }

    /// A browser without a screen: it keeps cookies, and goes where it is sent if it is told to.
    private final class Visitor {
        private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
        private final HttpClient client = HttpClient.newBuilder().cookieHandler(cookies).build();

        HttpResponse<String> get(String address, boolean follow) {
            return send(HttpRequest.newBuilder(URI.create(address)).GET().build(), follow);
        }

        HttpResponse<String> post(String path, Map<String, String> form) {
            String body =
                    form.entrySet().stream()
                            .map(field ->
                                    field.getKey()
                                            + "="
                                            + URLEncoder.encode(
                                                    field.getValue(), StandardCharsets.UTF_8))
                            .collect(Collectors.joining("&"));
            return send(
                    HttpRequest.newBuilder(URI.create(url() + path))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .header("Origin", url())
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    true);
        }

        private HttpResponse<String> send(HttpRequest request, boolean follow) {
            try {
                HttpResponse<String> answer =
                        client.send(request, HttpResponse.BodyHandlers.ofString());
                // The client itself gives up after five.
                for (int i = 0; follow && answer.statusCode() == 303 && i < 10; i++) {
                    HttpRequest next =
                            HttpRequest.newBuilder(
                                            answer.uri()
                                                    .resolve(
                                                            answer.headers()
                                                                    .firstValue("Location")
                                                                    .orElseThrow()))
                                    .build();
                    answer = client.send(next, HttpResponse.BodyHandlers.ofString());
                }
                return answer;
            } catch (IOException e) {
                throw new AssertionError(request.uri().toString(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        /// As far as the provider sends back, without going back.
        String comesBackTo() {
            String next = url() + "/login/provider";
            for (int i = 0; i < 8; i++) {
                HttpResponse<String> answer = get(next, false);
                next =
                        URI.create(next)
                                .resolve(answer.headers().firstValue("Location").orElseThrow())
                                .toString();
                if (next.startsWith(url() + "/login/provider/callback")) {
                    return next;
                }
            }
            throw new AssertionError("never came back: " + next);
        }

        HttpResponse<String> signIn() {
            return get(url() + "/login/provider", true);
        }

        List<HttpCookie> carried() {
            return cookies.getCookieStore().getCookies().stream()
                    .filter(cookie -> cookie.getName().startsWith("holdfast"))
                    .toList();
        }
    }

    /// Enrols by the provider; whoever comes must be named as the invited one.
    private AuthenticatorApp enrol(String name) throws PeopleException, InterruptedException {
        String invite = people.invite("test", name, Set.of(Role.VIEWER)).token();
        Visitor visitor = new Visitor();
        String welcome = visitor.get(url() + "/enrol?invite=" + invite, true).body();
        assertThat(welcome).contains("Use Example &amp; Sons in place of a password");
        HttpResponse<String> back = visitor.get(url() + "/login/provider?invite=" + invite, true);
        assertThat(back.body()).contains("There is no password").doesNotContain("id=\"password\"");
        Matcher secret = SECRET.matcher(back.body());
        assertThat(secret.find()).isTrue();
        AuthenticatorApp app = new AuthenticatorApp(secret.group(1));
        HttpResponse<String> done =
                visitor.post(
                        "/enrol",
                        Map.of(
                                "invite",
                                invite,
                                "assertion",
                                "",
                                "by",
                                "code",
                                "code",
                                app.code()));
        assertThat(done.uri().getPath()).as(done.body()).isEqualTo("/login");
        assertThat(visitor.carried()).isEmpty();
        return app;
    }

    @Test
    void whoWasInvitedEnrolsAndSignsInByTheProviderAndACode()
            throws IOException, InterruptedException, PeopleException {
        provider.comes("olga-1", "Olga@example.com", true);
        AuthenticatorApp app = enrol("olga@example.com");
        Visitor visitor = new Visitor();
        assertThat(visitor.get(url() + "/login", true).body())
                .contains("Sign in with Example &amp; Sons");
        HttpResponse<String> asked = visitor.signIn();
        assertThat(asked.uri().getPath()).isEqualTo("/login/provider/code");
        assertThat(visitor.get(url() + "/settings", false).statusCode())
                .as("the provider alone opens nothing")
                .isEqualTo(303);
        HttpResponse<String> wrong =
                visitor.post("/login/provider/code", Map.of("code", "000000x"));
        assertThat(wrong.statusCode()).isEqualTo(401);
        HttpResponse<String> in = visitor.post("/login/provider/code", Map.of("code", app.code()));
        assertThat(in.uri().getPath()).isEqualTo("/");
        assertThat(in.body()).contains("olga@example.com");
        assertThat(visitor.get(url() + "/settings", false).body())
                .contains("The identity provider says who you are.");
        assertThat(visitor.carried())
                .as("what was carried is gone, the session is there")
                .singleElement()
                .satisfies(cookie -> assertThat(cookie.getName()).isEqualTo("holdfast"));
        assertThat(recorded())
                .contains("sign in by provider")
                .contains("provider " + provider.issuer() + " sha256:")
                .doesNotContain("olga-1");
    }

    @Test
    void aGroupThatIsLostIsLostHereWithTheSessionThatThereIs()
            throws IOException, InterruptedException, PeopleException {
        provider.comes("hal-1", "hal@example.com", true);
        AuthenticatorApp app = enrol("hal@example.com");
        Visitor visitor = new Visitor();
        visitor.signIn();
        HttpResponse<String> in = visitor.post("/login/provider/code", Map.of("code", app.code()));
        assertThat(in.uri().getPath()).isEqualTo("/");
        // A group that gives a role which the invite did not.
        provider.comes("hal-1", "hal@example.com", true, List.of("they who decide"));
        HttpResponse<String> refused = new Visitor().signIn();
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("no group of yours");
        assertThat(visitor.get(url() + "/settings", false).statusCode()).isEqualTo(303);
        provider.comes("hal-1", "hal@example.com", true);
        assertThat(new Visitor().signIn().uri().getPath()).isEqualTo("/login/provider/code");
        assertThat(recorded()).contains("roles by the provider's groups: REVIEWER");
    }

    private String recorded() throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.walk(record)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    @Test
    void whatCameBackIsGoodOnceAndOnlyInTheBrowserThatBegan()
            throws IOException, InterruptedException, PeopleException {
        provider.comes("bea-1", "bea@example.com", true);
        enrol("bea@example.com");
        Visitor visitor = new Visitor();
        String back = visitor.comesBackTo();
        HttpCookie carried = visitor.carried().getFirst();
        assertThat(carried.isHttpOnly()).isTrue();
        // Another browser, and one that has a sign-in of its own.
        assertThat(new Visitor().get(back, true).statusCode()).isEqualTo(401);
        Visitor other = new Visitor();
        other.comesBackTo();
        assertThat(other.get(back, true).statusCode()).isEqualTo(401);
        // From somebody else, or from nobody.
        String issuer = URLEncoder.encode(provider.issuer(), StandardCharsets.UTF_8);
        assertThat(back).contains("iss=" + issuer);
        assertThat(visitor.get(back.replace(issuer, "https%3A%2F%2Fevil"), true).statusCode())
                .isEqualTo(401);
        assertThat(visitor.get(back.replace("iss=" + issuer, "a=b"), true).statusCode())
                .isEqualTo(401);
        assertThat(visitor.get(back + "&code=another", true).statusCode()).isEqualTo(400);
        assertThat(visitor.get(back, true).uri().getPath()).isEqualTo("/login/provider/code");
        // The same browser, with the cookie as it was.
        visitor.cookies.getCookieStore().removeAll();
        visitor.cookies.getCookieStore().add(URI.create(url()), carried);
        HttpResponse<String> again = visitor.get(back, true);
        assertThat(again.statusCode()).isEqualTo(401);
        assertThat(again.body()).contains("used before");
    }

    @Test
    void anotherWithTheSameAddressAndAnAddressThatIsNotVerifiedComeToNothing()
            throws IOException, InterruptedException, PeopleException {
        provider.comes("cid-1", "cid@example.com", true);
        enrol("cid@example.com");
        provider.comes("cid-2", "cid@example.com", true);
        HttpResponse<String> another = new Visitor().signIn();
        assertThat(another.statusCode()).isEqualTo(401);
        assertThat(another.body()).contains("nobody here is bound to that");
        provider.comes("cid-1", "cid@example.com", false);
        HttpResponse<String> unverified = new Visitor().signIn();
        assertThat(unverified.statusCode()).isEqualTo(401);
        assertThat(unverified.body()).contains("verified your e-mail address");
        // An invite of somebody else's.
        provider.comes("dan-1", "dan@example.com", true);
        String invite = people.invite("test", "eva@example.com", Set.of(Role.OWNER)).token();
        HttpResponse<String> foreign =
                new Visitor().get(url() + "/login/provider?invite=" + invite, true);
        assertThat(foreign.statusCode()).isEqualTo(401);
        assertThat(foreign.body()).contains("this invite is not for whom");
        assertThat(people.list())
                .noneMatch(account -> account.person().name().startsWith("dan"))
                .noneMatch(account -> account.person().name().startsWith("eva"));
    }

    @Test
    void aBrowserGoesAllTheWayUnderTheSameContentSecurityPolicy()
            throws IOException, InterruptedException, PeopleException {
        Assumptions.assumeTrue(Browser.isThere(), "chromium and playwright-core are needed");
        provider.comes("fay-1", "fay@example.com", true);
        try (Browser browser = new Browser()) {
            Page page = browser.page();
            page.navigate(people.invite("test", "fay@example.com", Set.of(Role.VIEWER)).url());
            page.click("a:has-text('in place of a password')");
            page.locator("text=There is no password").waitFor();
            assertThat(browser.look(page, "provider-enrol")).isEmpty();
            page.locator("summary").click();
            AuthenticatorApp app = new AuthenticatorApp(page.locator("code.phrase").innerText());
            page.fill("#code", app.code());
            page.click("button[value=code]");
            // Who wanted a page comes to it, whichever way they take.
            page.navigate(url() + "/settings");
            page.locator("a:has-text('Sign in with Example & Sons')").click();
            page.locator("h1:has-text('One thing more')").waitFor();
            assertThat(browser.look(page, "provider-code")).isEmpty();
            page.fill("#code", app.code());
            page.click("button.primary");
            page.locator("h1:has-text('Settings')").waitFor();
            page.navigate(url() + "/login");
            assertThat(browser.look(page, "provider-login")).isEmpty();
        }
    }

    @Test
    void aProviderThatIsGoneLeavesTheOtherWaysIn()
            throws IOException, InterruptedException, PeopleException {
        String invite = people.invite("test", "gus", Set.of(Role.VIEWER)).token();
        Enrolment enrolment = people.enrolment(invite);
        AuthenticatorApp app = new AuthenticatorApp(enrolment.totpSecret());
        people.enrol(invite, PASSWORD, app.code(), "");
        provider.comes("gus-1", "gus@example.com", true);
        Visitor visitor = new Visitor();
        String back = visitor.comesBackTo();
        provider.gone(true);
        try {
            HttpResponse<String> gone = visitor.get(back, true);
            assertThat(gone.statusCode()).isEqualTo(503);
            assertThat(gone.body()).contains("cannot be used at this moment", "id=\"password\"");
        } finally {
            provider.gone(false);
        }
        HttpResponse<String> in =
                visitor.post(
                        "/login", Map.of("name", "gus", "password", PASSWORD, "code", app.code()));
        assertThat(in.uri().getPath()).isEqualTo("/");
    }
}
