package dev.holdfast.gateway.session;

import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.gateway.guarded.HeldMessages;
import dev.holdfast.gateway.guarded.Rehearsal;
import dev.holdfast.gateway.guarded.UpstreamDialogue;
import dev.holdfast.gateway.upstream.UpstreamConnection;
import dev.holdfast.gateway.upstream.UpstreamException;
import dev.holdfast.gateway.upstream.UpstreamRequest;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.SessionMeaning;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Rehearses one session's held statements on a staging copy: each on a connection of its own, as the agent's
/// role there, which is closed behind it. Where that cannot be done the statement is refused: it is never
/// tried on the database itself instead.
final class LaneCopies {
    /// How long one that is rehearsed waits for the others.
    private static final long TURN_SECONDS_MAX = 10;

    /// How long it takes at most, from the connection's being there on.
    private static final long REHEARSAL_SECONDS_MAX = 120;

    private final Sessions sessions;
    private final AuthenticatedClient client;

    LaneCopies(Sessions sessions, AuthenticatedClient client) {
        this.sessions = sessions;
        this.client = client;
    }

    /// Where a principal's statements are rehearsed; null for the database that they were sent to.
    RehearsalCopies.@Nullable Copy of(Principal principal) {
        return sessions.copies().of(principal);
    }

    /// @param meaning of the session that the statement came from
    /// @throws ChangeRefusedException if the copy cannot be used, or the statement fails there, breaks a
    ///     limit or could not be undone
    MeasuredEffect rehearse(
            Lane lane,
            RehearsalCopies.Copy copy,
            SessionMeaning meaning,
            HeldMessages statement,
            RowLimits limits)
            throws ChangeRefusedException {
        String name = copy.database().name();
        Principal asked = client.principal();
        Principal there = new Principal(asked.agent(), name, asked.policy(), asked.grant());
        Refusal unkept = sessions.guards().keeper().unavailable(there);
        UpstreamCredential credential = copy.credential();
        if (credential == null || unkept != null) {
            throw unavailable(
                    name,
                    credential == null
                            ? "agent %s has no login for it".formatted(asked.agent())
                            : "what changes there cannot be read",
                    null);
        }
        // What takes long here is given up as waiting for people is.
        if (!lane.awaitsPeople(Thread.currentThread())) {
            throw new ChangeRefusedException(Refusals.upstreamLost());
        }
        boolean turn = false;
        try {
            turn = sessions.rehearsals().tryAcquire(TURN_SECONDS_MAX, TimeUnit.SECONDS);
            if (!turn) {
                throw unavailable(name, "too many statements are tried out there", null);
            }
            return rehearsed(
                    new UpstreamRequest(copy.database(), credential, client.startupParameters()),
                    there,
                    meaning,
                    statement,
                    limits);
        } catch (InterruptedException e) {
            throw new ChangeRefusedException(Refusals.holdGivenUp(), e);
        } finally {
            if (turn) {
                sessions.rehearsals().release();
            }
            lane.awaitsNobody();
        }
    }

    private MeasuredEffect rehearsed(
            UpstreamRequest request,
            Principal there,
            SessionMeaning meaning,
            HeldMessages statement,
            RowLimits limits)
            throws ChangeRefusedException, InterruptedException {
        EventLoop loop = client.channel().eventLoop();
        CompletableFuture<Guest> opening = new CompletableFuture<>();
        loop.execute(() ->
                sessions.upstreams()
                        .acquire(loop, request)
                        .addListener((Future<UpstreamConnection> done) -> opened(done, opening)));
        Guest guest;
        try {
            guest = opening.get();
        } catch (InterruptedException e) {
            giveBack(opening, false);
            throw e;
        } catch (ExecutionException e) {
            throw unavailable(there.database(), why(e.getCause()), e);
        }
        boolean over = false;
        try {
            MeasuredEffect effect =
                    new Rehearsal(guest.dialogue, sessions.guards(), there)
                            .onCopy(meaning, statement, limits);
            over = true;
            return effect;
        } catch (ChangeRefusedException e) {
            if (Thread.interrupted()) {
                throw new ChangeRefusedException(Refusals.holdGivenUp(), e);
            }
            throw guest.dialogue.isInStepBehind(e)
                    ? new ChangeRefusedException(
                            HoldRefusals.onCopy(e.refusal(), there.database()), e)
                    : unavailable(
                            there.database(), "the connection to it was lost, or took too long", e);
        } finally {
            giveBack(opening, !over);
            guest.dialogue.release();
        }
    }

    /// Closes the connection, as soon as it is there.
    ///
    /// @param running whether PostgreSQL may be running something on it
    private void giveBack(CompletableFuture<Guest> opening, boolean running) {
        opening.thenAccept(guest ->
                guest.connection
                        .channel()
                        .eventLoop()
                        .execute(() -> {
                            guest.end();
                            sessions.upstreams().abort(guest.connection, running);
                        }));
    }

    private void opened(Future<UpstreamConnection> done, CompletableFuture<Guest> opening) {
        if (done.isSuccess()) {
            Guest guest = new Guest(done.getNow(), sessions);
            guest.connection.channel().pipeline().addLast(guest);
            opening.complete(guest);
        } else {
            opening.completeExceptionally(done.cause());
        }
    }

    private static String why(@Nullable Throwable cause) {
        return cause instanceof UpstreamException refused
                ? refused.refusal().message()
                : "it cannot be reached";
    }

    private static ChangeRefusedException unavailable(
            String copy, String why, @Nullable Throwable cause) {
        Refusal refusal = HoldRefusals.copyUnavailable(copy, why);
        return cause == null
                ? new ChangeRefusedException(refusal)
                : new ChangeRefusedException(refusal, cause);
    }

    /// The copy's end of a rehearsal.
    private static final class Guest extends ChannelInboundHandlerAdapter {
        private final UpstreamConnection connection;
        private final UpstreamDialogue dialogue;
        private final Future<?> deadline;

        Guest(UpstreamConnection connection, Sessions sessions) {
            this.connection = connection;
            this.dialogue =
                    new UpstreamDialogue(
                            connection.channel(), sessions.upstreamFramer(), (_, _) -> {});
            this.deadline =
                    connection
                            .channel()
                            .eventLoop()
                            .schedule(dialogue::lost, REHEARSAL_SECONDS_MAX, TimeUnit.SECONDS);
        }

        void end() {
            deadline.cancel(false);
            dialogue.lost();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            dialogue.arrived((ByteBuf) message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            dialogue.lost();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            dialogue.lost();
        }
    }
}
