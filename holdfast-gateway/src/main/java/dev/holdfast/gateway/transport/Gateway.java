package dev.holdfast.gateway.transport;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewaySettings;
import dev.holdfast.gateway.ListenerSettings;
import dev.holdfast.gateway.TransportSettings;
import dev.holdfast.gateway.client.AgentDirectory;
import dev.holdfast.gateway.client.ClientAcceptor;
import dev.holdfast.gateway.client.LoginServices;
import dev.holdfast.gateway.client.ServerTls;
import dev.holdfast.gateway.client.SettingJudge;
import dev.holdfast.gateway.session.SessionFactory;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.gateway.upstream.UpstreamPool;
import dev.holdfast.gateway.upstream.UpstreamRefusals;
import dev.holdfast.gateway.upstream.Upstreams;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The data plane, running: listeners, event loops, connections to PostgreSQL.
public final class Gateway {
    private static final Logger LOGGER = LoggerFactory.getLogger(Gateway.class);
    private static final int BACKLOG = 1_024;

    /// Time for channels and loops to end when nothing uses them any more, milliseconds.
    private static final long END_MILLIS = 5_000;

    private static final Duration CERTIFICATE_LOOK = Duration.ofSeconds(10);

    private final GatewaySettings settings;
    private final SessionRegistry registry = new SessionRegistry(InstantSource.system());
    private final Transport transport;
    private final UpstreamPool upstreams;
    private final List<Channel> listeners = new ArrayList<>();
    private final List<ServerTls> certificates = new ArrayList<>();
    private @Nullable Thread certificateWatch;
    private @Nullable CompletableFuture<@Nullable Void> stopped;

    private Gateway(GatewaySettings settings, GatewayMetrics metrics) {
        this.settings = settings;
        this.transport = Transport.start(settings.transport());
        this.upstreams = new UpstreamPool(transport.channels(), metrics);
    }

    /// Starts everything; clients are accepted when this returns.
    ///
    /// @param settingJudge which settings a client may start its session with
    /// @param sessions makes what takes over when a client has logged in
    /// @throws IOException if a listener cannot listen, or a certificate cannot be used; then nothing
    ///     runs
    public static Gateway start(
            GatewaySettings settings,
            SettingJudge settingJudge,
            GatewayMetrics metrics,
            BiFunction<Upstreams, SessionRegistry, SessionFactory> sessions)
            throws IOException {
        return start(
                settings, AgentDirectory.of(settings.agents()), settingJudge, metrics, sessions);
    }

    /// Starts everything with agents that may change meanwhile; clients are accepted when this returns.
    ///
    /// @param agents who may log in, besides what the settings say: these stand for the usual agent
    ///     only, after whom those who do not exist are modelled
    /// @param settingJudge which settings a client may start its session with
    /// @param sessions makes what takes over when a client has logged in
    /// @throws IOException if a listener cannot listen, or a certificate cannot be used; then nothing
    ///     runs
    public static Gateway start(
            GatewaySettings settings,
            AgentDirectory agents,
            SettingJudge settingJudge,
            GatewayMetrics metrics,
            BiFunction<Upstreams, SessionRegistry, SessionFactory> sessions)
            throws IOException {
        Gateway gateway = new Gateway(settings, metrics);
        boolean started = false;
        try {
            LoginServices services =
                    LoginServices.of(
                            settings,
                            agents,
                            settingJudge,
                            gateway.upstreams,
                            sessions.apply(gateway.upstreams, gateway.registry),
                            gateway.registry,
                            metrics);
            for (ListenerSettings listener : settings.listeners()) {
                gateway.listen(listener, services);
            }
            gateway.watchCertificates();
            started = true;
            return gateway;
        } finally {
            if (!started) {
                gateway.listeners.forEach(Channel::close);
                gateway.transport.stop();
            }
        }
    }

    /// Where clients are accepted, in the order of the settings, with the ports really taken.
    public List<InetSocketAddress> addresses() {
        return listeners.stream()
                .map(Channel::localAddress)
                .map(InetSocketAddress.class::cast)
                .toList();
    }

    public SessionRegistry registry() {
        return registry;
    }

    /// Closes the idle connections to PostgreSQL whose credential may not be used any more.
    public void closeUnusableConnections() {
        upstreams.closeUnusable();
    }

    /// What moves the bytes; never AUTO.
    public TransportSettings.Kind transport() {
        return transport.kind();
    }

    /// Accepts nobody any more, ends idle sessions, lets busy ones go on for a while, and then ends
    /// everything. Further calls return the same.
    ///
    /// @return completes when nothing runs any more
    public synchronized CompletableFuture<@Nullable Void> stop() {
        if (stopped == null) {
            listeners.forEach(Channel::close);
            if (certificateWatch != null) {
                certificateWatch.interrupt();
            }
            stopped =
                    registry.drain(
                                    Duration.ofMillis(settings.drainMillis()),
                                    UpstreamRefusals.stopping())
                            .thenCompose(_ -> end());
        }
        return stopped;
    }

    private CompletableFuture<@Nullable Void> end() {
        CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
        transport.loops().terminationFuture().addListener(_ -> ended.complete(null));
        // Only then: io_uring's loops wait for ever for a channel that is still open when they end.
        upstreams.close().addListener(_ -> transport.stop());
        return ended.completeOnTimeout(null, END_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void listen(ListenerSettings listener, LoginServices services) throws IOException {
        ServerTls tls = ServerTls.of(listener.tls());
        if (tls != null) {
            certificates.add(tls);
        }
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(transport.loops())
                        .channelFactory(transport.serverChannels())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childHandler(
                                new ClientAcceptor(services, listener, tls, InstantSource.system()))
                        .bind(listener.host(), listener.port())
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on %s:%d: %s"
                            .formatted(listener.host(), listener.port(), bound.cause()),
                    bound.cause());
        }
        listeners.add(bound.channel());
        LOGGER.info(
                "Listening on {}, TLS {}", bound.channel().localAddress(), listener.tls().mode());
    }

    private void watchCertificates() {
        if (certificates.isEmpty()) {
            return;
        }
        certificateWatch =
                Thread.ofVirtual()
                        .name("certificates")
                        .start(() -> {
                            try {
                                while (true) {
                                    Thread.sleep(CERTIFICATE_LOOK);
                                    certificates.forEach(ServerTls::reloadIfChanged);
                                }
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }
}
