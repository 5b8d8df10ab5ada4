package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.PostgresErrorException;
import dev.holdfast.gateway.guarded.StatementRelay;
import dev.holdfast.gateway.guarded.StatementRelay.Ended;
import dev.holdfast.gateway.guarded.WithheldWords;
import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the client is told by one piece of the lane's work, and what goes on record with it: first
/// noted on the event loop, then sent.
final class LaneClient implements StatementRelay.Client {
    private final Lane lane;
    private final LaneSeat seat;
    private final @Nullable Verdict verdict;
    private final @Nullable Reply reply;

    LaneClient(Lane lane, LaneSeat seat, @Nullable Verdict verdict, @Nullable Reply reply) {
        this.lane = lane;
        this.seat = seat;
        this.verdict = verdict;
        this.reply = reply;
    }

    /// It is done.
    ///
    /// @param ready the status of the ReadyForQuery behind it; null where none is due
    void done(Ended ended, @Nullable TransactionStatus ready) {
        Reply of = reply;
        if (of != null) {
            seat.onLoop(() -> seat.done(of, ended.completions(), null));
        }
        tell(Objects.requireNonNull(ended.last()), ready);
    }

    /// It is done, by other hands than the session's.
    ///
    /// @param tag the command tag that PostgreSQL would answer
    void completed(String tag, @Nullable TransactionStatus ready) {
        Reply of = reply;
        if (of != null) {
            seat.onLoop(() -> seat.done(of, List.of(-1L), null));
        }
        ByteBuf out = seat.buffer();
        new BackendMessage.CommandComplete(tag).encode(out);
        send(out, ready);
    }

    /// PostgreSQL answered with an error; where the gateway had it cancelled for a limit, the client is
    /// told the limit.
    void failed(Ended ended, @Nullable TransactionStatus ready) {
        Reply of = reply;
        if (of != null) {
            seat.onLoop(() -> seat.done(of, ended.completions(), ended.sqlState()));
        }
        ByteBuf error = Objects.requireNonNull(ended.error());
        Refusal limit = of == null ? null : of.endedBy();
        ByteBuf out = seat.buffer();
        if (limit != null && limit.code().sqlState().equals(ended.sqlState())) {
            ErrorReplies.error(out, limit);
        } else {
            errorOfPostgres(error, out);
        }
        error.release();
        send(out, ready);
    }

    private void errorOfPostgres(ByteBuf message, ByteBuf out) {
        if (lane.withholds()) {
            WithheldWords.write(message, out);
        } else {
            out.writeBytes(message);
        }
    }

    /// Nothing but that PostgreSQL is ready.
    void ready(TransactionStatus status) {
        send(seat.buffer(), status);
    }

    private void tell(ByteBuf message, @Nullable TransactionStatus ready) {
        ByteBuf out = seat.buffer();
        out.writeBytes(message);
        message.release();
        send(out, ready);
    }

    private void send(ByteBuf out, @Nullable TransactionStatus ready) {
        if (ready != null) {
            new BackendMessage.ReadyForQuery(ready).encode(out);
            // First on record and in the session's state, then seen.
            seat.onLoop(() -> seat.ready(ready));
        }
        seat.sendClient(out);
    }

    static void drop(Ended ended) {
        if (ended.last() != null) {
            ended.last().release();
        }
        if (ended.error() != null) {
            ended.error().release();
        }
    }

    @Override
    public void send(ByteBuf bytes) {
        seat.sendClient(bytes);
    }

    @Override
    public @Nullable Refusal deliver(int rowBytes) {
        return reply == null ? null : reply.deliver(rowBytes);
    }

    @Override
    public void copyInBegins() {
        lane.copyIn(true);
    }

    @Override
    public void copyInEnds() {
        lane.copyIn(false);
    }

    /// Tells why the transaction may not go on: a refusal, or what PostgreSQL itself said when deferred
    /// constraints were settled.
    void refused(ChangeRefusedException why, @Nullable TransactionStatus ready) {
        Verdict of = verdict;
        Reply about = reply;
        ByteBuf out = seat.buffer();
        if (why.getCause() instanceof PostgresErrorException error) {
            errorOfPostgres(Unpooled.wrappedBuffer(error.message()), out);
            if (about != null) {
                seat.onLoop(() -> seat.done(about, List.of(), error.sqlState()));
            }
        } else {
            ErrorReplies.error(out, why.refusal());
            long arrivedAt = about == null ? seat.nanoTime() : about.arrivedAtNanos();
            seat.onLoop(() -> seat.refused(of, why.refusal(), arrivedAt));
        }
        send(out, ready);
    }
}
