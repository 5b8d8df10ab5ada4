package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.upstream.UpstreamConnection;
import dev.holdfast.gateway.upstream.Upstreams;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.pgwire.FrameLimits;
import dev.holdfast.pgwire.MessageFramer;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Starts sessions, and holds what they share: on each event loop the verdicts known there for each
/// database, and the statement timer.
public final class Sessions implements SessionFactory {
    private static final long TIMER_MILLIS = 250;

    /// Connections to staging copies at the same time.
    private static final int REHEARSALS_MAX = 4;

    /// How long PostgreSQL may take to obey a cancellation before the connection is cut.
    private static final long CANCEL_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SessionSettings settings;
    private final FairAnalyst analyst;
    private final Policies policies;
    private final Upstreams upstreams;
    private final SessionRegistry registry;
    private final Guards guards;
    private final RehearsalCopies copies;
    private final Semaphore rehearsals = new Semaphore(REHEARSALS_MAX, true);
    private final MessageFramer clientFramer;
    private final MessageFramer upstreamFramer;
    private final Map<EventLoop, LoopSessions> loops = new ConcurrentHashMap<>();
    private final Map<String, StatementRate> rates = new ConcurrentHashMap<>();

    /// What the sessions of one event loop share; used on that loop only.
    private record LoopSessions(
            Map<String, VerdictCache> verdicts, Set<Session> live, NameBudget names) {}

    public Sessions(
            SessionSettings settings,
            Analyst analyst,
            Policies policies,
            Upstreams upstreams,
            SessionRegistry registry,
            Guards guards) {
        this(settings, analyst, policies, upstreams, registry, guards, RehearsalCopies.NONE);
    }

    /// Some of whose held statements are rehearsed on staging copies.
    public Sessions(
            SessionSettings settings,
            Analyst analyst,
            Policies policies,
            Upstreams upstreams,
            SessionRegistry registry,
            Guards guards,
            RehearsalCopies copies) {
        this.copies = copies;
        this.settings = settings;
        this.analyst = new FairAnalyst(analyst);
        this.policies = policies;
        this.upstreams = upstreams;
        this.registry = registry;
        this.guards = guards;
        this.clientFramer = new MessageFramer(FrameLimits.frontend(settings.frontendLimits()));
        this.upstreamFramer = new MessageFramer(FrameLimits.backend(settings.backendLimits()));
    }

    @Override
    public void start(AuthenticatedClient client, UpstreamConnection upstream) {
        LoopSessions loop = loopSessions(client.channel().eventLoop());
        VerdictCache verdicts =
                loop.verdicts.computeIfAbsent(
                        client.principal().database(),
                        _ ->
                                new VerdictCache(
                                        settings.verdictCacheBytesMax(),
                                        settings.cachedTextBytesMax()));
        Session session = new Session(this, client, upstream, verdicts, loop.names);
        loop.live.add(session);
        upstream.channel().pipeline().addLast(new UpstreamHandler(session));
        client.channel().pipeline().addLast(new ClientHandler(session));
        registry.attach(client.sessionId(), session, () -> SessionFacts.Activity.of(session));
    }

    @Override
    public String routed(Principal principal) {
        return policies.routed(principal);
    }

    private LoopSessions loopSessions(EventLoop loop) {
        return loops.computeIfAbsent(
                loop,
                fresh -> {
                    LoopSessions sessions =
                            new LoopSessions(
                                    new HashMap<>(),
                                    new LinkedHashSet<>(),
                                    new NameBudget(settings.loopNamesBytesMax()));
                    fresh.scheduleWithFixedDelay(
                            () -> tick(sessions),
                            TIMER_MILLIS,
                            TIMER_MILLIS,
                            TimeUnit.MILLISECONDS);
                    return sessions;
                });
    }

    private void tick(LoopSessions sessions) {
        long now = nanoTime();
        long nanosMax = TimeUnit.MILLISECONDS.toNanos(settings.statementMillisMax());
        // A copy, because a session that ends takes itself out.
        List<Session> live = new ArrayList<>(sessions.live);
        live.forEach(session -> session.tick(now, nanosMax, CANCEL_GRACE_NANOS));
    }

    void ended(Session session, EventLoop loop) {
        loopSessions(loop).live.remove(session);
    }

    /// What an agent asked for lately, over all its sessions.
    StatementRate rate(String agent) {
        return rates.computeIfAbsent(agent, _ -> new StatementRate());
    }

    long nanoTime() {
        return System.nanoTime();
    }

    SessionSettings settings() {
        return settings;
    }

    FairAnalyst analyst() {
        return analyst;
    }

    Policies policies() {
        return policies;
    }

    Guards guards() {
        return guards;
    }

    RehearsalCopies copies() {
        return copies;
    }

    /// A permit for each rehearsal on a copy that may run now.
    Semaphore rehearsals() {
        return rehearsals;
    }

    AuditLog audit() {
        return guards.audit();
    }

    Upstreams upstreams() {
        return upstreams;
    }

    InstantSource clock() {
        return guards.clock();
    }

    MessageFramer clientFramer() {
        return clientFramer;
    }

    MessageFramer upstreamFramer() {
        return upstreamFramer;
    }
}
