package dev.holdfast.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.server.text.JsonTree;
import dev.holdfast.testkit.SoftwarePasskey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Access asked for, given, taken, and refused to those who may not decide on it, or have no more than the session
/// of somebody who may.
///
/// @param operator a person's token
/// @param passkey the same person's
/// @param viewer another's, who only looks
/// @param agent an agent's name and password
record AccessScenario(
        Calls calls, String operator, SoftwarePasskey passkey, String viewer, String agent) {
    /// Calls a route and compares the answer with its schema.
    @FunctionalInterface
    interface Calls {
        ApiStage.Answer call(
                String route, String path, String who, @Nullable Map<String, Object> body)
                throws IOException;
    }

    /// The name and the password of an agent, as HTTP has them.
    static String basic(String agent) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(
                                (agent + ":" + ApiStage.AGENT_PASSWORD)
                                        .getBytes(StandardCharsets.UTF_8));
    }

    private ApiStage.Answer get(String path) throws IOException {
        return calls.call("GET " + path, path, viewer, null);
    }

    private ApiStage.Answer post(String route, String id, Map<String, Object> body)
            throws IOException {
        String path = route.replaceAll("\\{[a-z]+}", id);
        // Who may look may not give.
        assertThat(calls.call("POST " + route, path, viewer, body).status()).isEqualTo(403);
        return calls.call("POST " + route, path, operator, body);
    }

    /// The same for what gives access: a stolen session gives none, nor does a proof for something else.
    ///
    /// @param other something else that might be given by the same route
    private ApiStage.Answer proven(
            String route, String id, Map<String, Object> body, Map<String, Object> other)
            throws IOException {
        assertThat(post(route, id, body).status()).isEqualTo(400);
        assertThat(post(route, id, with(body, "code", "000000")).errorCode())
                .isIn("proof_wrong", "locked");
        if (!other.equals(body)) {
            assertThat(
                            post(route, id, with(body, "assertion", signed(route, id, other)))
                                    .errorCode())
                    .isEqualTo("proof_wrong");
        }
        Map<String, Object> whole = with(body, "assertion", signed(route, id, body));
        ApiStage.Answer answer = post(route, id, whole);
        assertThat(post(route, id, whole).errorCode()).isIn("proof_used", "not_found");
        return answer;
    }

    private static Map<String, Object> with(Map<String, Object> body, String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(body);
        more.put(name, value);
        return more;
    }

    private Map<String, Object> signed(String route, String id, Map<String, Object> body)
            throws IOException {
        ApiStage.Answer options = post(route + "/proof-options", id, body);
        assertThat(options.status()).as(options.text()).isEqualTo(200);
        try {
            return JsonTree.object(passkey.get(options.text()));
        } catch (JsonTree.MalformedException e) {
            throw new IOException(e);
        }
    }

    void run() throws IOException {
        agents();
        grants();
        requests();
        stop();
    }

    private void agents() throws IOException {
        assertThat(post("/api/v1/agents", "", Map.of("name", "gr_like")).status()).isEqualTo(400);
        assertThat(post("/api/v1/agents", "", Map.of("name", "cleaner")).status()).isEqualTo(201);
        assertThat(post("/api/v1/agents", "", Map.of("name", "cleaner")).status()).isEqualTo(409);
        Map<String, Object> why = Map.of("reason", "enough");
        assertThat(post("/api/v1/agents/{name}/disable", "cleaner", why).status()).isEqualTo(200);
        assertThat(get("/api/v1/agents").text()).contains("enough");
        assertThat(proven("/api/v1/agents/{name}/enable", "cleaner", Map.of(), Map.of()).status())
                .isEqualTo(200);
    }

    private static Map<String, Object> order() {
        return Map.of(
                "agent",
                "other",
                "database",
                "shop",
                "task",
                "clean up",
                "justification",
                "ticket 17",
                "tables",
                List.of("public.*"),
                "operations",
                List.of("select"));
    }

    private void grants() throws IOException {
        Map<String, Object> wider = with(order(), "tables", List.of("shop.*"));
        ApiStage.Answer issued = proven("/api/v1/grants", "", order(), wider);
        assertThat(issued.status()).isEqualTo(201);
        String id = String.valueOf(issued.json().get("user"));
        assertThat(get("/api/v1/grants").text())
                .contains(id)
                .doesNotContain(String.valueOf(issued.json().get("password")));
        assertThat(
                        calls.call("GET /api/v1/grants/{id}", "/api/v1/grants/" + id, viewer, null)
                                .status())
                .isEqualTo(200);
        Map<String, Object> longer = Map.of("ttlSeconds", 7_200);
        Map<String, Object> longest = Map.of("ttlSeconds", 20_000);
        assertThat(proven("/api/v1/grants/{id}/renew", id, longer, longest).status())
                .isEqualTo(200);
        Map<String, Object> why = Map.of("reason", "done");
        assertThat(post("/api/v1/grants/{id}/revoke", id, why).status()).isEqualTo(200);
        assertThat(post("/api/v1/grants/{id}/revoke", id, why).status()).isEqualTo(409);
        assertThat(proven("/api/v1/grants/{id}/renew", id, longer, longer).status()).isEqualTo(409);
    }

    private String asked() throws IOException {
        Map<String, Object> wish = new HashMap<>(order());
        wish.remove("agent");
        ApiStage.Answer asked =
                calls.call("POST /api/v1/agent/requests", "/api/v1/agent/requests", agent, wish);
        assertThat(asked.status()).isEqualTo(201);
        return String.valueOf(asked.json().get("id"));
    }

    private void requests() throws IOException {
        String first = asked();
        String second = asked();
        assertThat(
                        calls.call(
                                        "GET /api/v1/agent/requests/{id}",
                                        "/api/v1/agent/requests/" + first,
                                        agent,
                                        null)
                                .status())
                .isEqualTo(200);
        assertThat(
                        calls.call(
                                        "GET /api/v1/requests/{id}",
                                        "/api/v1/requests/" + first,
                                        viewer,
                                        null)
                                .status())
                .isEqualTo(200);
        // An agent cannot say yes to itself.
        assertThat(
                        calls.call(
                                        "POST /api/v1/requests/{id}/approve",
                                        "/api/v1/requests/" + first + "/approve",
                                        agent,
                                        Map.of())
                                .status())
                .isEqualTo(401);
        assertThat(
                        proven(
                                        "/api/v1/requests/{id}/approve",
                                        first,
                                        Map.of("ttlSeconds", 60),
                                        Map.of("ttlSeconds", 61))
                                .status())
                .isEqualTo(200);
        assertThat(post("/api/v1/requests/{id}/reject", second, Map.of("reason", "no")).status())
                .isEqualTo(200);
        assertThat(get("/api/v1/requests").status()).isEqualTo(200);
    }

    private void stop() throws IOException {
        Map<String, Object> why = Map.of("reason", "alarm");
        assertThat(post("/api/v1/stop", "", why).status()).isEqualTo(200);
        assertThat(get("/api/v1/stops").text()).contains("alarm");
        assertThat(proven("/api/v1/resume", "", Map.of(), Map.of("database", "shop")).status())
                .isEqualTo(200);
    }
}
