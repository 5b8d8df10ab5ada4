package dev.holdfast.server.web;

import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Role;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A console's server with a few routes, and somebody who is signed in.
abstract class WebStage {
    static final String VICTIM = "Cookie: holdfast=victims-token";
    static final Person REVIEWER = new Person("vera", Set.of(Role.REVIEWER));

    final List<String> done = new CopyOnWriteArrayList<>();
    final Map<String, Person> sessions = new ConcurrentHashMap<>();
    final List<EventSink> sinks = new CopyOnWriteArrayList<>();
    WebServer server;
    RawHttp http;
    String host = "";

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

    WebServer start(String url) throws IOException {
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

    void routes(RouteTable table) {
        table.get(
                "/api/v1/things",
                Set.of(Role.REVIEWER),
                exchange -> {
                    exchange.onlyQuery(Set.of("limit"));
                    exchange.answer(Map.of("limit", exchange.query("limit", 1, 100, 10)));
                });
        table.get("/api/v1/owners-only", Set.of(Role.OWNER), exchange -> exchange.answer(Map.of()));
        table.get(
                "/api/v1/slow",
                Set.of(Role.REVIEWER),
                exchange -> {
                    Thread.sleep(Duration.ofSeconds(5));
                    exchange.answer(Map.of("done", true));
                });
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

    RawHttp.Answer get(String path, String... headers) throws IOException {
        return request("GET " + path + " HTTP/1.1", "", headers);
    }

    RawHttp.Answer post(String path, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: " + body.length());
        return request("POST " + path + " HTTP/1.1", body, all.toArray(String[]::new));
    }

    RawHttp.Answer request(String line, String body, String... headers) throws IOException {
        List<String> lines = new ArrayList<>(List.of(line, host, "Connection: close"));
        lines.addAll(List.of(headers));
        return http.send(body, lines.toArray(String[]::new));
    }

    static final String JSON = "Content-Type: application/json";
    static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    static final String CSRF = "X-CSRF-Token: csrf-of-the-session";
}
