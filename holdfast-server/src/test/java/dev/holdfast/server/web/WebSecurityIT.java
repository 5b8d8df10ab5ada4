package dev.holdfast.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Attacks on the console's port, one for each way in that was thought of. The routes are small ones of the
/// stage: what is under test is the door.
class WebSecurityIT extends WebStage {
    @Test
    void aSignedInPersonIsServed() throws IOException {
        assertThat(get("/api/v1/things?limit=3", VICTIM).body()).contains("\"limit\": 3");
        assertThat(post("/api/v1/things", "{\"name\":\"a\"}", VICTIM, JSON, CSRF).status())
                .isEqualTo(204);
        assertThat(post("/page", "name=b&csrf=csrf-of-the-session", VICTIM, FORM).status())
                .isEqualTo(303);
        assertThat(request("DELETE /api/v1/things/7 HTTP/1.1", "", VICTIM, CSRF).status())
                .isEqualTo(204);
        assertThat(done).containsExactly("a1", "b", "7");
    }

    @Test
    void aForgedFormChangesNothing() throws IOException {
        assertThat(post("/page", "name=evil", VICTIM, FORM).status()).isEqualTo(403);
        assertThat(post("/page", "name=evil&csrf=", VICTIM, FORM).status()).isEqualTo(403);
        assertThat(post("/page", "name=evil&csrf=guess", VICTIM, FORM).status()).isEqualTo(403);
        assertThat(
                        post(
                                        "/page",
                                        "name=evil&csrf=csrf-of-the-session",
                                        VICTIM,
                                        FORM,
                                        "Origin: https://evil.example")
                                .status())
                .isEqualTo(403);
        assertThat(
                        post(
                                        "/page",
                                        "name=evil&csrf=csrf-of-the-session",
                                        VICTIM,
                                        FORM,
                                        "Origin: null")
                                .status())
                .isEqualTo(403);
        assertThat(
                        post(
                                        "/page",
                                        "name=evil&csrf=csrf-of-the-session",
                                        VICTIM,
                                        FORM,
                                        "Sec-Fetch-Site: same-site")
                                .status())
                .isEqualTo(403);
        assertThat(request("DELETE /api/v1/things/7 HTTP/1.1", "", VICTIM).status()).isEqualTo(403);
        assertThat(done).isEmpty();
    }

    @Test
    void aForgedLoginIsRefused() throws IOException {
        assertThat(post("/api/v1/login", "{}", JSON, "Origin: https://evil.example").status())
                .isEqualTo(403);
        assertThat(post("/api/v1/login", "{}", "Content-Type: text/plain").status()).isEqualTo(415);
        assertThat(done).isEmpty();
    }

    /// A page can send a token in no header of its choice across origins, so a bearer needs no CSRF token; but
    /// where the browser says that the request is another site's, it is believed.
    @Test
    void aBearerOfAnotherOriginIsRefused() throws IOException {
        String bearer = "Authorization: Bearer victims-token";
        assertThat(post("/api/v1/things", "{\"name\":\"a\"}", bearer, JSON).status())
                .isEqualTo(204);
        assertThat(
                        post(
                                        "/api/v1/things",
                                        "{\"name\":\"b\"}",
                                        bearer,
                                        JSON,
                                        "Origin: https://evil.example")
                                .status())
                .isEqualTo(403);
        assertThat(get("/api/v1/things", bearer, VICTIM).status()).isEqualTo(400);
        assertThat(done).containsExactly("a1");
    }

    @Test
    void theSessionsCookieIsForNoScriptAndNoOtherSite() throws IOException {
        String cookie = post("/api/v1/login", "{}", JSON).header("Set-Cookie");
        assertThat(cookie)
                .contains("holdfast=fresh", "HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain("Secure", "Domain");
        server.close();
        server = start("https://console.example");
        http = new RawHttp(server.address().getPort());
        host = "Host: console.example";
        RawHttp.Answer answer =
                post("/api/v1/login", "{}", JSON, "Origin: https://console.example");
        assertThat(answer.header("Set-Cookie")).contains("__Host-holdfast=fresh", "; Secure");
        assertThat(answer.header("Strict-Transport-Security")).isNotEmpty();
        // The name without the prefix is one that a neighbour could have set.
        assertThat(get("/api/v1/things", VICTIM).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: localhost",
                "Host: 127.0.0.1:1",
                "Host: localhost:80@evil.example",
                "X-Forwarded-Host: localhost"
            })
    void anotherHostsNameIsRefused(String other) throws IOException {
        host = other;
        RawHttp.Answer answer = get("/api/v1/things", VICTIM);
        assertThat(answer.status()).isIn(400, 421);
        assertThat(answer.body()).doesNotContain("limit", "evil");
    }

    @Test
    void twoHostsAreRefused() throws IOException {
        assertThat(get("/api/v1/things", VICTIM, "Host: evil.example").status()).isIn(400, 421);
        assertThat(request("GET http://evil.example/api/v1/things HTTP/1.1", "", VICTIM).status())
                .isIn(400, 421);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HEAD",
                "OPTIONS",
                "TRACE",
                "PUT",
                "PATCH",
                "CONNECT",
                "QUERY",
                "PROPFIND",
                "get"
            })
    void noOtherMethodIsAnswered(String method) throws IOException {
        RawHttp.Answer answer = request(method + " /api/v1/things HTTP/1.1", "", VICTIM);
        assertThat(answer.status()).isIn(400, 405, 501);
        assertThat(answer.body()).doesNotContain("limit", "victims-token");
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    }

    /// A request is what it is sent as, for whoever finds its route and for whoever looks where it comes from.
    @Test
    void noHeaderMakesOneMethodAnother() throws IOException {
        for (String method : new String[] {"GET", "POST", "DELETE"}) {
            for (String said : new String[] {"GET", "POST", "DELETE", ""}) {
                RawHttp.Answer answer =
                        request(
                                method + " /api/v1/things HTTP/1.1",
                                "",
                                VICTIM,
                                "x-http-method-override: " + said);
                assertThat(answer.status()).as(method + " as " + said).isEqualTo(405);
            }
        }
    }

    @Test
    void nobodyAndTheWrongRoleAreRefused() throws IOException {
        assertThat(get("/api/v1/things").status()).isEqualTo(401);
        assertThat(get("/api/v1/things", "Cookie: holdfast=unknown").status()).isEqualTo(401);
        assertThat(get("/api/v1/owners-only", VICTIM).status()).isEqualTo(403);
        RawHttp.Answer page = get("/page");
        assertThat(page.status()).isEqualTo(303);
        assertThat(page.header("Location")).isEqualTo("/login?next=%2Fpage");
    }

    /// The prefix of the person's routes and the credential of the agent's do not meet.
    @Test
    void anAgentsCredentialOpensNoPersonsRouteAndNoPersonsAnAgents() throws IOException {
        String agent = "Authorization: Basic " + basic("reporter:agents-password");
        assertThat(get("/api/v1/agent/holds", agent).body()).contains("reporter");
        assertThat(get("/api/v1/things", agent).status()).isEqualTo(401);
        assertThat(post("/api/v1/things", "{\"name\":\"a\"}", agent, JSON).status()).isEqualTo(401);
        assertThat(get("/api/v1/agent/holds", VICTIM).status()).isEqualTo(401);
        assertThat(get("/api/v1/agent/holds", "Authorization: Bearer victims-token").status())
                .isEqualTo(401);
        assertThat(
                        get(
                                        "/api/v1/agent/holds",
                                        "Authorization: Basic " + basic("reporter:wrong"))
                                .header("WWW-Authenticate"))
                .contains("Basic");
        assertThat(get("/api/v1/agent/holds", "Authorization: Basic !!!").status()).isEqualTo(401);
        assertThat(
                        get(
                                        "/api/v1/agent/holds",
                                        "Authorization: Basic " + basic(":agents-password"))
                                .status())
                .isEqualTo(401);
    }

    private static String basic(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void twoCookiesOfOneNameAreRefused() throws IOException {
        assertThat(get("/api/v1/things", "Cookie: holdfast=victims-token; holdfast=other").status())
                .isEqualTo(400);
        assertThat(get("/api/v1/things", VICTIM, "Cookie: holdfast=other").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{\"name\":7}",
                "{\"name\":[\"a\"]}",
                "{\"name\":null}",
                "[]",
                "7",
                "\"name\"",
                "{\"name\":\"a\"} {}",
                "{\"name\":\"a\",\"count\":\"1\"}",
                "{\"name\":\"a\",\"count\":1.5}",
                "{\"name\":\"a\",\"count\":11}",
                "{\"name\":\"a\",\"count\":99999999999999999999}",
                "{\"name\":\"a\",\"admin\":true}",
                "{'name':'a'}",
                "{\"name\":\"a\"",
                "{\"name\":\"a\\u0000\"}",
                "{\"name\":{\"name\":\"a\"}}",
                "\u00ef\u00bb\u00bf{\"name\":\"a\"}",
                "\u00ff\u00fe",
                ""
            })
    void oddJsonIsRefused(String body) throws IOException {
        RawHttp.Answer answer = post("/api/v1/things", body, VICTIM, JSON, CSRF);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("malformed_request");
        assertThat(done).isEmpty();
    }

    @Test
    void deepJsonIsRefused() throws IOException {
        String deep = "{\"name\":" + "[".repeat(50_000) + "]".repeat(50_000) + "}";
        assertThat(post("/api/v1/things", deep, VICTIM, JSON, CSRF).status()).isEqualTo(400);
    }

    @Test
    void aFormIsNoJsonAndJsonIsNoForm() throws IOException {
        assertThat(
                        post(
                                        "/api/v1/things",
                                        "{\"name\":\"a\"}",
                                        VICTIM,
                                        "Content-Type: text/plain",
                                        CSRF)
                                .status())
                .isEqualTo(415);
        assertThat(post("/api/v1/things", "{\"name\":\"a\"}", VICTIM, CSRF).status())
                .isEqualTo(415);
        assertThat(post("/page", "{}", VICTIM, JSON, CSRF).status()).isEqualTo(415);
        assertThat(post("/page", "name=a&name=b", VICTIM, FORM, CSRF).status()).isEqualTo(400);
        assertThat(post("/page", "name=%zz", VICTIM, FORM, CSRF).status()).isEqualTo(400);
        assertThat(done).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/static/0000000000000000/../../../etc/passwd",
                "/static/x/..%2f..%2fpackage-info.class",
                "/static/x/%2e%2e/application.yaml",
                "/static/x/..%5c..%5cx.css",
                "/static/x/WebServer.class",
                "/static//x.css",
                "/static/x/x.css%00.js",
                "/static/x;a=b/x.css",
                "/static/x/logback.xml",
                "//evil.example/",
                "/%2e%2e/",
                "/api/v1/agent/../things",
                "/api/v1//things",
                "/api/v1/things;x"
            })
    void noPathLeadsOutOfTheStaticFiles(String path) throws IOException {
        RawHttp.Answer answer = get(path, VICTIM);
        assertThat(answer.status()).isIn(400, 404);
        assertThat(answer.body()).doesNotContain("root:", "limit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/",
                "/%5cevil.example",
                "%09//evil.example",
                "/%0d%0aSet-Cookie:%20a=b",
                "javascript:alert(1)",
                "/%2f/evil.example",
                "",
                "/\u00a0"
            })
    void noRequestSendsTheBrowserElsewhere(String next) throws IOException {
        RawHttp.Answer answer = get("/go?next=" + next);
        assertThat(answer.header("Set-Cookie")).isEmpty();
        if (answer.status() == 303) {
            assertThat(answer.header("Location"))
                    .startsWith("/")
                    .doesNotStartWith("//")
                    .doesNotContain("\\");
        } else {
            assertThat(answer.status()).isEqualTo(400);
        }
        assertThat(get("/go?next=/approvals/apr_1").header("Location"))
                .isEqualTo("/approvals/apr_1");
    }

    @Test
    void everyAnswerCarriesTheHeaders() throws IOException {
        for (RawHttp.Answer answer :
                List.of(
                        get("/api/v1/things", VICTIM),
                        get("/page", VICTIM),
                        get("/api/v1/things"),
                        get("/nowhere"),
                        get("/api/nowhere"),
                        get("/broken", VICTIM),
                        request("DELETE /page HTTP/1.1", "", VICTIM))) {
            assertThat(answer.header("Content-Security-Policy"))
                    .contains("default-src 'none'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("Referrer-Policy")).isEqualTo("same-origin");
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
            assertThat(answer.header("Server")).isEmpty();
        }
        assertThat(get("/api/nowhere").body()).contains("\"not_found\"");
        assertThat(request("DELETE /page HTTP/1.1", "", VICTIM).status()).isEqualTo(405);
    }

    @Test
    void aBrokenHandlerTellsNoSecret() throws IOException {
        RawHttp.Answer answer = get("/broken", VICTIM);
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("reference").doesNotContain("secret", "Exception");
    }

    @Test
    void anUnknownParameterIsRefused() throws IOException {
        assertThat(get("/api/v1/things?limits=3", VICTIM).status()).isEqualTo(400);
        assertThat(get("/api/v1/things?limit=3&limit=4", VICTIM).status()).isEqualTo(400);
        assertThat(get("/api/v1/things?limit=101", VICTIM).status()).isEqualTo(400);
    }
}
