package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.UpstreamDialogue;
import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.gateway.upstream.UpstreamConnection;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client, one connection to PostgreSQL, and everything that passes between them.
///
/// Both channels live on one event loop, and so does everything here: no locks, no waiting. [Requests]
/// judges what the client sends and passes on what may run; [Answers] matches what PostgreSQL sends to
/// what was asked. While a text is judged for the first time the client is not read; while either peer
/// takes in bytes more slowly than the other sends them, the other is not read.
///
/// **A refusal behaves exactly as PostgreSQL's own error** ([RefusalAnswers]). Where nothing is under
/// way and no transaction is open, the gateway answers alone. Otherwise PostgreSQL must come to know
/// that the statement failed, or its transaction would go on: in place of the refused message it is sent
/// one that it cannot but refuse, and its error is replaced by ours. The failed transaction block, the
/// skipping to Sync, the order of the answers are then PostgreSQL's own.
final class Session implements LiveSession {
    private static final Logger LOGGER = LoggerFactory.getLogger(Session.class);

    private final Sessions sessions;
    private final AuthenticatedClient client;
    private final Channel clientChannel;
    private final UpstreamConnection upstream;
    private final Channel upstreamChannel;
    private final NamedStatements names;
    private final ReplyQueue replies;
    private final Requests requests;
    private final Answers answers;
    private final Recorder recorder;
    private final TimeLimits time;
    private final UpstreamDialogue dialogue;
    private final LaneSeat seat;
    private final Authority authority;
    private final Lane lane;

    private TransactionStatus status = TransactionStatus.IDLE;
    private boolean open = true;
    private boolean flushClient;
    private boolean flushUpstream;
    private @Nullable Refusal endWhenIdle;
    private int cancelling;
    private boolean clientRead = true;
    private boolean upstreamRead = true;
    private boolean paused;

    Session(
            Sessions sessions,
            AuthenticatedClient client,
            UpstreamConnection upstream,
            VerdictCache verdicts,
            NameBudget names) {
        SessionSettings settings = sessions.settings();
        this.sessions = sessions;
        this.client = client;
        this.clientChannel = client.channel();
        this.upstream = upstream;
        this.upstreamChannel = upstream.channel();
        this.names =
                new NamedStatements(
                        settings.namesMax(),
                        settings.namesBytesMax(),
                        names.enter(client.principal().agent()));
        this.replies = new ReplyQueue(settings.pipelineDepthMax());
        this.recorder = new Recorder(this, sessions.audit(), sessions.clock(), client);
        this.authority = new Authority(sessions.policies(), client.principal());
        this.seat = new LaneSeat(this, clientChannel);
        this.dialogue =
                new UpstreamDialogue(upstreamChannel, sessions.upstreamFramer(), seat::aside);
        this.lane = new Lane(this, sessions.guards(), dialogue, new LaneCopies(sessions, client));
        this.requests =
                new Requests(
                        this,
                        sessions.clientFramer(),
                        verdicts,
                        new Permission(this, sessions.rate(client.principal().agent())));
        this.answers = new Answers(this, sessions.upstreamFramer());
        this.time = new TimeLimits(this);
    }

    @Override
    public Principal principal() {
        return client.principal();
    }

    // ---- bytes

    void readClient(ByteBuf in) {
        if (!open) {
            in.release();
            return;
        }
        try {
            requests.read(in);
        } catch (ProtocolViolation e) {
            end(Refusals.violation(e));
        } catch (RuntimeException e) {
            defect(e);
        }
        updateReading();
    }

    void readUpstream(ByteBuf in) {
        if (lane.working()) {
            dialogue.arrived(in);
            return;
        }
        if (!open) {
            in.release();
            return;
        }
        try {
            answers.read(in);
        } catch (ProtocolViolation e) {
            LOGGER.warn(
                    "session {}: out of step with PostgreSQL: {}",
                    client.sessionId(),
                    e.getMessage());
            end(Refusals.outOfStep());
        } catch (RuntimeException e) {
            defect(e);
        }
        if (open && requests.waitsForAnswers() && replies.isEmpty()) {
            goOn();
        }
        if (paused && replies.size() <= sessions.settings().pipelineDepthMax() / 2) {
            paused = false;
            goOn();
        }
    }

    /// Passes on to both peers what was written since the last time.
    void flush() {
        if (flushUpstream) {
            flushUpstream = false;
            upstreamChannel.flush();
        }
        if (flushClient) {
            flushClient = false;
            clientChannel.flush();
        }
    }

    void writeUpstream(ByteBuf bytes) {
        upstreamChannel.write(bytes, upstreamChannel.voidPromise());
        flushUpstream = true;
    }

    void writeClient(ByteBuf bytes) {
        clientChannel.write(bytes, clientChannel.voidPromise());
        flushClient = true;
    }

    /// Whether more of what the client asks may be passed on. Not while it does not take in what it is
    /// sent: refusals are answered here, so PostgreSQL's own back-pressure would not hold it. Nor while
    /// its entries are written more slowly than they come. And not while a cancellation is on its way,
    /// which would hit whatever runs next.
    boolean mayAsk() {
        return clientChannel.isWritable() && cancelling == 0 && recorder.keepsUp();
    }

    void clientWritabilityChanged() {
        updateReading();
        if (clientChannel.isWritable()) {
            // Not at once: this may be called from within a flush.
            clientChannel.eventLoop().execute(this::goOnIfOpen);
        }
    }

    /// Reads each peer only while both keep up, and the client only while nothing is awaited.
    void updateReading() {
        if (!open) {
            return;
        }
        if (replies.isFull() && !paused) {
            paused = true;
            // Without it PostgreSQL may keep its answers until a Sync that will not be read.
            flushAnswers();
        }
        boolean readClient =
                upstreamChannel.isWritable() && mayAsk() && !requests.waits() && !paused;
        if (readClient != clientRead) {
            clientRead = readClient;
            clientChannel.config().setAutoRead(readClient);
        }
        boolean readUpstream = clientChannel.isWritable();
        // While the lane works it paces PostgreSQL itself.
        if (!lane.working() && readUpstream != upstreamRead) {
            upstreamRead = readUpstream;
            upstreamChannel.config().setAutoRead(readUpstream);
        }
    }

    private void goOnIfOpen() {
        if (open) {
            goOn();
        }
    }

    void goOn() {
        try {
            requests.advance();
        } catch (ProtocolViolation e) {
            end(Refusals.violation(e));
        } catch (RuntimeException e) {
            defect(e);
        }
        updateReading();
        flush();
    }

    // ---- what requests ask

    FairAnalyst analyst() {
        return sessions.analyst();
    }

    /// What analyses rest on now.
    Object basis() {
        return sessions.analyst().basis(client.principal());
    }

    /// Why no parameter may have a type; null where it may.
    @Nullable String typeHazard(long oid) {
        return sessions.analyst().typeHazard(client.principal(), oid);
    }

    /// Asks PostgreSQL to send what it has answered.
    void flushAnswers() {
        writeUpstream(encoded(new FrontendMessage.Flush()));
    }

    void clientLeft() {
        if (!open) {
            return;
        }
        boolean reusable =
                !lane.working()
                        && !lane.inBatch()
                        && requests.quiet()
                        && status == TransactionStatus.IDLE
                        && upstreamChannel.isActive();
        close();
        if (reusable) {
            sessions.upstreams().release(upstream);
        } else {
            abandon();
        }
        clientChannel.close();
    }

    // ---- what answers tell

    void skipToSync() {
        requests.skipToSync();
    }

    void writeError(Refusal refusal) {
        ByteBuf out = allocator().buffer();
        ErrorReplies.error(out, refusal);
        writeClient(out);
    }

    /// Tells the client that it gets no more of a result, and PostgreSQL to stop.
    void cutShort(Refusal why) {
        writeError(why);
        cancelRunning();
    }

    void statementDone(Reply reply) {
        Verdict verdict = reply.verdict();
        if (verdict != null && verdict.concernsNames()) {
            names.done(verdict.statements().get(reply.statementsDone() - 1), verdict);
        }
    }

    void readyForQuery(TransactionStatus now) {
        status = now;
        seat.readyTold();
        if (!replies.isEmpty()) {
            return;
        }
        time.quiet();
        if (status == TransactionStatus.IDLE && requests.quiet()) {
            names.transactionEnded();
            if (endWhenIdle != null) {
                end(endWhenIdle);
            }
        }
    }

    UpstreamConnection upstream() {
        return upstream;
    }

    // ---- the end

    /// Looks at the clock: see [TimeLimits]. Writes down what has been counted meanwhile.
    void tick(long nowNanos, long nanosMax, long graceNanos) {
        if (!open) {
            return;
        }
        time.check(nowNanos, status, answers.cutFor(nowNanos), nanosMax, graceNanos);
        if (!open) {
            return;
        }
        boolean waited = !recorder.keepsUp();
        recorder.tick(nowNanos);
        if (open && waited && recorder.keepsUp()) {
            goOn();
        }
    }

    void cancelRunning() {
        cancelling++;
        sessions.upstreams()
                .cancel(upstream)
                .addListener(_ -> clientChannel.eventLoop().execute(this::cancelled));
    }

    private void cancelled() {
        cancelling--;
        goOnIfOpen();
    }

    void upstreamLost() {
        if (lane.working()) {
            dialogue.lost();
        } else if (open && answers.saidWhyItEnds()) {
            close();
            sessions.upstreams().discard(upstream);
            clientChannel
                    .writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(ChannelFutureListener.CLOSE);
        } else if (open) {
            end(seat.whyLost());
        }
    }

    void defect(Throwable cause) {
        LOGGER.error("session {}: ended by a defect", client.sessionId(), cause);
        end(Refusals.defect());
    }

    @Override
    public void endWhenIdle(Refusal why) {
        endWhenIdle = why;
        if (open && requests.quiet() && status == TransactionStatus.IDLE) {
            end(why);
        }
    }

    @Override
    public void giveUpWaiting() {
        lane.giveUpWaiting();
    }

    @Override
    public void end(Refusal why) {
        if (!open) {
            return;
        }
        close();
        abandon();
        ByteBuf out = allocator().buffer();
        ErrorReplies.fatal(out, why);
        clientChannel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    private void close() {
        open = false;
        requests.release();
        answers.release();
        requests.recordSkipped();
        recorder.lost(replies);
        names.release();
        sessions.ended(this, clientChannel.eventLoop());
        if (!lane.working()) {
            leaveUpstream();
        }
    }

    /// When session and lane have ended, whichever came last. A closed connection has let its handlers go already.
    private void leaveUpstream() {
        lane.left();
        if (upstreamChannel.pipeline().get(UpstreamHandler.class) != null) {
            upstreamChannel.pipeline().remove(UpstreamHandler.class);
        }
    }

    private void abandon() {
        if (lane.working()) {
            // What COMMIT is answered decides; the rest is given up at once.
            if (!lane.stop()) {
                sessions.upstreams().cancel(upstream);
            }
            return;
        }
        sessions.upstreams().abort(upstream, !replies.isEmpty());
    }

    // ---- the guarded lane

    /// From here on everything asked is answered, and the lane has PostgreSQL to itself.
    void laneBegins() {
        upstreamRead = true;
        upstreamChannel.config().setAutoRead(true);
        updateReading();
        flush();
    }

    /// The lane's piece of work is done.
    ///
    /// @param endsWith why the session cannot go on; null where it can
    void laneOver(@Nullable Refusal endsWith) {
        boolean inStep = endsWith == null && !dialogue.hasUnread();
        dialogue.release();
        if (!open) {
            leaveUpstream();
            sessions.upstreams().discard(upstream);
        } else if (endsWith == null && dialogue.isLost()) {
            // Lost when the work was done and the lane not yet left: nobody else would notice.
            end(seat.whyLost());
        } else if (inStep) {
            goOn();
        } else {
            end(endsWith == null ? Refusals.outOfStep() : endsWith);
        }
    }

    TransactionStatus status() {
        return status;
    }

    long id() {
        return client.sessionId();
    }

    Authority authority() {
        return authority;
    }

    Lane lane() {
        return lane;
    }

    LaneSeat seat() {
        return seat;
    }

    // ---- parts

    boolean open() {
        return open;
    }

    ByteBufAllocator allocator() {
        return clientChannel.alloc();
    }

    long nanoTime() {
        return sessions.nanoTime();
    }

    Recorder recorder() {
        return recorder;
    }

    NamedStatements names() {
        return names;
    }

    ReplyQueue replies() {
        return replies;
    }

    ByteBuf encoded(FrontendMessage message) {
        ByteBuf out = allocator().buffer();
        message.encode(out);
        return out;
    }
}
