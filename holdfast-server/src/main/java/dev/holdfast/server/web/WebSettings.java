package dev.holdfast.server.web;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where the console listens, and how people reach it.
///
/// @param host the address to listen on
/// @param port 0 takes a free one
/// @param url `http(s)://host[:port]`, without a path: what a browser shows. Empty takes `localhost` and
///     the port really taken
/// @param certificate the certificate chain in PEM; null for plain HTTP
/// @param key the private key in PEM; null for plain HTTP
/// @param idleTimeout after how long a silent connection is closed
/// @param connectionsMax how many connections there may be at once
/// @param listenersMax how many streams of events there may be at once
public record WebSettings(
        String host,
        int port,
        String url,
        @Nullable Path certificate,
        @Nullable Path key,
        Duration idleTimeout,
        int connectionsMax,
        int listenersMax) {
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int CONNECTIONS_MAX = 512;
    private static final int LISTENERS_MAX = 128;

    public WebSettings {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("certificate and key: one (expected: both or none)");
        }
        while (url.endsWith("/")) {
            url = url.substring(0, url.length() - 1);
        }
    }

    /// With the limits that a console needs.
    public static WebSettings of(
            String host, int port, String url, @Nullable Path certificate, @Nullable Path key) {
        return new WebSettings(
                host, port, url, certificate, key, IDLE, CONNECTIONS_MAX, LISTENERS_MAX);
    }

    /// The same with the port that was really taken, and hence a URL.
    WebSettings listening(int taken) {
        String reached =
                url.isEmpty()
                        ? "%s://localhost:%d"
                                .formatted(certificate == null ? "http" : "https", taken)
                        : url;
        return new WebSettings(
                host, taken, reached, certificate, key, idleTimeout, connectionsMax, listenersMax);
    }

    /// Whether browsers reach it by https, here or at a proxy in front.
    boolean https() {
        return url.startsWith("https:");
    }

    /// What a browser sends as `Host`.
    String authority() {
        return String.valueOf(URI.create(url).getRawAuthority());
    }

    /// The prefix binds a cookie to this host and to https, whatever its neighbours set.
    String cookieName() {
        return https() ? "__Host-holdfast" : "holdfast";
    }

    /// Of what a browser keeps while it is at another site.
    String carriedCookieName() {
        return cookieName() + "-away";
    }
}
