package dev.holdfast.server.web;

import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/// The port: taken first, so that the console's URL is known before anything is served; how much a client may
/// send ahead of a handler, and TLS.
final class Listening {
    private static final int REQUEST_HEADER_BYTES_MAX = 8 << 10;
    private static final int BACKLOG = 64;

    private final WebSettings settings;
    private final ServerSocketChannel channel;
    private final @Nullable SSLContext tls;

    private Listening(WebSettings settings, ServerSocketChannel channel, @Nullable SSLContext tls) {
        this.settings = settings;
        this.channel = channel;
        this.tls = tls;
    }

    static Listening prepare(WebSettings settings) throws IOException {
        SSLContext tls = tls(settings);
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(settings.host(), settings.port()), BACKLOG);
            InetSocketAddress taken = (InetSocketAddress) channel.getLocalAddress();
            return new Listening(settings.listening(taken.getPort()), channel, tls);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException(
                    "cannot listen on %s:%d for the console: %s"
                            .formatted(settings.host(), settings.port(), e.getMessage()),
                    e);
        }
    }

    private static @Nullable SSLContext tls(WebSettings settings) throws IOException {
        Path certificate = settings.certificate();
        Path key = settings.key();
        if (certificate == null || key == null) {
            return null;
        }
        try {
            JdkSslContext context =
                    (JdkSslContext)
                            SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                                    .sslProvider(SslProvider.JDK)
                                    .build();
            return context.context();
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "console.certificate and console.key cannot be used: " + e.getMessage(), e);
        }
    }

    /// With the port that was taken.
    WebSettings settings() {
        return settings;
    }

    void configure(JavalinConfig config) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.generateEtags = false;
        // Secrets of ours beside what a caller chose, compressed together, can be guessed from the
        // length.
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.jetty.addConnector(this::connector);
        config.jetty.modifyServer(Listening::answerPlainly);
    }

    private ServerConnector connector(Server server, HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(REQUEST_HEADER_BYTES_MAX);
        http.setIdleTimeout(settings.idleTimeout().toMillis());
        ConnectionFactory[] factories;
        if (tls == null) {
            factories = new ConnectionFactory[] {new HttpConnectionFactory(http)};
        } else {
            // The Host header is checked by the guard, by the name in the configuration.
            http.addCustomizer(new SecureRequestCustomizer(false));
            SslContextFactory.Server secure = new SslContextFactory.Server();
            secure.setSslContext(tls);
            secure.setIncludeProtocols("TLSv1.2", "TLSv1.3");
            factories =
                    new ConnectionFactory[] {
                        new SslConnectionFactory(secure, "http/1.1"),
                        new HttpConnectionFactory(http)
                    };
        }
        ServerConnector connector = new ServerConnector(server, 1, 1, factories);
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        server.addBean(new NetworkConnectionLimit(settings.connectionsMax(), connector));
        try {
            connector.open(channel);
        } catch (IOException e) {
            throw new IllegalStateException("the port is gone", e);
        }
        return connector;
    }

    /// What is not HTTP never reaches a handler; the answer repeats nothing of it.
    private static void answerPlainly(Server server) {
        server.setErrorHandler((_, response, callback) -> {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            response.getHeaders().put("X-Content-Type-Options", "nosniff");
            Content.Sink.write(response, true, "refused\n", callback);
            return true;
        });
    }

    void close() throws IOException {
        channel.close();
    }
}
