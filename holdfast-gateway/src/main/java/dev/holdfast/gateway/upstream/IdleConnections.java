package dev.holdfast.gateway.upstream;

import dev.holdfast.gateway.PoolSettings;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The idle connections of one event loop, by profile. Used only on that loop.
final class IdleConnections {
    private static final String WATCH = "idle";

    /// In the order of last use: the first is the longest unused.
    private final Map<UpstreamRequest, Deque<Idle>> profiles = new LinkedHashMap<>(16, 0.75f, true);

    private record Idle(UpstreamConnection connection, ScheduledFuture<?> expiry) {}

    /// Takes out the connection that came in last: it is the least likely to be near its end.
    @Nullable UpstreamConnection take(UpstreamRequest profile) {
        Deque<Idle> all = profiles.get(profile);
        while (all != null && !all.isEmpty()) {
            Idle last = all.removeLast();
            last.expiry.cancel(false);
            Channel channel = last.connection.channel();
            channel.pipeline().remove(WATCH);
            if (channel.isActive()) {
                return last.connection;
            }
        }
        return null;
    }

    void put(UpstreamConnection connection) {
        PoolSettings pool = connection.request().database().pool();
        Channel channel = connection.channel();
        if (!channel.isActive()) {
            return;
        }
        Deque<Idle> all = profiles.computeIfAbsent(connection.request(), _ -> new ArrayDeque<>());
        channel.pipeline().addLast(WATCH, new IdleWatch(connection, () -> forget(connection)));
        ScheduledFuture<?> expiry =
                channel.eventLoop()
                        .schedule(
                                () -> UpstreamReset.close(channel),
                                pool.idleMillisMax(),
                                TimeUnit.MILLISECONDS);
        all.addLast(new Idle(connection, expiry));
        // What is closed is forgotten at once: closing takes its time, and what comes in meanwhile
        // must neither be counted with it nor be answered by closing the same one again.
        if (all.size() > pool.idlePerProfileMax()) {
            close(all.removeFirst());
        }
        if (profiles.size() > pool.profilesMax()) {
            Iterator<Deque<Idle>> longestUnused = profiles.values().iterator();
            Deque<Idle> closed = longestUnused.next();
            longestUnused.remove();
            closed.forEach(IdleConnections::close);
        }
    }

    /// Closes those of every profile that is meant.
    void close(Predicate<UpstreamRequest> which) {
        Iterator<Map.Entry<UpstreamRequest, Deque<Idle>>> all = profiles.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<UpstreamRequest, Deque<Idle>> profile = all.next();
            if (which.test(profile.getKey())) {
                all.remove();
                profile.getValue().forEach(IdleConnections::close);
            }
        }
    }

    /// How many connections are idle.
    int count() {
        return profiles.values().stream().mapToInt(Deque::size).sum();
    }

    private static void close(Idle idle) {
        idle.expiry.cancel(false);
        UpstreamReset.close(idle.connection.channel());
    }

    /// Called when an idle connection is closed, whoever closed it.
    private void forget(UpstreamConnection connection) {
        Deque<Idle> all = profiles.get(connection.request());
        if (all == null) {
            return;
        }
        all.removeIf(each -> {
            boolean found = each.connection == connection;
            if (found) {
                each.expiry.cancel(false);
            }
            return found;
        });
        if (all.isEmpty()) {
            profiles.remove(connection.request());
        }
    }
}
