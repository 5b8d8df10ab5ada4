package dev.holdfast.gateway.session;

import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Puts a session's statements on record.
final class Recorder {
    private static final String SUCCESS = "00000";
    private static final String QUERY_CANCELED = "57014";
    private static final String CONNECTION_FAILURE = "08006";
    private static final String NO_TEXT = "<no text>";

    private final AuditLog log;
    private final InstantSource clock;
    private final Principal principal;
    private final long session;

    Recorder(AuditLog log, InstantSource clock, AuthenticatedClient client) {
        this.log = log;
        this.clock = clock;
        this.principal = client.principal();
        this.session = client.sessionId();
    }

    /// Whether a statement may start: its record can be kept.
    boolean available() {
        return log.available();
    }

    /// A statement has ended, well or not.
    ///
    /// @return false if it could not be recorded
    boolean done(Verdict verdict, Decision decision, Reply reply, long nowNanos) {
        String failedWith = reply.failedWith();
        String outcome =
                failedWith == null
                        ? "ok"
                        : failedWith.equals(QUERY_CANCELED) ? "canceled" : "error";
        return write(
                reply.recorded(verdict),
                decision,
                outcome,
                failedWith == null ? SUCCESS : failedWith,
                reply.rows(),
                nowNanos - reply.arrivedAtNanos());
    }

    /// A statement was refused.
    ///
    /// @return false if it could not be recorded
    boolean refused(
            @Nullable Verdict verdict, Refusal refusal, long arrivedAtNanos, long nowNanos) {
        return write(
                verdict == null ? NO_TEXT : verdict.recorded(),
                new Decision.Deny(refusal),
                "refused",
                refusal.code().sqlState(),
                -1,
                nowNanos - arrivedAtNanos);
    }

    /// The session ends while these are unanswered.
    void lost(ReplyQueue replies, long nowNanos) {
        for (int at = 0; at < replies.size(); at++) {
            Reply reply = replies.at(at);
            Verdict verdict = reply.verdict();
            boolean runs =
                    switch (reply.request()) {
                        case QUERY, EXECUTE -> true;
                        case PARSE, BIND, DESCRIBE, CLOSE, SYNC -> false;
                    };
            Refusal refusal = reply.refusal();
            if (refusal != null) {
                if (reply.failedWith() == null) {
                    refused(verdict, refusal, reply.arrivedAtNanos(), nowNanos);
                }
            } else if (runs && verdict != null) {
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
            case Decision.Hold(Refusal refusal) -> {
                verb = "hold";
                rule = refusal.rule();
            }
            case Decision.Deny(Refusal refusal) -> {
                verb = "deny";
                rule = refusal.rule();
            }
        }
        long durationMicros = durationNanos / 1_000;
        return log.record(
                new AuditEntry(
                        clock.millis() * 1_000 - durationMicros,
                        session,
                        principal.agent(),
                        principal.database(),
                        statement,
                        verb,
                        rule,
                        outcome,
                        sqlState,
                        rows,
                        durationMicros));
    }
}
