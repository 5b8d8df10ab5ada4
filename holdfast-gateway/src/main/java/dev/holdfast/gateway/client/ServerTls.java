package dev.holdfast.gateway.client;

import dev.holdfast.gateway.TlsSettings;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TLS towards clients: the certificate in use, and the look at whether a newer one lies there.
public final class ServerTls {
    /// The name under which PostgreSQL's protocol is registered for ALPN.
    static final String APPLICATION_PROTOCOL = "postgresql";

    private static final Logger LOGGER = LoggerFactory.getLogger(ServerTls.class);

    private final Path certificateChain;
    private final Path privateKey;
    private volatile Loaded loaded;

    private record Loaded(SslContext context, List<Object> stamps) {}

    private ServerTls(Path certificateChain, Path privateKey) throws IOException {
        this.certificateChain = certificateChain;
        this.privateKey = privateKey;
        this.loaded = load();
    }

    /// Reads certificate and key.
    ///
    /// @return null where TLS is off
    /// @throws IOException if the files cannot be read or do not fit together
    public static @Nullable ServerTls of(TlsSettings settings) throws IOException {
        Path certificateChain = settings.certificateChain();
        Path privateKey = settings.privateKey();
        return certificateChain == null || privateKey == null
                ? null
                : new ServerTls(certificateChain, privateKey);
    }

    SslContext context() {
        return loaded.context;
    }

    /// Takes the files again if they have changed. If they cannot be used, what was read before stays
    /// in use and the log says so. Reads files: not for an event loop.
    public void reloadIfChanged() {
        try {
            if (!stamps().equals(loaded.stamps)) {
                loaded = load();
                LOGGER.info("Took the changed certificate {}", certificateChain);
            }
        } catch (IOException e) {
            LOGGER.warn("Kept the former certificate: {}", e.getMessage());
        }
    }

    private Loaded load() throws IOException {
        List<Object> stamps = stamps();
        try {
            SslContext context =
                    SslContextBuilder.forServer(certificateChain.toFile(), privateKey.toFile())
                            .protocols("TLSv1.3", "TLSv1.2")
                            .applicationProtocolConfig(
                                    new ApplicationProtocolConfig(
                                            ApplicationProtocolConfig.Protocol.ALPN,
                                            ApplicationProtocolConfig.SelectorFailureBehavior
                                                    .FATAL_ALERT,
                                            ApplicationProtocolConfig
                                                    .SelectedListenerFailureBehavior.ACCEPT,
                                            APPLICATION_PROTOCOL))
                            .build();
            return new Loaded(context, stamps);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "certificate %s or key %s: cannot be used: %s"
                            .formatted(certificateChain, privateKey, e.getMessage()),
                    e);
        }
    }

    private List<Object> stamps() throws IOException {
        return List.of(
                Files.getLastModifiedTime(certificateChain),
                Files.size(certificateChain),
                Files.getLastModifiedTime(privateKey),
                Files.size(privateKey));
    }
}
