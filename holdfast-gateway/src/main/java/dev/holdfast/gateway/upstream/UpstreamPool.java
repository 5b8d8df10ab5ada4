package dev.holdfast.gateway.upstream;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewayMetrics.Counter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connections to PostgreSQL, warm where there are some.
///
/// A session needs a connection of exactly its database, role and start-up parameters, on its own
/// event loop. So what sessions have used is reset and kept under that *profile*, and given to the
/// next session that asks for the same; most agents connect again and again in the same way. Reset
/// is DISCARD ALL, which leads every setting back to the start-up parameters. A connection about
/// which there is the least doubt is closed: opening one costs milliseconds.
public final class UpstreamPool implements Upstreams {
    /// More cancellations than this under way for one connection help nobody.
    private static final int CANCELS_IN_FLIGHT_MAX = 4;

    private static final Logger LOGGER = LoggerFactory.getLogger(UpstreamPool.class);

    private final UpstreamConnector connector;
    private final GatewayMetrics metrics;
    private final Map<EventLoop, IdleConnections> idle = new ConcurrentHashMap<>();
    private final Map<EventLoop, LeavingConnections> leaving = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// @param channels makes the channels; must fit the event loops that are asked with
    public UpstreamPool(ChannelFactory<? extends Channel> channels, GatewayMetrics metrics) {
        this.connector = new UpstreamConnector(channels, metrics);
        this.metrics = metrics;
    }

    @Override
    public Future<UpstreamConnection> acquire(EventLoop loop, UpstreamRequest request) {
        if (!usable(request)) {
            return loop.newFailedFuture(
                    new UpstreamException(
                            "database %s: role %s may not be used any more"
                                    .formatted(
                                            request.database().name(), request.credential().role()),
                            UpstreamRefusals.accessEnded()));
        }
        UpstreamConnection warm = idle(loop).take(request);
        if (warm != null) {
            metrics.count(Counter.POOL_HITS);
            return loop.newSucceededFuture(warm);
        }
        metrics.count(Counter.POOL_MISSES);
        Future<UpstreamConnection> opened = connector.connect(loop, request);
        opened.addListener((Future<UpstreamConnection> done) -> {
            if (!done.isSuccess()) {
                metrics.count(Counter.UPSTREAM_FAILURES);
                LOGGER.warn("No connection: {}", done.cause().getMessage());
            }
        });
        return opened;
    }

    @Override
    public void release(UpstreamConnection connection) {
        connection.giveBack();
        Channel channel = connection.channel();
        if (closed || connection.cancelsInFlight() > 0 || !channel.isActive()) {
            // A cancellation under way could hit the next session's statement.
            channel.close();
            return;
        }
        if (connection.request().database().pool().idlePerProfileMax() == 0
                || !usable(connection.request())) {
            UpstreamReset.close(channel);
            return;
        }
        UpstreamReset.reset(connection.next())
                .addListener((Future<UpstreamConnection> done) -> {
                    if (!done.isSuccess()) {
                        metrics.count(Counter.POOL_RESET_FAILURES);
                        LOGGER.warn("Closed a connection: {}", done.cause().getMessage());
                    } else if (closed || !usable(done.getNow().request())) {
                        UpstreamReset.close(channel);
                    } else {
                        idle(channel.eventLoop()).put(done.getNow());
                    }
                });
    }

    @Override
    public void discard(UpstreamConnection connection) {
        connection.giveBack();
        connection.channel().close();
    }

    @Override
    public void abort(UpstreamConnection connection, boolean running) {
        connection.giveBack();
        EventLoop loop = connection.channel().eventLoop();
        // Behind what waits already: where very many sessions end at once, all clients are told
        // before the first of their backends ends, which takes most of the time.
        loop.execute(() -> leaving(loop).add(connection, running));
    }

    @Override
    public Future<@Nullable Void> cancel(UpstreamConnection connection) {
        EventLoop loop = connection.channel().eventLoop();
        if (connection.isGivenBack()
                || !connection.channel().isActive()
                || connection.cancelsInFlight() >= CANCELS_IN_FLIGHT_MAX) {
            return loop.newSucceededFuture(null);
        }
        connection.cancelBegins();
        Future<@Nullable Void> sent = connector.cancel(loop, connection);
        sent.addListener((Future<@Nullable Void> done) -> {
            connection.cancelEnds();
            if (!done.isSuccess()) {
                LOGGER.warn("Could not cancel: {}", done.cause().getMessage());
            }
        });
        return sent;
    }

    /// Closes every connection, in use or not, and whatever is opened or given back from now on.
    ///
    /// @return completes when all are closed
    public Future<Void> close() {
        closed = true;
        return connector.closeAll();
    }

    /// Closes the connections that are kept with a credential which may not be used any more.
    public void closeUnusable() {
        idle.forEach((loop, connections) ->
                loop.execute(() -> connections.close(request -> !usable(request))));
    }

    private static boolean usable(UpstreamRequest request) {
        return request.credential().usable().getAsBoolean();
    }

    private LeavingConnections leaving(EventLoop loop) {
        return leaving.computeIfAbsent(loop, _ -> new LeavingConnections(loop, connector));
    }

    private IdleConnections idle(EventLoop loop) {
        return idle.computeIfAbsent(loop, _ -> new IdleConnections());
    }
}
