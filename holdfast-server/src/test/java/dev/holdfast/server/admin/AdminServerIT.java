package dev.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.audit.AuditEntry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerIT {
    private final AtomicBoolean holds = new AtomicBoolean(true);
    private final Metrics metrics = new Metrics();
    private final HttpClient client = HttpClient.newHttpClient();
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        Readiness readiness = new Readiness();
        readiness.require("audit", holds::get);
        server = AdminServer.start("127.0.0.1", 0, readiness, metrics);
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    @Test
    void isAliveWhateverItLacks() throws IOException, InterruptedException {
        holds.set(false);
        assertThat(get("GET", "/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void isReadyOnlyWhileEveryConditionHolds() throws IOException, InterruptedException {
        assertThat(get("GET", "/readyz").statusCode()).isEqualTo(200);
        holds.set(false);
        HttpResponse<String> response = get("GET", "/readyz");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).isEqualTo("FAIL  audit\n");
    }

    @Test
    void countsStatementsByAgentDecisionAndRule() throws IOException, InterruptedException {
        metrics.statement(
                new AuditEntry(
                        0,
                        1,
                        "reporter",
                        "shop",
                        "delete",
                        "deny",
                        "read-only.write",
                        "refused",
                        "42501",
                        -1,
                        90));
        assertThat(get("GET", "/metrics").body())
                .contains(
                        "holdfast_statements_total{agent=\"reporter\",decision=\"deny\","
                                + "outcome=\"refused\",rule=\"read-only.write\"} 1.0")
                .contains("holdfast_statement_duration_seconds_bucket{le=\"2.5E-4\"} 1")
                .contains("jvm_memory_used_bytes");
    }

    @Test
    void answersNothingElse() throws IOException, InterruptedException {
        assertThat(get("GET", "/metrics/x").statusCode()).isEqualTo(404);
        assertThat(get("GET", "/other").statusCode()).isEqualTo(404);
        assertThat(get("POST", "/healthz").statusCode()).isEqualTo(405);
        assertThat(get("HEAD", "/metrics").body()).isEmpty();
    }

    private HttpResponse<String> get(String method, String path)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
