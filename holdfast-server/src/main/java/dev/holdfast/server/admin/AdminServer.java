package dev.holdfast.server.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The admin port: `/healthz`, `/readyz` and `/metrics`, GET and HEAD only.
///
/// The JDK's own HTTP server with two threads and a short queue: nothing here takes long, and what
/// watches the gateway must not become a way to exhaust it.
public final class AdminServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int WAITING_MAX = 32;
    private static final String PLAIN = "text/plain; charset=utf-8";

    private final HttpServer server;
    private final ThreadPoolExecutor executor;

    private AdminServer(HttpServer server, ThreadPoolExecutor executor) {
        this.server = server;
        this.executor = executor;
    }

    private record Page(int status, String contentType, String text) {}

    private interface PageSource {
        Page page();
    }

    /// Listens.
    ///
    /// @param port 0 takes a free one
    /// @throws IOException if the port is taken
    public static AdminServer start(String host, int port, Readiness readiness, Metrics metrics)
            throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(host, port), WAITING_MAX);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on %s:%d for admin: %s".formatted(host, port, e.getMessage()),
                    e);
        }
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(WAITING_MAX),
                        Thread.ofPlatform().daemon().name("holdfast-admin-", 1).factory());
        server.setExecutor(executor);
        server.createContext("/", exchange -> answer(exchange, "/", AdminServer::overview));
        server.createContext(
                "/healthz",
                exchange -> answer(exchange, "/healthz", () -> new Page(200, PLAIN, "ok\n")));
        server.createContext(
                "/readyz",
                exchange ->
                        answer(
                                exchange,
                                "/readyz",
                                () -> {
                                    Readiness.Answer state = readiness.answer();
                                    return new Page(state.ready() ? 200 : 503, PLAIN, state.text());
                                }));
        server.createContext(
                "/metrics",
                exchange ->
                        answer(
                                exchange,
                                "/metrics",
                                () ->
                                        new Page(
                                                200,
                                                "text/plain; version=0.0.4; charset=utf-8",
                                                metrics.text())));
        server.start();
        return new AdminServer(server, executor);
    }

    private static Page overview() {
        return new Page(200, PLAIN, "/healthz\n/readyz\n/metrics\n");
    }

    private static void answer(HttpExchange exchange, String path, PageSource source)
            throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            Page page;
            if (!exchange.getRequestURI().getPath().equals(path)) {
                page = new Page(404, PLAIN, "not found\n");
            } else if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                page = new Page(405, PLAIN, "GET or HEAD only\n");
            } else {
                page = source.page();
            }
            byte[] body = page.text().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", page.contentType());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            if (method.equals("HEAD")) {
                exchange.sendResponseHeaders(page.status(), -1);
                return;
            }
            exchange.sendResponseHeaders(page.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /// Where it listens, with the port really taken.
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
