package dev.holdfast.server.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Waits on a port of this machine's loopback address for the answer that a browser brings (RFC 8252, 7.3). Every
/// program and every page on this machine can call it, so it takes nothing but an answer to its own question,
/// which only the gateway and the browser know besides.
final class LoopbackAnswer implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int THREADS = 4;
    private static final int WAITING_MAX = 16;
    private static final Pattern QUERY =
            Pattern.compile("(?:refused=1|code=([A-Z2-7-]{1,60}))&for=([A-Za-z0-9_-]{43})");

    private final HttpServer server;
    private final ThreadPoolExecutor executor;
    private final String challenge;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    /// What the person said.
    ///
    /// @param code empty where they refused
    private record Answer(String code) {}

    /// Listens.
    ///
    /// @param challenge what was asked with
    /// @throws IOException if no port can be had
    LoopbackAnswer(String challenge) throws IOException {
        this.challenge = challenge;
        server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.ofLiteral(HOST), 0), WAITING_MAX);
        executor =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(WAITING_MAX),
                        Thread.ofPlatform().daemon().name("holdfast-login-", 1).factory());
        server.setExecutor(executor);
        server.createContext("/", this::take);
        server.start();
    }

    /// Where it listens.
    int port() {
        return server.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
        Answer given = given(exchange);
        try (exchange) {
            byte[] page = page(given).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.getResponseHeaders()
                    .set(
                            "Content-Security-Policy",
                            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
            exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("Connection", "close");
            if (!exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(given == null ? 404 : 200, page.length);
            exchange.getResponseBody().write(page);
        }
        // After the browser has its page, for this ends the server.
        if (given != null) {
            answer.complete(given);
        }
    }

    /// Null where it is not for this question.
    private @Nullable Answer given(HttpExchange exchange) {
        List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        String query = exchange.getRequestURI().getRawQuery();
        if (!exchange.getRequestMethod().equals("GET")
                // Not by a name that somebody made point here.
                || !hosts.equals(List.of(HOST + ":" + port()))
                || !Objects.equals(exchange.getRequestURI().getRawPath(), "/")
                || query == null) {
            return null;
        }
        Matcher matcher = QUERY.matcher(query);
        if (!matcher.matches() || !challenge.equals(matcher.group(2))) {
            return null;
        }
        return new Answer(matcher.group(1) == null ? "" : matcher.group(1));
    }

    private static String page(@Nullable Answer given) {
        if (given == null) {
            return page("There is nothing here", "A command line waits here for something else.");
        }
        return given.code.isEmpty()
                ? page("Refused", "The command line gets nothing. This page can be closed.")
                : page(
                        "The command line has its answer",
                        "Look at your terminal. This page can be closed.");
    }

    private static String page(String title, String text) {
        return """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>%s – Holdfast</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 12vh auto; max-width: 27rem; padding: 0 1rem; }
        h1 { font-size: 1.6rem; line-height: 1.2; }</style></head>
        <body><main><h1>%s</h1><p>%s</p></main></body></html>
        """
                .formatted(title, title, text);
    }

    /// Waits for the code.
    ///
    /// @throws IOException if the person refused, or said nothing for so long
    String await(Duration longest) throws IOException {
        Answer given;
        try {
            given = answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    "nobody confirmed within %d minutes; run it again, with --paste where the browser is on"
                                    .formatted(longest.toMinutes())
                            + " another machine",
                    e);
        } catch (ExecutionException e) {
            throw new IOException("the answer cannot be taken", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (given.code.isEmpty()) {
            throw new GatewayException(
                    403, "login_refused", "it was refused in the browser; nobody is signed in", "");
        }
        return given.code;
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
