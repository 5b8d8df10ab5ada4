package dev.holdfast.gateway.client;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.gateway.ListenerSettings;
import dev.holdfast.gateway.StartupLimits;
import dev.holdfast.gateway.TlsSettings;
import dev.holdfast.gateway.upstream.UpstreamRefusals;
import dev.holdfast.guard.decision.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Takes what a listener accepts: counts it, and sets up its first handlers.
@Sharable
public final class ClientAcceptor extends ChannelInitializer<Channel> {
    /// So many connections over the limit still get to read why they are refused.
    private static final int OVERFLOW = 64;

    private final LoginServices services;
    private final @Nullable ServerTls tls;
    private final TlsSettings.Mode tlsMode;
    private final StartupLimits limits;
    private final FailedLogins failedLogins;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger starting = new AtomicInteger();

    /// @param tls null where TLS is off
    public ClientAcceptor(
            LoginServices services,
            ListenerSettings listener,
            @Nullable ServerTls tls,
            InstantSource clock) {
        this.services = services;
        this.tls = tls;
        this.tlsMode = listener.tls().mode();
        this.limits = listener.limits();
        this.failedLogins =
                new FailedLogins(limits.failuresPerAddress(), limits.failureWindowMillis(), clock);
    }

    @Override
    protected void initChannel(Channel channel) {
        GatewayMetrics metrics = services.metrics();
        metrics.count(Counter.CONNECTIONS_ACCEPTED);
        int count = connections.incrementAndGet();
        int startingCount = starting.incrementAndGet();
        channel.closeFuture()
                .addListener(_ -> {
                    connections.decrementAndGet();
                    metrics.count(Counter.CONNECTIONS_CLOSED);
                });
        channel.pipeline()
                .addLast(
                        "deadline",
                        new LoginDeadline(limits.startupMillis(), starting::decrementAndGet));
        boolean tooMany = count > limits.connectionsMax() || startingCount > limits.startingMax();
        if (count > limits.connectionsMax() + OVERFLOW
                || startingCount > limits.startingMax() + OVERFLOW) {
            metrics.count(Counter.REJECTED_TOO_MANY_CONNECTIONS);
            channel.close();
            return;
        }
        channel.pipeline().addLast("startup", new StartupHandler(this, refusal(channel, tooMany)));
    }

    /// Why this client will not get in whatever it says; null if it may.
    private @Nullable Refusal refusal(Channel channel, boolean tooMany) {
        GatewayMetrics metrics = services.metrics();
        if (services.registry().stopping()) {
            metrics.count(Counter.REJECTED_STOPPING);
            return UpstreamRefusals.stopping();
        }
        if (tooMany) {
            metrics.count(Counter.REJECTED_TOO_MANY_CONNECTIONS);
            return ClientRefusals.tooManyConnections();
        }
        if (failedLogins.tooMany(address(channel))) {
            metrics.count(Counter.REJECTED_ADDRESS);
            return ClientRefusals.tooManyFailures();
        }
        return null;
    }

    void loginFailed(Channel channel) {
        services.metrics().count(Counter.AUTHENTICATION_FAILURES);
        failedLogins.count(address(channel));
    }

    LoginServices services() {
        return services;
    }

    @Nullable ServerTls tls() {
        return tls;
    }

    boolean requiresTls() {
        return tlsMode == TlsSettings.Mode.REQUIRED;
    }

    int startupMillis() {
        return limits.startupMillis();
    }

    private static InetAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                        && remote.getAddress() != null
                ? remote.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
