package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import io.netty.channel.Channel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Every session that there is: counts them, keeps agents within their limits, ends them.
///
/// A session is admitted when its client has proven its password, attached when it can be asked to
/// end, and gone when its client's channel is closed, whoever closed it. Safe for any thread.
public final class SessionRegistry {
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, Integer> perAgent = new HashMap<>();
    private final InstantSource clock;
    private final CompletableFuture<@Nullable Void> empty = new CompletableFuture<>();
    private @Nullable Refusal stopping;

    public SessionRegistry(InstantSource clock) {
        this.clock = clock;
    }

    /// Counts a session in.
    ///
    /// @param channel the client's; the session counts until it is closed
    /// @param agentSessionsMax how many sessions the agent may have, this one included
    /// @return the session's id, or 0 if the agent has too many sessions or the gateway is stopping
    public synchronized long admit(Channel channel, Principal principal, int agentSessionsMax) {
        String agent = principal.agent();
        int count = perAgent.getOrDefault(agent, 0);
        if (count >= agentSessionsMax || stopping != null) {
            return 0;
        }
        perAgent.put(agent, count + 1);
        long id = lastId.incrementAndGet();
        entries.put(id, new Entry(channel, principal, clock.millis()));
        channel.closeFuture().addListener(_ -> gone(id, agent));
        return id;
    }

    /// Makes an admitted session one that can be asked to end. If the gateway has begun to stop in
    /// the meantime, it is asked at once.
    ///
    /// @param activity what it does, asked on its event loop
    /// @throws IllegalStateException if it was never admitted; one that is gone is ignored
    public void attach(
            long sessionId, LiveSession session, Supplier<SessionFacts.Activity> activity) {
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
            entry.activity = activity;
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

    /// Whether there is a session of any of those that are meant.
    public boolean any(Predicate<Principal> which) {
        return entries.values().stream().anyMatch(entry -> which.test(entry.principal));
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

    /// A client has asked to cancel what its session runs: waiting for a person is given up.
    public void giveUpWaiting(long sessionId) {
        Entry entry = entries.get(sessionId);
        LiveSession session;
        synchronized (this) {
            session = entry == null ? null : entry.session;
        }
        if (entry != null && session != null) {
            entry.channel.eventLoop().execute(session::giveUpWaiting);
        }
    }

    /// Ends every session of an agent.
    ///
    /// @return how many there were
    public int endAll(String agent, Refusal why) {
        return endAll(principal -> principal.agent().equals(agent), why);
    }

    /// Ends every session of those that are meant, one that is still starting included.
    ///
    /// @return how many there were
    public int endAll(Predicate<Principal> which, Refusal why) {
        return endAll(principal -> which.test(principal) ? why : null);
    }

    /// Ends every session for which there is a reason, one that is still starting included.
    ///
    /// @return how many there were
    public int endAll(Function<Principal, @Nullable Refusal> why) {
        int count = 0;
        for (Entry entry : entries.values()) {
            Refusal reason = why.apply(entry.principal);
            if (reason != null) {
                count++;
                ask(entry, reason, LiveSession::end);
            }
        }
        return count;
    }

    /// Every session that there is, the oldest first. Each one is asked on its event loop; one that does
    /// not answer within the time given is listed with [SessionFacts.Activity#UNKNOWN].
    public CompletableFuture<List<SessionFacts>> list(Duration limit) {
        List<CompletableFuture<SessionFacts>> asked = new ArrayList<>();
        entries.forEach((id, entry) -> asked.add(facts(id, entry, limit)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ ->
                        asked.stream()
                                .map(CompletableFuture::join)
                                .sorted(Comparator.comparingLong(SessionFacts::id))
                                .toList());
    }

    private CompletableFuture<SessionFacts> facts(long id, Entry entry, Duration limit) {
        Supplier<SessionFacts.Activity> activity;
        synchronized (this) {
            activity = entry.activity;
        }
        CompletableFuture<SessionFacts.Activity> answer = new CompletableFuture<>();
        try {
            entry.channel.eventLoop().execute(() -> answer.complete(activity.get()));
        } catch (RejectedExecutionException _) {
            answer.complete(SessionFacts.Activity.UNKNOWN);
        }
        return answer.completeOnTimeout(
                        SessionFacts.Activity.UNKNOWN, limit.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(
                        now -> new SessionFacts(id, entry.principal, entry.sinceEpochMillis, now));
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
        private final Principal principal;
        private final long sinceEpochMillis;
        private @Nullable LiveSession session;
        private Supplier<SessionFacts.Activity> activity = () -> SessionFacts.Activity.STARTING;

        private Entry(Channel channel, Principal principal, long sinceEpochMillis) {
            this.channel = channel;
            this.principal = principal;
            this.sinceEpochMillis = sinceEpochMillis;
        }

        private void ask(LiveSession live, Refusal why, BiConsumer<LiveSession, Refusal> question) {
            channel.eventLoop().execute(() -> question.accept(live, why));
        }
    }
}
