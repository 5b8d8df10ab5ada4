package dev.holdfast.gateway.transport;

import dev.holdfast.gateway.TransportSettings;
import dev.holdfast.gateway.TransportSettings.Kind;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The event loops, and the kinds of channel that run on them.
///
/// Taken is epoll, then io_uring, then what Java itself has. io_uring needs fewer system calls, but
/// Netty 4.2.18 does not always tell there that a connection was reset: whoever waits for PostgreSQL
/// then waits until a limit of time ends it (`KillFaultIT` with `-Dholdfast.transport=io-uring`). Who
/// wants it names it. Whether one works is found out by using it: containers and kernels forbid
/// io_uring in ways that no version number shows.
///
/// @param kind never AUTO
/// @param loops one thread each
public record Transport(
        Kind kind,
        EventLoopGroup loops,
        ChannelFactory<? extends ServerChannel> serverChannels,
        ChannelFactory<? extends Channel> channels) {
    /// Time for channels that are being closed to say so on their loop.
    private static final int QUIET_MILLIS = 50;

    private static final Logger LOGGER = LoggerFactory.getLogger(Transport.class);

    /// Starts the event loops.
    ///
    /// @throws IllegalStateException if the wanted interface does not work here
    public static Transport start(TransportSettings settings) {
        List<Kind> wanted =
                settings.kind() == Kind.AUTO
                        ? List.of(Kind.EPOLL, Kind.IO_URING, Kind.NIO)
                        : List.of(settings.kind());
        for (Kind kind : wanted) {
            Transport transport = tryStart(kind, settings.eventLoops());
            if (transport != null) {
                LOGGER.info("Transport: {}, {} event loop(s)", kind, settings.eventLoops());
                return transport;
            }
        }
        throw new IllegalStateException(
                "transport: %s does not work here (expected: AUTO)".formatted(settings.kind()));
    }

    /// Stops the loops; what still runs on them has a second to end.
    public void stop() {
        loops.shutdownGracefully(QUIET_MILLIS, 1_000, TimeUnit.MILLISECONDS);
    }

    private static @Nullable Transport tryStart(Kind kind, int eventLoops) {
        Throwable unavailable =
                switch (kind) {
                    case AUTO -> throw new IllegalArgumentException("kind: AUTO (expected: one)");
                    case IO_URING -> IoUring.unavailabilityCause();
                    case EPOLL -> Epoll.unavailabilityCause();
                    case NIO -> null;
                };
        if (unavailable != null) {
            LOGGER.info("Transport {} is not available: {}", kind, unavailable.toString());
            return null;
        }
        EventLoopGroup loops = null;
        try {
            loops =
                    new MultiThreadIoEventLoopGroup(
                            eventLoops, new DefaultThreadFactory("gateway"), handlers(kind));
            Transport transport = new Transport(kind, loops, serverChannels(kind), channels(kind));
            transport.prove();
            return transport;
        } catch (RuntimeException | LinkageError e) {
            LOGGER.info("Transport {} does not work: {}", kind, e.toString());
            if (loops != null) {
                loops.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            }
            return null;
        }
    }

    /// Registers one channel on one loop, which is what fails where the kernel says no.
    private void prove() {
        Channel channel = channels.newChannel();
        loops.next().register(channel).syncUninterruptibly();
        channel.close().syncUninterruptibly();
    }

    private static IoHandlerFactory handlers(Kind kind) {
        return switch (kind) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case AUTO, NIO -> NioIoHandler.newFactory();
        };
    }

    private static ChannelFactory<? extends ServerChannel> serverChannels(Kind kind) {
        return switch (kind) {
            case IO_URING -> IoUringServerSocketChannel::new;
            case EPOLL -> EpollServerSocketChannel::new;
            case AUTO, NIO -> NioServerSocketChannel::new;
        };
    }

    private static ChannelFactory<? extends Channel> channels(Kind kind) {
        return switch (kind) {
            case IO_URING -> IoUringSocketChannel::new;
            case EPOLL -> EpollSocketChannel::new;
            case AUTO, NIO -> NioSocketChannel::new;
        };
    }
}
