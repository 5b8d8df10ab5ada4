package dev.holdfast.gateway.upstream;

import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.pgwire.FrontendMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections of one event loop whose sessions have ended, until they are closed. Used only on that loop.
///
/// What they run is cancelled: a few of one role by a CancelRequest each, one after the other, more than that by
/// one statement of their role's, because each CancelRequest costs PostgreSQL a process. Then they are closed a few
/// at a time. The end of a backend takes milliseconds of a processor, and where hundreds end at once nothing else on
/// PostgreSQL's machine gets its turn: neither the cancellation of the others, nor the gateway that has to tell
/// their clients.
final class LeavingConnections {
    /// So many of one role are cancelled by a CancelRequest each. A log-in costs PostgreSQL a few times as much.
    private static final int ALONE_MAX = 8;

    /// CancelRequests that are under way at a time, of one event loop.
    private static final int REQUESTS_MAX = 2;

    /// Connections that are closed at a time, of one event loop.
    private static final int CLOSING_MAX = 8;

    /// How long is waited for a statement to cancel what is to be closed.
    private static final int CANCEL_MILLIS_MAX = 250;

    /// After which a connection is closed whatever became of the others. What was sent in advance and not
    /// cancelled runs on until then.
    private static final int MILLIS_MAX = 700;

    private static final Logger LOGGER = LoggerFactory.getLogger(LeavingConnections.class);

    private final EventLoop loop;
    private final UpstreamConnector connector;
    private List<UpstreamConnection> running = new ArrayList<>();
    private final Deque<UpstreamConnection> toCancel = new ArrayDeque<>();
    private int requests;
    private final Deque<Channel> toClose = new ArrayDeque<>();
    private int closing;

    LeavingConnections(EventLoop loop, UpstreamConnector connector) {
        this.loop = loop;
        this.connector = connector;
    }

    /// Takes a connection that no handler listens to any more.
    ///
    /// @param runs whether there is something to be cancelled
    void add(UpstreamConnection connection, boolean runs) {
        Channel channel = connection.channel();
        ScheduledFuture<?> deadline =
                loop.schedule(() -> channel.close(), MILLIS_MAX, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(_ -> deadline.cancel(false));
        // A backend that cannot get rid of its rows does not notice that it is cancelled.
        listenNoMore(channel);
        if (!runs) {
            close(channel);
            return;
        }
        running.add(connection);
        if (running.size() == 1) {
            // Behind those that end in the same moment.
            loop.execute(this::cancelRunning);
        }
    }

    private void cancelRunning() {
        List<UpstreamConnection> all = running;
        running = new ArrayList<>();
        for (List<UpstreamConnection> alike :
                all.stream().collect(Collectors.groupingBy(Whose::of)).values()) {
            if (alike.size() > ALONE_MAX) {
                cancelTogether(alike);
            } else {
                toCancel.addAll(alike);
            }
        }
        cancelNext();
    }

    private void cancelNext() {
        while (requests < REQUESTS_MAX) {
            UpstreamConnection connection = toCancel.poll();
            if (connection == null) {
                return;
            }
            if (connection.channel().isActive()) {
                requests++;
                connector.cancel(loop, connection).addListener(done -> cancelled(connection, done));
            }
        }
    }

    private void cancelled(UpstreamConnection connection, Future<?> done) {
        requests--;
        if (!done.isSuccess()) {
            LOGGER.warn("Could not cancel: {}", done.cause().getMessage());
        }
        close(connection.channel());
        cancelNext();
    }

    /// Whose backends may be cancelled by one statement: PostgreSQL lets a role cancel its own.
    private record Whose(DatabaseSettings database, String role) {
        private static Whose of(UpstreamConnection connection) {
            return new Whose(connection.request().database(), connection.role());
        }
    }

    private void cancelTogether(List<UpstreamConnection> all) {
        Promise<@Nullable Void> cancelled = loop.newPromise();
        cancelled.addListener(_ -> all.forEach(each -> close(each.channel())));
        loop.schedule(() -> cancelled.trySuccess(null), CANCEL_MILLIS_MAX, TimeUnit.MILLISECONDS);
        UpstreamRequest first = all.getFirst().request();
        connector
                .connect(loop, new UpstreamRequest(first.database(), first.credential(), Map.of()))
                .addListener((Future<UpstreamConnection> login) -> {
                    if (login.isSuccess()) {
                        Channel channel = login.getNow().channel();
                        loop.schedule(() -> channel.close(), MILLIS_MAX, TimeUnit.MILLISECONDS);
                        listenNoMore(channel);
                        channel.writeAndFlush(cancellation(channel, all));
                        // PostgreSQL hangs up when it has done it.
                        channel.closeFuture().addListener(_ -> cancelled.trySuccess(null));
                    } else {
                        // A role that was locked meanwhile: what it runs was cancelled by whoever
                        // locked it. Else the backends notice by themselves that nobody is there.
                        LOGGER.debug("Could not cancel together: {}", login.cause().getMessage());
                        cancelled.trySuccess(null);
                    }
                });
    }

    private static ByteBuf cancellation(Channel channel, List<UpstreamConnection> all) {
        String processes =
                all.stream()
                        .filter(each -> each.channel().isActive())
                        .map(each -> Integer.toString(each.processId()))
                        .collect(Collectors.joining(","));
        ByteBuf out = channel.alloc().buffer();
        new FrontendMessage.Query(
                        "SELECT pg_catalog.pg_cancel_backend(process) FROM"
                                + " pg_catalog.unnest('{%s}'::pg_catalog.int4[]) process"
                                        .formatted(processes))
                .encode(out);
        new FrontendMessage.Terminate().encode(out);
        return out;
    }

    private void close(Channel channel) {
        toClose.add(channel);
        closeNext();
    }

    private void closeNext() {
        while (closing < CLOSING_MAX) {
            Channel channel = toClose.poll();
            if (channel == null) {
                return;
            }
            if (channel.isActive()) {
                closing++;
                channel.closeFuture()
                        .addListener(_ -> {
                            closing--;
                            closeNext();
                        });
                hangUp(channel);
            }
        }
    }

    /// Closes one half: PostgreSQL closes the other when the backend has ended.
    private static void hangUp(Channel channel) {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        } else {
            channel.close();
        }
    }

    private static void listenNoMore(Channel channel) {
        channel.pipeline().addLast("leaving", new Unheard());
        channel.config().setAutoRead(true);
    }

    /// What PostgreSQL says to one who has left.
    private static final class Unheard extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
