package dev.holdfast.gateway.session;

import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Puts a session's statements on record. Where that cannot be done the session ends.
final class Recorder {
    private static final String SUCCESS = "00000";
    private static final String QUERY_CANCELED = "57014";
    private static final String CONNECTION_FAILURE = "08006";
    private static final String NO_TEXT = "<no text>";
    private static final String SKIPPED_TEXT = "<messages behind an error, not looked at>";
    private static final String NO_ANSWER = "";

    /// After so many entries the log is asked whether it keeps up.
    private static final int ENTRIES_PER_LOOK = 16;

    private final Session session;
    private final AuditLog log;
    private final InstantSource clock;
    private final Principal principal;
    private final long sessionId;
    private final RepeatedRefusals repeated = new RepeatedRefusals();
    private int entriesSinceLook;
    private boolean keepsUp = true;

    Recorder(Session session, AuditLog log, InstantSource clock, AuthenticatedClient client) {
        this.session = session;
        this.log = log;
        this.clock = clock;
        this.principal = client.principal();
        this.sessionId = client.sessionId();
    }

    /// Whether a statement may start: its record can be kept.
    boolean available() {
        return log.available();
    }

    /// What was asked has ended, well or not.
    void done(Reply reply) {
        Verdict verdict = reply.verdict();
        if (verdict == null) {
            return;
        }
        String failedWith = reply.failedWith();
        Refusal limit = reply.endedBy();
        Decision decision =
                limit != null && limit.code().sqlState().equals(failedWith)
                        ? new Decision.Allow(limit.rule())
                        : session.authority().allowedBy(verdict, reply.asking());
        require(
                write(
                        reply.recorded(verdict),
                        decision,
                        outcome(failedWith, reply),
                        failedWith == null ? SUCCESS : failedWith,
                        reply.rows(),
                        session.nanoTime() - reply.arrivedAtNanos()));
    }

    private static String outcome(@Nullable String failedWith, Reply reply) {
        if (failedWith == null) {
            return "ok";
        }
        return reply.isCut() || failedWith.equals(QUERY_CANCELED) ? "canceled" : "error";
    }

    /// A statement was refused.
    ///
    /// @param verdict on its text; null where there is none
    void refused(@Nullable Verdict verdict, Refusal refusal, long arrivedAtNanos) {
        RepeatedRefusals.Kind kind = kind(verdict, refusal);
        long now = session.nanoTime();
        require(
                repeated.count(kind, now)
                        ? log.available()
                        : writeRefused(kind, 1, now - arrivedAtNanos));
    }

    private void require(boolean written) {
        if (!written) {
            session.end(Refusals.recordUnavailable());
        }
    }

    private RepeatedRefusals.Kind kind(@Nullable Verdict verdict, Refusal refusal) {
        // Over the limit of statements texts do not matter, and would tell entries apart.
        boolean told = refusal.code() != ErrorCode.CONFIGURATION_LIMIT_EXCEEDED;
        boolean held =
                verdict != null
                        && session.authority().decide(verdict) instanceof Decision.Hold hold
                        && hold.refusal().equals(refusal);
        return new RepeatedRefusals.Kind(
                verdict != null && told ? verdict.recorded() : NO_TEXT,
                held ? "hold" : "deny",
                refusal.rule(),
                refusal.code().sqlState());
    }

    private boolean writeRefused(RepeatedRefusals.Kind kind, long refusals, long nanos) {
        return write(
                kind.statement(),
                kind.decision(),
                kind.rule(),
                "refused",
                kind.sqlState(),
                -1,
                nanos,
                refusals);
    }

    /// PostgreSQL skipped a request that was passed on, because an earlier one failed.
    void skipped(Reply reply) {
        Verdict verdict = reply.verdict();
        if (verdict == null) {
            return;
        }
        Refusal refusal = reply.refusal();
        require(
                write(
                        reply.recorded(verdict),
                        refusal == null
                                ? session.authority().allowedBy(verdict, reply.asking())
                                : new Decision.Deny(refusal),
                        "skipped",
                        NO_ANSWER,
                        -1,
                        session.nanoTime() - reply.arrivedAtNanos()));
    }

    /// Messages were dropped unread behind an error, up to Sync.
    void skipped(int messages) {
        require(
                write(
                        SKIPPED_TEXT,
                        "deny",
                        "protocol.skipped",
                        "skipped",
                        NO_ANSWER,
                        -1,
                        0,
                        messages));
    }

    /// Whether entries of this agent are written about as fast as they come. While they are not, the
    /// agent must not make more of them.
    boolean keepsUp() {
        return keepsUp;
    }

    /// Time passes: what has been counted is written.
    void tick(long nowNanos) {
        if (!keepsUp) {
            keepsUp = log.keepsUp(principal.agent());
        }
        require(repeated.write(nowNanos, false, this::writeRefused));
    }

    /// The session ends while these are unanswered.
    void lost(ReplyQueue replies) {
        long nowNanos = session.nanoTime();
        repeated.write(nowNanos, true, this::writeRefused);
        for (int at = 0; at < replies.size(); at++) {
            Reply reply = replies.at(at);
            Verdict verdict = reply.verdict();
            Refusal refusal = reply.refusal();
            if (refusal != null) {
                if (reply.failedWith() == null) {
                    writeRefused(kind(verdict, refusal), 1, nowNanos - reply.arrivedAtNanos());
                }
            } else if (reply.runs() && verdict != null) {
                write(
                        reply.recorded(verdict),
                        new Decision.Allow("session.ended"),
                        "lost",
                        CONNECTION_FAILURE,
                        reply.rows(),
                        nowNanos - reply.arrivedAtNanos());
            }
        }
    }

    private boolean write(
            String statement,
            Decision decision,
            String outcome,
            String sqlState,
            long rows,
            long durationNanos) {
        String verb;
        String rule;
        switch (decision) {
            case Decision.Allow(String allowedBy, _) -> {
                verb = "allow";
                rule = allowedBy;
            }
            case Decision.Hold(Refusal refusal, _, _) -> {
                verb = "hold";
                rule = refusal.rule();
            }
            case Decision.Deny(Refusal refusal) -> {
                verb = "deny";
                rule = refusal.rule();
            }
        }
        return write(statement, verb, rule, outcome, sqlState, rows, durationNanos, 1);
    }

    private boolean write(
            String statement,
            String decision,
            String rule,
            String outcome,
            String sqlState,
            long rows,
            long durationNanos,
            long count) {
        long durationMicros = durationNanos / 1_000;
        entriesSinceLook++;
        if (entriesSinceLook >= ENTRIES_PER_LOOK) {
            entriesSinceLook = 0;
            keepsUp = log.keepsUp(principal.agent());
        }
        return log.record(
                new AuditEntry(
                        clock.millis() * 1_000 - durationMicros,
                        sessionId,
                        principal.agent(),
                        principal.database(),
                        statement,
                        decision,
                        rule,
                        outcome,
                        sqlState,
                        rows,
                        durationMicros,
                        count));
    }
}
