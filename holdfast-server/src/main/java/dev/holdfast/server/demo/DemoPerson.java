package dev.holdfast.server.demo;

import dev.holdfast.testkit.SoftwarePasskey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/// The reviewer of the demo, with a passkey in software: does through the interface for programs what a
/// person does in the console.
final class DemoPerson implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final Duration ANSWER_TIME = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;
    private final SoftwarePasskey passkey;
    private String token = "";

    /// @param url the console's
    DemoPerson(String url) {
        this.url = url;
        this.passkey = new SoftwarePasskey(url, URI.create(url).getHost(), new SecureRandom());
    }

    /// Enrols with an invite, and signs in.
    ///
    /// @param inviteToken what the invite's address ends with
    void enrol(String inviteToken, String password) throws IOException, InterruptedException {
        JsonNode offered = post("/api/v1/enrol/open", Map.of("invite", inviteToken));
        post(
                "/api/v1/enrol",
                Map.of(
                        "invite",
                        inviteToken,
                        "password",
                        password,
                        "registration",
                        JSON.readTree(passkey.create(offered.get("publicKey").toString()))));
        JsonNode options = post("/api/v1/login/passkey/options", Map.of());
        JsonNode session = post("/api/v1/login/passkey", Map.of("assertion", signed(options)));
        token = session.get("token").asString();
    }

    private JsonNode signed(JsonNode options) {
        return JSON.readTree(passkey.get(options.get("publicKey").toString()));
    }

    /// The id of the only approval that waits; empty where none does.
    String waiting() throws IOException, InterruptedException {
        JsonNode waiting = get("/api/v1/approvals?state=pending").get("approvals");
        return waiting.isEmpty() ? "" : waiting.get(0).get("id").asString();
    }

    /// What an approval shows to those who decide.
    JsonNode approval(String id) throws IOException, InterruptedException {
        return get("/api/v1/approvals/" + id);
    }

    /// Approves, with the phrase and the passkey.
    void approve(String id) throws IOException, InterruptedException {
        JsonNode challenge = post("/api/v1/approvals/" + id + "/challenge", Map.of());
        Map<String, Object> word = new LinkedHashMap<>();
        word.put("digest", challenge.get("digest"));
        word.put("phrase", challenge.get("phrase"));
        word.put("assertion", signed(challenge));
        post("/api/v1/approvals/" + id + "/approve", word);
    }

    /// Ends every session of an agent.
    ///
    /// @return how many there were
    int endSessions(String agent) throws IOException, InterruptedException {
        JsonNode sessions = get("/api/v1/sessions?agent=" + agent).get("sessions");
        for (JsonNode session : sessions) {
            send(request("/api/v1/sessions/" + session.get("id").asLong()).DELETE());
        }
        return sessions.size();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private JsonNode post(String path, Map<String, ?> body)
            throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(JSON.writeValueAsString(body))));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER_TIME);
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.uri().getPath() + ": " + answer.body());
        }
        return JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }

    @Override
    public void close() {
        http.close();
    }
}
