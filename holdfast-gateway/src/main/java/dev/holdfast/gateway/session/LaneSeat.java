package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.GrantedTables;
import dev.holdfast.gateway.guarded.GuardedTransaction;
import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.guarded.WithheldWords;
import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.BackendMessageType;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The session as the lane's thread reaches it: what is to happen on the event loop is put in its
/// turn there, what is for the client is sent and waited for.
final class LaneSeat {
    private final Session session;
    private final Channel client;

    /// Under which the journal has what the agent committed by Execute and was told of, until PostgreSQL is
    /// ready: drivers do not believe it before. Empty otherwise.
    private String committedUnready = "";

    LaneSeat(Session session, Channel client) {
        this.session = session;
        this.client = client;
    }

    // ---- on the lane's thread

    /// A task in its turn on the event loop.
    void onLoop(Runnable task) {
        client.eventLoop()
                .execute(() -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        session.defect(e);
                    }
                });
    }

    /// Sends to the client, and waits while it takes in less than it is sent. What is for a client that
    /// has gone is dropped.
    void sendClient(ByteBuf bytes) {
        client.writeAndFlush(bytes).awaitUninterruptibly();
    }

    ByteBuf buffer() {
        return client.alloc().buffer();
    }

    long nanoTime() {
        return session.nanoTime();
    }

    /// One that begins now.
    GuardedTransaction transaction(Guards guards) {
        return new GuardedTransaction(
                guards,
                session.principal(),
                session.id(),
                new GrantedTables(session.authority()::mayChange));
    }

    /// The agent's transaction has ended.
    ///
    /// @param committed its id, if it committed and no ReadyForQuery was told with that; empty otherwise
    void transactionOver(String committed) {
        onLoop(() -> {
            session.lane().transactionOver();
            committedUnready = committed;
        });
    }

    /// PostgreSQL says something besides the answers.
    void aside(byte type, ByteBuf frame) {
        if (type == BackendMessageType.PARAMETER_STATUS) {
            ByteBuf copy = frame.copy();
            onLoop(() -> parameterStatus(copy));
        } else if (type == BackendMessageType.NOTICE_RESPONSE && session.lane().withholds()) {
            ByteBuf out = buffer();
            WithheldWords.write(frame, out);
            sendClient(out);
        } else {
            sendClient(frame.copy());
        }
    }

    // ---- on the event loop

    /// The client was told that PostgreSQL is ready.
    void readyTold() {
        committedUnready = "";
    }

    /// Why a session ends whose connection to PostgreSQL is gone. What has committed must not be repeated.
    Refusal whyLost() {
        return committedUnready.isEmpty()
                ? Refusals.upstreamLost()
                : GuardedTransaction.lostBehindToldCommit(committedUnready);
    }

    private void parameterStatus(ByteBuf message) {
        if (session.open()) {
            ParameterWatch.note(message, message.readableBytes(), session);
        }
        if (session.open()) {
            session.writeClient(message);
            session.flush();
        } else {
            message.release();
        }
    }

    /// Everything that was asked is answered, and the client is told so.
    void ready(TransactionStatus status) {
        if (session.open()) {
            session.replies().clear();
            if (status == TransactionStatus.IDLE) {
                session.lane().transactionOver();
            }
            session.readyForQuery(status);
        }
    }

    /// What was asked is done, or has failed with PostgreSQL's error.
    ///
    /// @param completions the number in each command tag, -1 where there is none
    void done(Reply reply, List<Long> completions, @Nullable String failedWith) {
        if (!session.open()) {
            return;
        }
        for (long rows : completions) {
            reply.statementDone(rows);
            session.statementDone(reply);
        }
        if (failedWith != null) {
            reply.failed(failedWith);
        }
        session.recorder().done(reply);
        session.replies().clear();
    }

    void refused(@Nullable Verdict verdict, Refusal refusal, long arrivedAtNanos) {
        if (session.open()) {
            session.recorder().refused(verdict, refusal, arrivedAtNanos);
            session.replies().clear();
        }
    }
}
