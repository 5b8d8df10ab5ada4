package dev.holdfast.gateway.upstream;

import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.DatabaseSettings.SslMode;
import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.pgwire.SecretKey;
import dev.holdfast.pgwire.StartupPacket;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Opens connections to PostgreSQL, for sessions and for cancellations.
final class UpstreamConnector {
    private final ChannelFactory<? extends Channel> channels;
    private final GatewayMetrics metrics;
    private final UpstreamTls tls = new UpstreamTls();

    /// Every connection that is open, whatever it is used for.
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    UpstreamConnector(ChannelFactory<? extends Channel> channels, GatewayMetrics metrics) {
        this.channels = channels;
        this.metrics = metrics;
    }

    /// Closes every connection, and each that is opened later.
    Future<Void> closeAll() {
        return open.close();
    }

    /// Opens a connection and logs in.
    ///
    /// @return fails with an [UpstreamException]
    Future<UpstreamConnection> connect(EventLoop loop, UpstreamRequest request) {
        Promise<UpstreamConnection> result = loop.newPromise();
        SslMode mode = request.database().sslMode();
        attempt(loop, request, mode != SslMode.DISABLE)
                .addListener((Future<UpstreamConnection> first) -> {
                    if (first.isSuccess()) {
                        result.setSuccess(first.getNow());
                    } else if (mode == SslMode.PREFER && isTlsFailure(first.cause())) {
                        // What "prefer" means, and why it protects from nothing.
                        forward(attempt(loop, request, false), result);
                    } else {
                        result.setFailure(first.cause());
                    }
                });
        return result;
    }

    /// Sends a CancelRequest on a connection of its own.
    ///
    /// @return succeeds when PostgreSQL has closed that connection: it has then sent its signal
    Future<@Nullable Void> cancel(EventLoop loop, UpstreamConnection connection) {
        Promise<@Nullable Void> done = loop.newPromise();
        StartupPacket packet =
                new StartupPacket.CancelRequest(
                        connection.processId(), SecretKey.of(connection.secretKey()));
        DatabaseSettings database = connection.request().database();
        boolean encrypted = connection.channel().pipeline().get(SslHandler.class) != null;
        open(
                loop,
                database,
                () ->
                        new UpstreamEncryption(
                                database,
                                tls,
                                encrypted,
                                new CancelSender(packet, database.connectMillis(), done)),
                done::tryFailure);
        return done;
    }

    private Future<UpstreamConnection> attempt(
            EventLoop loop, UpstreamRequest request, boolean encrypted) {
        Promise<UpstreamConnection> result = loop.newPromise();
        DatabaseSettings database = request.database();
        open(
                loop,
                database,
                () ->
                        new UpstreamEncryption(
                                database, tls, encrypted, new UpstreamLogin(request, result)),
                result::tryFailure);
        return result;
    }

    /// Connects to the first of the host's addresses that answers.
    private void open(
            EventLoop loop,
            DatabaseSettings database,
            Supplier<ChannelHandler> first,
            Consumer<UpstreamException> failed) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(database.host());
        if (literal != null) {
            try {
                tryAddresses(
                        loop, database, first, List.of(InetAddress.getByAddress(literal)), failed);
            } catch (UnknownHostException e) {
                failed.accept(unreachable(database, e));
            }
            return;
        }
        // The resolver of the platform blocks.
        Thread.ofVirtual()
                .name("resolve-upstream")
                .start(() -> {
                    List<InetAddress> addresses;
                    try {
                        addresses = Arrays.asList(InetAddress.getAllByName(database.host()));
                    } catch (UnknownHostException e) {
                        loop.execute(() -> failed.accept(unreachable(database, e)));
                        return;
                    }
                    loop.execute(() -> tryAddresses(loop, database, first, addresses, failed));
                });
    }

    private void tryAddresses(
            EventLoop loop,
            DatabaseSettings database,
            Supplier<ChannelHandler> first,
            List<InetAddress> addresses,
            Consumer<UpstreamException> failed) {
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loop)
                        .channelFactory(channels)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, database.connectMillis())
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_KEEPALIVE, true)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        open.add(channel);
                                        channel.pipeline().addLast(first.get());
                                    }
                                })
                        .connect(new InetSocketAddress(addresses.getFirst(), database.port()));
        connecting.addListener(
                (ChannelFutureListener)
                        done -> {
                            if (done.isSuccess()) {
                                count(done.channel());
                            } else if (addresses.size() > 1) {
                                tryAddresses(
                                        loop,
                                        database,
                                        first,
                                        addresses.subList(1, addresses.size()),
                                        failed);
                            } else {
                                failed.accept(unreachable(database, done.cause()));
                            }
                        });
    }

    private void count(Channel channel) {
        metrics.count(GatewayMetrics.Counter.UPSTREAM_OPENED);
        channel.closeFuture()
                .addListener(_ -> metrics.count(GatewayMetrics.Counter.UPSTREAM_CLOSED));
    }

    private static boolean isTlsFailure(@Nullable Throwable cause) {
        return cause instanceof UpstreamException failure && failure.isTlsFailure();
    }

    private static void forward(Future<UpstreamConnection> from, Promise<UpstreamConnection> to) {
        from.addListener((Future<UpstreamConnection> done) -> {
            if (done.isSuccess()) {
                to.setSuccess(done.getNow());
            } else {
                to.setFailure(done.cause());
            }
        });
    }

    private static UpstreamException unreachable(
            DatabaseSettings database, @Nullable Throwable cause) {
        return new UpstreamException(
                "database %s: cannot connect to %s:%d: %s"
                        .formatted(database.name(), database.host(), database.port(), cause),
                UpstreamRefusals.unreachable());
    }
}
