package dev.holdfast.server.cli;

import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Talks to a gateway that runs, through its interface for programs. A session's token goes to the gateway that
/// gave it and nowhere else, and over plain HTTP only within this machine.
final class GatewayClient implements AutoCloseable {
    private static final Duration CONNECT_TIME = Duration.ofSeconds(10);

    /// Putting back a large transaction takes its time.
    private static final Duration ANSWER_TIME = Duration.ofHours(1);

    private static final int ANSWER_BYTES_MAX = 64 << 20;
    private static final String URL = "HOLDFAST_URL";
    private static final String DEFAULT_URL = "http://localhost:6490";

    private final String url;
    private final @Nullable String token;
    private final HttpClient http;

    private GatewayClient(String url, @Nullable String token, HttpClient http) {
        this.url = url;
        this.token = token;
        this.http = http;
    }

    /// For someone who has logged in.
    ///
    /// @param given `--url`; null for `HOLDFAST_URL`, else for the gateway of the last log-in
    /// @throws IOException if nobody has logged in there
    static GatewayClient signedIn(@Nullable String given, Map<String, String> environment)
            throws IOException {
        SessionFile.Kept kept = SessionFile.of(environment).read();
        String named = given == null ? environment.get(URL) : given;
        if (kept == null || (named != null && !checked(named).equals(kept.url()))) {
            throw new GatewayException(
                    401,
                    "not_signed_in",
                    "nobody has logged in to " + (named == null ? "a gateway" : checked(named)),
                    "Run: holdfast login --user NAME"
                            + (named == null ? "" : " --url " + checked(named)));
        }
        return new GatewayClient(kept.url(), kept.token(), http(kept.url(), kept.authority()));
    }

    /// For someone who is about to log in.
    ///
    /// @param authority the certificate authority's file; empty for the ones that Java knows
    static GatewayClient open(
            @Nullable String given, String authority, Map<String, String> environment)
            throws IOException {
        String url = checked(given == null ? environment.getOrDefault(URL, DEFAULT_URL) : given);
        return new GatewayClient(url, null, http(url, authority));
    }

    /// @throws IOException if a secret must not be sent there
    private static String checked(String url) throws IOException {
        URI uri;
        try {
            uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        } catch (IllegalArgumentException e) {
            throw new IOException("--url: not a URL (expected: https://HOST[:PORT])", e);
        }
        String host = uri.getHost();
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (host == null
                || uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null
                || !String.valueOf(uri.getRawPath()).isEmpty()
                || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new IOException("--url: " + url + " (expected: https://HOST[:PORT], no more)");
        }
        if (scheme.equals("http") && !loopback(host)) {
            throw new IOException(
                    "--url: %s would carry a session's secret in clear to another machine (expected: https)"
                            .formatted(url));
        }
        return uri.toString();
    }

    private static boolean loopback(String host) {
        return host.equals("localhost")
                || host.equals("[::1]")
                || host.matches("127(?:\\.[0-9]{1,3}){3}");
    }

    private static HttpClient http(String url, String authority) throws IOException {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_TIME)
                        // A token that is sent along with a redirect is somebody else's.
                        .followRedirects(HttpClient.Redirect.NEVER);
        if (!authority.isEmpty() && url.startsWith("https:")) {
            builder.sslContext(trusting(Path.of(authority)));
        }
        return builder.build();
    }

    private static SSLContext trusting(Path authority) throws IOException {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + count++, each);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(authority + ": not certificates in PEM", e);
        }
    }

    /// Asks.
    ///
    /// @param path from `/api/` on; its segments encoded by [#segment]
    /// @param query parameters; those that are empty are left out
    Map<String, Object> get(String path, Map<String, String> query) throws IOException {
        StringBuilder whole = new StringBuilder(path);
        query.forEach((name, value) -> {
            if (!value.isEmpty()) {
                whole.append(whole.indexOf("?") < 0 ? '?' : '&')
                        .append(encoded(name))
                        .append('=')
                        .append(encoded(value));
            }
        });
        return send(request(whole.toString()).GET());
    }

    /// Has something done.
    ///
    /// @param body maps, lists, texts, numbers and booleans
    Map<String, Object> post(String path, Map<String, Object> body) throws IOException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        JsonText.indented(body), StandardCharsets.UTF_8)));
    }

    /// Has something removed.
    Map<String, Object> delete(String path) throws IOException {
        return send(request(path).DELETE());
    }

    /// What a person typed, as one segment of a path.
    static String segment(String text) throws IOException {
        if (text.isEmpty() || !text.matches("[A-Za-z0-9._@+:-]{1,200}") || text.matches("\\.+")) {
            throw new IOException("not an id or a name: " + text.length() + " characters");
        }
        return encoded(text);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER_TIME);
        if (token != null) {
            builder.header("Authorization", "Bearer " + token);
        }
        return builder;
    }

    private Map<String, Object> send(HttpRequest.Builder request) throws IOException {
        HttpResponse<InputStream> response;
        byte[] bytes;
        try {
            response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                bytes = in.readNBytes(ANSWER_BYTES_MAX + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (IOException e) {
            throw new IOException(
                    "%s does not answer: %s; is the gateway running, with a console: in its configuration?"
                            .formatted(url, reason(e)),
                    e);
        }
        if (bytes.length > ANSWER_BYTES_MAX) {
            throw new IOException("the answer is longer than 64 MiB; ask for less");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (response.statusCode() == 204) {
            return Map.of();
        }
        Map<String, Object> answer;
        try {
            answer = JsonTree.object(text);
        } catch (JsonTree.MalformedException _) {
            throw new GatewayException(
                    response.statusCode(),
                    "",
                    "%s answered %d, and not as a gateway does"
                            .formatted(url, response.statusCode()),
                    "Check the address: it is the console's (console.url).");
        }
        if (response.statusCode() >= 300) {
            throw refusal(response.statusCode(), answer);
        }
        return answer;
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static GatewayException refusal(int status, Map<String, Object> answer) {
        Map<?, ?> error = answer.get("error") instanceof Map<?, ?> map ? map : Map.of();
        return new GatewayException(
                status,
                String.valueOf(error.get("code")),
                Lines.oneLine(String.valueOf(error.get("message"))),
                error.get("hint") instanceof String hint ? Lines.oneLine(hint) : "");
    }

    String url() {
        return url;
    }

    @Override
    public void close() {
        http.close();
    }
}
