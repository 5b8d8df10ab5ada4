package dev.holdfast.server.oidc;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks the provider: bounded in time, in size and in how many ask at once, and nobody but whom was asked
/// answers.
final class BoundedSender implements HTTPRequestSender {
    private static final int AT_ONCE_MAX = 8;
    private static final int BYTES_MAX = 256 << 10;
    private static final Duration CONNECT_TIME = Duration.ofSeconds(5);

    private final Duration answerTime;
    private final Semaphore running = new Semaphore(AT_ONCE_MAX);
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIME)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    /// @param answerTime for a whole answer
    BoundedSender(Duration answerTime) {
        this.answerTime = answerTime;
    }

    /// Gets a JSON document.
    ///
    /// @throws IOException if it does not come, or is refused
    String document(URI uri) throws IOException {
        HTTPResponse answer =
                send(
                        HttpRequest.newBuilder(uri)
                                .header("Accept", "application/json")
                                .GET()
                                .build());
        String body = answer.getBody();
        if (answer.getStatusCode() != HTTPResponse.SC_OK || body == null) {
            throw new IOException("status " + answer.getStatusCode() + " (expected: 200)");
        }
        return body;
    }

    @Override
    public HTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
        String body = request.getBody();
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(request.getURI())
                        .header("Accept", "application/json")
                        .method(
                                request.getMethod().name(),
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        for (Map.Entry<String, List<String>> header : request.getHeaderMap().entrySet()) {
            if (!header.getKey().equalsIgnoreCase("Accept")) {
                header.getValue().forEach(value -> builder.header(header.getKey(), value));
            }
        }
        return send(builder.build());
    }

    private HTTPResponse send(HttpRequest request) throws IOException {
        if (!running.tryAcquire()) {
            throw new IOException("%d requests run already".formatted(AT_ONCE_MAX));
        }
        // The request's own time-out ends with the headers; this one is for the last byte too.
        CompletableFuture<HttpResponse<byte[]>> coming =
                http.sendAsync(
                        request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), BYTES_MAX));
        try {
            HttpResponse<byte[]> come = coming.get(answerTime.toMillis(), TimeUnit.MILLISECONDS);
            HTTPResponse answer = new HTTPResponse(come.statusCode());
            come.headers().firstValue("Content-Type").ifPresent(type -> setType(answer, type));
            answer.setBody(new String(come.body(), StandardCharsets.UTF_8));
            return answer;
        } catch (TimeoutException e) {
            throw new IOException("no whole answer within " + answerTime, e);
        } catch (ExecutionException e) {
            throw new IOException("no answer: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            coming.cancel(true);
            running.release();
        }
    }

    private static void setType(HTTPResponse answer, String type) {
        try {
            answer.setContentType(type);
        } catch (ParseException _) {
            // Without a type it is refused where one is expected.
        }
    }
}
