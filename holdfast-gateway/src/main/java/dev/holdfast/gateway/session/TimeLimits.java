package dev.holdfast.gateway.session;

import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.TransactionStatus;

/// Watches over the time of one session: cancels a statement that has run too long, and ends the
/// session if that does not help, or if it leaves a transaction open for that long without a word.
///
/// Looked at by a timer, so a limit holds to within its interval.
final class TimeLimits {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Session session;
    private final ReplyQueue replies;
    private long quietSinceNanos;

    /// How many answers had come at the last look, and when what is awaited now was first seen to be.
    private long answeredAtLook;

    private long awaitedSinceNanos;

    TimeLimits(Session session) {
        this.session = session;
        this.replies = session.replies();
        this.awaitedSinceNanos = session.nanoTime();
        this.quietSinceNanos = awaitedSinceNanos;
    }

    /// Everything that was asked is answered, up to ReadyForQuery.
    void quiet() {
        quietSinceNanos = session.nanoTime();
    }

    /// Looks.
    ///
    /// @param cutForNanos for how long PostgreSQL has been sending what nobody wants
    /// @param nanosMax the limit for every statement and for waiting in a transaction; 0 for none
    /// @param graceNanos how long PostgreSQL may take to obey a cancellation
    void check(
            long nowNanos,
            TransactionStatus status,
            long cutForNanos,
            long nanosMax,
            long graceNanos) {
        if (replies.isEmpty()) {
            checkQuiet(nowNanos, status, nanosMax, graceNanos);
        } else if (cutForNanos > graceNanos) {
            session.end(Refusals.cancelIgnored());
        } else {
            check(replies.running(), nowNanos, nanosMax, graceNanos);
        }
    }

    private void checkQuiet(
            long nowNanos, TransactionStatus status, long nanosMax, long graceNanos) {
        Lane lane = session.lane();
        if (lane.working() || replies.answered() != answeredAtLook) {
            // A client that sends Flush is answered without a ReadyForQuery.
            answeredAtLook = replies.answered();
            quietSinceNanos = nowNanos;
        }
        if (nanosMax == 0) {
            return;
        }
        if (lane.working()) {
            // It opens or ends a transaction, for no statement in particular.
            long nanos = lane.workingFor(nowNanos);
            if (nanos > nanosMax + graceNanos) {
                overdue(Refusals.timedOut(nanos / NANOS_PER_MILLI, nanosMax / NANOS_PER_MILLI));
            }
        } else if ((status != TransactionStatus.IDLE || lane.inBatch())
                && nowNanos - quietSinceNanos > nanosMax) {
            // An open transaction holds a snapshot and locks; a client that sleeps over it ends it.
            session.end(Refusals.idleInTransaction(nanosMax / NANOS_PER_MILLI));
        }
    }

    private void overdue(Refusal why) {
        if (!session.lane().giveUpCommit()) {
            session.end(why);
        }
    }

    private void check(Reply running, long nowNanos, long nanosMax, long graceNanos) {
        if (replies.answered() != answeredAtLook) {
            answeredAtLook = replies.answered();
            awaitedSinceNanos = nowNanos;
        }
        long ownNanosMax = running.owed().statementMillisMax() * NANOS_PER_MILLI;
        long limit =
                ownNanosMax > 0 && (nanosMax == 0 || ownNanosMax < nanosMax)
                        ? ownNanosMax
                        : nanosMax;
        // What waited behind others in a pipeline has not run that long.
        long since =
                awaitedSinceNanos - running.arrivedAtNanos() > 0
                        ? awaitedSinceNanos
                        : running.arrivedAtNanos();
        long nanos = nowNanos - since;
        if (limit == 0 || nanos <= limit) {
            return;
        }
        Refusal why = Refusals.timedOut(nanos / NANOS_PER_MILLI, limit / NANOS_PER_MILLI);
        if (nanos > limit + graceNanos) {
            overdue(why);
        } else if (running.endedBy() == null) {
            running.cancelledBy(why);
            session.cancelRunning();
        }
    }
}
