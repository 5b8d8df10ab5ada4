package dev.holdfast.gateway.session;

import dev.holdfast.gateway.session.ReplyQueue.Request;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.FrontendMessageType;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/// The way from the client to PostgreSQL: every message is looked at, what may run is passed on as it
/// came, what may not is answered.
///
/// Messages are framed where they lie. A run of messages that pass is written as one slice of the read
/// buffer; nothing is encoded again.
final class Requests {
    private static final byte[] NO_TEXT = {};

    private final Session session;
    private final MessageFramer framer;
    private final Judgements judgements;
    private final NamedStatements names;
    private final ReplyQueue replies;
    private final Permission permission;
    private final Lane lane;
    private final Holding holding;
    private final RefusalAnswers refusals;
    private final ExtendedRequests extended;

    private @Nullable ByteBuf pending;

    /// Where the bytes begin that have passed but are not yet written.
    private int runStart;

    /// Bytes of a message to be dropped that have not yet arrived.
    private int dropping;

    /// A message that the guarded lane is for waits until everything before it is answered.
    private boolean awaitingAnswers;

    private boolean advancing;

    /// Extended-query messages were passed on since the last Sync.
    private boolean batchOpen;

    /// As PostgreSQL after an error in an extended query: everything up to Sync is skipped.
    private boolean skippingToSync;

    /// Messages dropped since then, Flush aside.
    private int skippedMessages;

    Requests(Session session, MessageFramer framer, VerdictCache verdicts, Permission permission) {
        this.session = session;
        this.framer = framer;
        this.judgements = new Judgements(session, verdicts);
        this.names = session.names();
        this.replies = session.replies();
        this.permission = permission;
        this.lane = session.lane();
        this.holding = lane.holding();
        this.refusals = new RefusalAnswers(session);
        this.extended = new ExtendedRequests(this, session, judgements, permission);
    }

    /// Takes bytes from the client.
    ///
    /// @throws ProtocolViolation if they are not what the protocol allows
    void read(ByteBuf in) {
        ByteBuf earlier = pending;
        pending =
                earlier == null
                        ? in
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                session.allocator(), earlier, in);
        advance();
    }

    /// Whether nothing more of the client's is looked at for now.
    boolean waits() {
        return judgements.underWay() || awaitingAnswers || (lane.working() && !lane.copyingIn());
    }

    /// Whether it waits for what was asked to be answered.
    boolean waitsForAnswers() {
        return awaitingAnswers;
    }

    void skipToSync() {
        skippingToSync = true;
    }

    /// Nothing passed on is unanswered, and no extended query is under way.
    boolean quiet() {
        return replies.isEmpty() && !batchOpen;
    }

    void release() {
        if (advancing) {
            return;
        }
        ByteBuf rest = pending;
        pending = null;
        if (rest != null) {
            rest.release();
        }
    }

    /// Looks at what has arrived, as far as it is complete.
    void advance() {
        ByteBuf in = pending;
        if (in == null) {
            return;
        }
        advancing = true;
        awaitingAnswers = false;
        try {
            advance(in);
        } finally {
            advancing = false;
        }
        if (awaitingAnswers && session.open()) {
            // Without it PostgreSQL may keep its answers until a Sync that is not sent yet.
            session.flushAnswers();
        }
        if (!session.open()) {
            release();
        } else if (!in.isReadable()) {
            pending = null;
            in.release();
        }
    }

    private void advance(ByteBuf in) {
        runStart = in.readerIndex();
        // A client that does not read its answers must not make more of them.
        while (!waits() && session.open() && !replies.isFull() && session.mayAsk()) {
            if (dropping > 0 && !drop(in)) {
                break;
            }
            int length = framer.frameLength(in);
            if (length == MessageFramer.INCOMPLETE) {
                break;
            }
            byte type = in.getByte(in.readerIndex());
            if (lane.working()) {
                if (in.readableBytes() < length) {
                    break;
                }
                lane.copyData(in, type, length, this);
            } else if (skipped(type)) {
                passRun(in);
                dropping = length;
                if (skippingToSync && type != FrontendMessageType.FLUSH) {
                    skippedMessages++;
                }
            } else if (in.readableBytes() < length) {
                break;
            } else {
                handle(in, type, length);
            }
        }
        passRun(in);
    }

    /// COPY data without a COPY FROM is ignored, as PostgreSQL ignores it; so is everything while it
    /// skips to Sync.
    private boolean skipped(byte type) {
        return switch (type) {
            case FrontendMessageType.COPY_DATA,
                    FrontendMessageType.COPY_DONE,
                    FrontendMessageType.COPY_FAIL ->
                    true;
            case FrontendMessageType.SYNC,
                    FrontendMessageType.TERMINATE,
                    FrontendMessageType.PASSWORD_MESSAGE ->
                    false;
            default -> skippingToSync;
        };
    }

    private boolean drop(ByteBuf in) {
        int count = Math.min(dropping, in.readableBytes());
        in.skipBytes(count);
        runStart = in.readerIndex();
        dropping -= count;
        return dropping == 0;
    }

    private void handle(ByteBuf in, byte type, int length) {
        switch (type) {
            case FrontendMessageType.QUERY -> query(in, length);
            case FrontendMessageType.PARSE -> extended.parse(in, length);
            case FrontendMessageType.BIND -> extended.bind(in, length);
            case FrontendMessageType.DESCRIBE -> extended.describe(in, length);
            case FrontendMessageType.EXECUTE -> extended.execute(in, length);
            case FrontendMessageType.CLOSE -> extended.close(in, length);
            case FrontendMessageType.SYNC -> sync(in, length);
            case FrontendMessageType.FLUSH -> in.skipBytes(length);
            case FrontendMessageType.FUNCTION_CALL ->
                    refuseQuery(in, length, Refusals.functionCall(), null);
            case FrontendMessageType.TERMINATE -> {
                takeOut(in, length);
                session.clientLeft();
            }
            default ->
                    throw ProtocolViolation.of(
                            "message", FrontendMessageType.name(type), "one that fits a session");
        }
    }

    private void query(ByteBuf in, int length) {
        int textIndex = in.readerIndex() + MessageFramer.HEADER_BYTES;
        int textLength = length - MessageFramer.HEADER_BYTES - 1;
        MessageText.requireTerminator(in, textIndex, textLength);
        Verdict verdict = judgements.verdict(in, textIndex, textLength);
        if (verdict == null) {
            return;
        }
        if (mustWait(verdict)) {
            return;
        }
        if (lane.inBatch()) {
            throw ProtocolViolation.of("Query within a batch that writes", 1, "0: Sync first");
        }
        Refusal refusal = permission.refusalToRun(verdict);
        if (refusal == null) {
            refusal = lane.refusal(verdict, permission.owed());
        }
        Decision.Hold held = permission.held();
        boolean takes = held != null || lane.takes(verdict, permission.owed());
        byte[] text = takes ? MessageText.bytes(in, textIndex, textLength) : NO_TEXT;
        if (refusal == null && takes) {
            passRun(in);
            if (holding.waitsForQuery(held, verdict, text, permission.owed())) {
                return;
            }
            refusal = holding.refusal();
        }
        if (refusal != null) {
            refuseQuery(in, length, refusal, verdict);
            return;
        }
        if (takes && runs(in, length, held, verdict, text)) {
            return;
        }
        reply(Request.QUERY, verdict).asking(held == null ? null : holding.asking());
        batchOpen = false;
        in.skipBytes(length);
    }

    /// Runs a query string in the guarded lane, or by Holdfast's own hand; not what reads.
    private boolean runs(
            ByteBuf in, int length, Decision.@Nullable Hold held, Verdict verdict, byte[] text) {
        Asking asking = holding.asking();
        if (held != null && asking != null) {
            holding.forget(asking);
        }
        if (held != null && held.kind() == Decision.Hold.Kind.READ) {
            return false;
        }
        takeOut(in, length);
        batchOpen = false;
        ReplyQueue.Reply reply = reply(Request.QUERY, verdict).asking(asking);
        if (held != null && held.kind() == Decision.Hold.Kind.DESTROY) {
            lane.destroy(verdict, reply, true);
        } else {
            lane.query(text, verdict, reply);
        }
        return true;
    }

    ReplyQueue.Reply reply(Request request, Verdict verdict) {
        return replies.add(request, session.nanoTime())
                .of(verdict)
                .owing(permission.owed(), permission.fetched())
                .running(names.runBesides(verdict));
    }

    /// Whether a text is for the guarded lane and something asked before is not yet answered.
    boolean mustWait(Verdict verdict) {
        awaitingAnswers = !replies.isEmpty() && lane.concerns(verdict);
        return awaitingAnswers;
    }

    private void sync(ByteBuf in, int length) {
        if (lane.inBatch()) {
            awaitingAnswers = !replies.isEmpty();
            if (!awaitingAnswers) {
                recordSkipped();
                skippingToSync = false;
                batchOpen = false;
                takeOut(in, length);
                lane.commitBatch();
            }
            return;
        }
        lane.synced();
        recordSkipped();
        skippingToSync = false;
        batchOpen = false;
        replies.add(Request.SYNC, session.nanoTime());
        in.skipBytes(length);
    }

    /// Puts on record that messages were dropped unread.
    void recordSkipped() {
        if (skippedMessages > 0) {
            int messages = skippedMessages;
            skippedMessages = 0;
            session.recorder().skipped(messages);
        }
    }

    ReplyQueue.Reply pass(ByteBuf in, int length, Request request) {
        batchOpen = true;
        in.skipBytes(length);
        return replies.add(request, session.nanoTime());
    }

    private void refuseQuery(ByteBuf in, int length, Refusal refusal, @Nullable Verdict verdict) {
        takeOut(in, length);
        if (quiet() && refusals.answersAlone()) {
            refusals.answerRefusedQuery(refusal, verdict);
            return;
        }
        replies.add(Request.QUERY, session.nanoTime()).of(verdict).refusedWith(refusal);
        batchOpen = false;
        refusals.sendFailingQuery();
    }

    void refuseExtended(ByteBuf in, int length, Refusal refusal, @Nullable Verdict verdict) {
        takeOut(in, length);
        skippingToSync = true;
        if (quiet() && refusals.answersAlone()) {
            refusals.answerRefusedExtended(refusal, verdict);
            return;
        }
        batchOpen = true;
        replies.add(Request.BIND, session.nanoTime()).of(verdict).refusedWith(refusal);
        refusals.sendFailingBind();
    }

    void takeOut(ByteBuf in, int length) {
        passRun(in);
        in.skipBytes(length);
        runStart = in.readerIndex();
    }

    /// Whether something asked before is not yet answered; then nothing more is looked at until it is.
    boolean waitsForEarlier() {
        awaitingAnswers = !replies.isEmpty();
        return awaitingAnswers;
    }

    /// Whether messages were passed on since the last Sync.
    boolean batchOpen() {
        return batchOpen;
    }

    /// A copy of a message of the extended protocol that is not passed on as it came.
    ByteBuf taken(ByteBuf in, int length) {
        passRun(in);
        ByteBuf message = in.readSlice(length).copy();
        runStart = in.readerIndex();
        batchOpen = true;
        return message;
    }

    /// Writes what has passed since the last run.
    void passRun(ByteBuf in) {
        int end = in.readerIndex();
        if (end > runStart && session.open()) {
            session.writeUpstream(in.retainedSlice(runStart, end - runStart));
            runStart = end;
        }
    }
}
