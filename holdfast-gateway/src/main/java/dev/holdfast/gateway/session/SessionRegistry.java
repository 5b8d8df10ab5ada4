package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Refusal;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Every session that there is: counts them, keeps agents within their limits, ends them.
///
/// A session is admitted when its client has proven its password, attached when it can be asked to
/// end, and gone when its client's channel is closed, whoever closed it. Safe for any thread.
public final class SessionRegistry {
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, Integer> perAgent = new HashMap<>();
    private final CompletableFuture<@Nullable Void> empty = new CompletableFuture<>();
    private @Nullable Refusal stopping;

    /// Counts a session in.
    ///
    /// @param channel the client's; the session counts until it is closed
    /// @param agentSessionsMax how many sessions the agent may have, this one included
    /// @return the session's id, or 0 if the agent has too many sessions or the gateway is stopping
    public synchronized long admit(Channel channel, String agent, int agentSessionsMax) {
        int count = perAgent.getOrDefault(agent, 0);
        if (count >= agentSessionsMax || stopping != null) {
            return 0;
        }
        perAgent.put(agent, count + 1);
        long id = lastId.incrementAndGet();
        entries.put(id, new Entry(channel, agent));
        channel.closeFuture().addListener(_ -> gone(id, agent));
        return id;
    }

    /// Makes an admitted session one that can be asked to end. If the gateway has begun to stop in
    /// the meantime, it is asked at once.
    ///
    /// @throws IllegalStateException if it was never admitted; one that is gone is ignored
    public void attach(long sessionId, LiveSession session) {
        if (sessionId < 1 || sessionId > lastId.get()) {
            throw new IllegalStateException("session: " + sessionId + " (expected: admitted)");
        }
        Entry entry = entries.get(sessionId);
        if (entry == null) {
            return;
        }
        Refusal why;
        synchronized (this) {
            entry.session = session;
            why = stopping;
        }
        if (why != null) {
            entry.ask(session, why, LiveSession::endWhenIdle);
        }
    }

    /// Sessions that exist, those still starting included.
    public int count() {
        return entries.size();
    }

    /// Sessions of one agent.
    public synchronized int count(String agent) {
        return perAgent.getOrDefault(agent, 0);
    }

    /// Whether the gateway has begun to stop.
    public synchronized boolean stopping() {
        return stopping != null;
    }

    /// Ends one session.
    ///
    /// @return false if there is none with this id
    public boolean end(long sessionId, Refusal why) {
        Entry entry = entries.get(sessionId);
        if (entry == null) {
            return false;
        }
        ask(entry, why, LiveSession::end);
        return true;
    }

    /// Ends every session of an agent.
    ///
    /// @return how many there were
    public int endAll(String agent, Refusal why) {
        return askAll(entry -> entry.agent.equals(agent), why, LiveSession::end);
    }

    /// Admits no further session, ends idle ones now, busy ones when they become idle, and all that
    /// are left at the deadline.
    ///
    /// @return completes when no session is left
    public CompletableFuture<@Nullable Void> drain(Duration deadline, Refusal why) {
        synchronized (this) {
            stopping = why;
            if (entries.isEmpty()) {
                empty.complete(null);
            }
        }
        askAll(_ -> true, why, LiveSession::endWhenIdle);
        CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> askAll(_ -> true, why, LiveSession::end));
        return empty.copy();
    }

    private int askAll(
            Predicate<Entry> which, Refusal why, BiConsumer<LiveSession, Refusal> question) {
        List<Entry> asked = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (which.test(entry)) {
                asked.add(entry);
            }
        }
        asked.forEach(entry -> ask(entry, why, question));
        return asked.size();
    }

    private void ask(Entry entry, Refusal why, BiConsumer<LiveSession, Refusal> question) {
        LiveSession session;
        synchronized (this) {
            session = entry.session;
        }
        if (session == null) {
            // It has not begun: there is nothing to end in order.
            entry.channel.close();
        } else {
            entry.ask(session, why, question);
        }
    }

    private synchronized void gone(long id, String agent) {
        entries.remove(id);
        perAgent.computeIfPresent(agent, (_, count) -> count == 1 ? null : count - 1);
        if (stopping != null && entries.isEmpty()) {
            empty.complete(null);
        }
    }

    private static final class Entry {
        private final Channel channel;
        private final String agent;
        private @Nullable LiveSession session;

        private Entry(Channel channel, String agent) {
            this.channel = channel;
            this.agent = agent;
        }

        private void ask(LiveSession live, Refusal why, BiConsumer<LiveSession, Refusal> question) {
            channel.eventLoop().execute(() -> question.accept(live, why));
        }
    }
}
