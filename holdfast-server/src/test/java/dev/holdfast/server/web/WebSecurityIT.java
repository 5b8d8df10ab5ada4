package dev.holdfast.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Attacks on the console's port, one for each way in that was thought of. The routes are small ones of the
/// test's own: what is under test is the door.
class WebSecurityIT {
    private static final String VICTIM = "Cookie: holdfast=victims-token";
    private static final Person REVIEWER = new Person("vera", Set.of(Role.REVIEWER));

    private final List<String> done = new CopyOnWriteArrayList<>();
    private final Map<String, Person> sessions = new ConcurrentHashMap<>();
    private final List<EventSink> sinks = new CopyOnWriteArrayList<>();
    private WebServer server;
    private RawHttp http;
    private String host = "";

    @BeforeEach
    void start() throws IOException {
        sessions.put("victims-token", REVIEWER);
        server = start("");
        http = new RawHttp(server.address().getPort());
        host = "Host: localhost:" + server.address().getPort();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private WebServer start(String url) throws IOException {
        WebSettings settings =
                new WebSettings("127.0.0.1", 0, url, null, null, Duration.ofSeconds(2), 64, 4);
        return WebServer.start(
                settings,
                new WebServer.Doors(
                        (token, by) -> {
                            Person person = sessions.get(token);
                            return person == null
                                    ? null
                                    : new Caller(person, token, "csrf-of-the-session", by);
                        },
                        (agent, password, _) ->
                                password.equals("agents-password")
                                        ? new AgentLogins.Outcome.Accepted(agent)
                                        : new AgentLogins.Outcome.Refused()),
                (status, message, hint) -> status + " " + message + " " + hint,
                List.of(this::routes));
    }

    private void routes(RouteTable table) {
        table.get(
                "/api/v1/things",
                Set.of(Role.REVIEWER),
                exchange -> {
                    exchange.onlyQuery(Set.of("limit"));
                    exchange.answer(Map.of("limit", exchange.query("limit", 1, 100, 10)));
                });
        table.get("/api/v1/owners-only", Set.of(Role.OWNER), exchange -> exchange.answer(Map.of()));
        table.get("/page", Set.of(Role.REVIEWER), exchange -> exchange.html("<p>page</p>"));
        table.get(
                "/broken",
                Set.of(Role.REVIEWER),
                _ -> {
                    throw new IllegalStateException("the secret of the database");
                });
        table.post(
                "/api/v1/things",
                Set.of(Role.REVIEWER),
                exchange -> {
                    JsonBody body = exchange.json(Set.of("name", "count"));
                    done.add(body.text("name", 100) + body.number("count", 1, 10, 1));
                });
        table.post(
                "/page",
                Set.of(Role.REVIEWER),
                exchange -> {
                    done.add(String.valueOf(exchange.form("name")));
                    exchange.redirect("/page");
                });
        table.delete(
                "/api/v1/things/{id}",
                Set.of(Role.REVIEWER),
                exchange -> done.add(exchange.path("id")));
        table.openPost(
                "/api/v1/login",
                exchange -> {
                    exchange.json(Set.of());
                    done.add("login");
                    exchange.signIn("fresh");
                });
        table.openGet(
                "/go",
                exchange -> {
                    String next = String.valueOf(exchange.query("next"));
                    exchange.redirect(Exchange.isLocal(next) ? next : "/");
                });
        table.agentGet(
                "/api/v1/agent/holds",
                exchange -> exchange.answer(Map.of("agent", exchange.agent())));
        table.events(
                "/api/v1/events",
                Set.of(Role.REVIEWER),
                (_, sink) -> {
                    sinks.add(sink);
                    return () -> sinks.remove(sink);
                });
    }

    private RawHttp.Answer get(String path, String... headers) throws IOException {
        return request("GET " + path + " HTTP/1.1", "", headers);
    }

    private RawHttp.Answer post(String path, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: " + body.length());
        return request("POST " + path + " HTTP/1.1", body, all.toArray(String[]::new));
    }

    private RawHttp.Answer request(String line, String body, String... headers) throws IOException {
        List<String> lines = new ArrayList<>(List.of(line, host, "Connection: close"));
        lines.addAll(List.of(headers));
        return http.send(body, lines.toArray(String[]::new));
    }

    private static final String JSON = "Content-Type: application/json";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String CSRF = "X-CSRF-Token: csrf-of-the-session";

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

    @Test
    void aGiantBodyIsNotRead() throws IOException {
        RawHttp.Answer announced =
                request(
                        "POST /api/v1/things HTTP/1.1",
                        "",
                        VICTIM,
                        JSON,
                        CSRF,
                        "Content-Length: 10000000000");
        assertThat(announced.status()).isEqualTo(413);
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        RawHttp.Answer chunked =
                request(
                        "POST /api/v1/things HTTP/1.1",
                        chunk.repeat(5) + "0\r\n\r\n",
                        VICTIM,
                        JSON,
                        CSRF,
                        "Transfer-Encoding: chunked");
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(done).isEmpty();
    }

    @Test
    void giantHeadersAreRefused() throws IOException {
        assertThat(get("/api/v1/things", VICTIM, "X-Long: " + "x".repeat(20_000)).status())
                .isEqualTo(431);
        assertThat(get("/api/v1/things?limit=" + "1".repeat(20_000), VICTIM).status())
                .isIn(414, 431);
    }

    @Test
    void lengthsThatContradictEachOtherAreRefused() throws IOException {
        assertThat(
                        request(
                                        "POST /api/v1/things HTTP/1.1",
                                        "0\r\n\r\n",
                                        VICTIM,
                                        JSON,
                                        CSRF,
                                        "Content-Length: 5",
                                        "Transfer-Encoding: chunked")
                                .status())
                .isEqualTo(400);
        assertThat(
                        request(
                                        "POST /api/v1/things HTTP/1.1",
                                        "{}",
                                        VICTIM,
                                        JSON,
                                        CSRF,
                                        "Content-Length: 2",
                                        "Content-Length: 3")
                                .status())
                .isEqualTo(400);
        assertThat(request("GET /api/v1/things HTTP/1.1", "", VICTIM, " folded: header").status())
                .isEqualTo(400);
        assertThat(done).isEmpty();
    }

    @Test
    void aBodyThatDripsEndsTheRequest() throws Exception {
        try (Socket socket = http.open()) {
            socket.getOutputStream()
                    .write(
                            String.join(
                                            "\r\n",
                                            "POST /api/v1/things HTTP/1.1",
                                            host,
                                            VICTIM,
                                            JSON,
                                            CSRF,
                                            "Content-Length: 1000",
                                            "Connection: close",
                                            "",
                                            "")
                                    .getBytes(StandardCharsets.US_ASCII));
            long begun = System.nanoTime();
            Thread dripping =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 100; i++) {
                                        socket.getOutputStream().write(' ');
                                        socket.getOutputStream().flush();
                                        Thread.sleep(500);
                                    }
                                } catch (IOException | InterruptedException _) {
                                    // The server has had enough.
                                }
                            });
            RawHttp.Answer answer = RawHttp.read(socket);
            dripping.interrupt();
            assertThat(answer.status()).isIn(0, 408);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isLessThan(Duration.ofSeconds(15));
        }
        assertThat(done).isEmpty();
    }

    @Test
    void aSilentConnectionIsClosed() throws Exception {
        try (Socket socket = http.open()) {
            socket.getOutputStream()
                    .write("GET /api/v1/things HT".getBytes(StandardCharsets.US_ASCII));
            RawHttp.read(socket);
        }
        try (Socket socket = http.open()) {
            socket.getOutputStream()
                    .write(
                            String.join(
                                            "\r\n",
                                            "POST /api/v1/things HTTP/1.1",
                                            host,
                                            VICTIM,
                                            JSON,
                                            CSRF,
                                            "Content-Length: 1000",
                                            "",
                                            "{")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(RawHttp.read(socket).status()).isIn(0, 408);
        }
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
            assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
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

    @Test
    void streamsAreBoundedTellAndEndWithTheSession() throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) {
                open.add(stream());
            }
            await().until(() -> sinks.size() == 4);
            assertThat(get("/api/v1/events", VICTIM).status()).isEqualTo(429);
            sinks.forEach(sink -> sink.send("held", "one\ntwo\r\nevent: forged"));
            Socket first = open.getFirst();
            byte[] told = new byte[4096];
            StringBuilder text = new StringBuilder();
            while (!text.toString().contains("forged")) {
                text.append(
                        new String(
                                told,
                                0,
                                first.getInputStream().read(told),
                                StandardCharsets.UTF_8));
            }
            assertThat(text).contains("event: held\ndata: one\ndata: two\ndata: event: forged\n\n");
            sessions.clear();
            sinks.forEach(sink -> sink.send("held", "not for those who are gone"));
            String rest = new String(first.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(rest).doesNotContain("gone");
            await().until(sinks::isEmpty);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void aListenerThatDoesNotReadIsDisconnectedAndDelaysNobody() throws Exception {
        try (Socket socket = stream()) {
            await().until(() -> !sinks.isEmpty());
            EventSink sink = sinks.getFirst();
            String data = "x".repeat(100_000);
            for (int i = 0; i < 200; i++) {
                sink.send("held", data);
            }
            await().atMost(Duration.ofSeconds(20)).until(sinks::isEmpty);
            assertThat(socket.isConnected()).isTrue();
        }
    }

    private Socket stream() throws IOException {
        Socket socket = http.open();
        socket.getOutputStream()
                .write(
                        String.join("\r\n", "GET /api/v1/events HTTP/1.1", host, VICTIM, "", "")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void aFloodOfConnectionsLeavesRoomAgain() throws Exception {
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            open.add(http.open());
        }
        for (Socket socket : open) {
            socket.close();
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get("/api/v1/things", VICTIM).status() == 200);
    }
}
