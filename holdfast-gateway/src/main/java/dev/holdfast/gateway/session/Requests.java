package dev.holdfast.gateway.session;

import dev.holdfast.gateway.session.ReplyQueue.Request;
import dev.holdfast.guard.decision.Obligations;
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
    private final Session session;
    private final MessageFramer framer;
    private final Judgements judgements;
    private final NamedStatements names;
    private final ReplyQueue replies;
    private final Permission permission;
    private final Lane lane;
    private final RefusalAnswers refusals;

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
        this.refusals = new RefusalAnswers(session);
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
            case FrontendMessageType.PARSE -> parse(in, length);
            case FrontendMessageType.BIND -> bind(in, length);
            case FrontendMessageType.DESCRIBE -> describe(in, length);
            case FrontendMessageType.EXECUTE -> execute(in, length);
            case FrontendMessageType.CLOSE -> close(in, length);
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
        if (refusal != null) {
            refuseQuery(in, length, refusal, verdict);
            return;
        }
        if (lane.takes(verdict, permission.owed())) {
            byte[] text = MessageText.bytes(in, textIndex, textLength);
            takeOut(in, length);
            batchOpen = false;
            lane.query(text, verdict, reply(Request.QUERY, verdict));
            return;
        }
        reply(Request.QUERY, verdict);
        batchOpen = false;
        in.skipBytes(length);
    }

    private ReplyQueue.Reply reply(Request request, Verdict verdict) {
        return replies.add(request, session.nanoTime())
                .of(verdict)
                .owing(permission.owed(), permission.fetched())
                .running(names.runBesides(verdict));
    }

    /// Whether a text is for the guarded lane and something asked before is not yet answered.
    private boolean mustWait(Verdict verdict) {
        awaitingAnswers = !replies.isEmpty() && lane.concerns(verdict);
        return awaitingAnswers;
    }

    private void parse(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int name = in.readerIndex() + MessageFramer.HEADER_BYTES;
        int nameLength = MessageText.stringLength(in, name, end);
        int text = name + nameLength + 1;
        int textLength = MessageText.stringLength(in, text, end);
        Verdict verdict = judgements.verdict(in, text, textLength);
        if (verdict == null) {
            return;
        }
        Refusal refusal = MessageText.nameRefusal(in, name, nameLength);
        if (refusal == null) {
            refusal = permission.refusalToPrepare(verdict);
        }
        if (refusal == null) {
            refusal = lane.unavailable(permission.owed());
        }
        if (refusal == null && !names.fitsStatement(verdict)) {
            refusal = Refusals.tooManyNames(names.held());
        }
        if (refusal == null) {
            refusal = ParameterTypes.refusal(in, text + textLength + 1, end, session);
        }
        if (refusal != null) {
            if (nameLength == 0) {
                names.setStatement(in, name, 0, null);
            }
            refuseExtended(in, length, refusal, verdict);
            return;
        }
        Verdict prepared =
                lane.concerns(verdict)
                        ? verdict.of(MessageText.bytes(in, text, textLength))
                        : verdict;
        NamedStatements.Change change = names.setStatement(in, name, nameLength, prepared);
        pass(in, length, Request.PARSE).of(verdict).changing(change);
    }

    private void bind(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int portal = in.readerIndex() + MessageFramer.HEADER_BYTES;
        int portalLength = MessageText.stringLength(in, portal, end);
        int name = portal + portalLength + 1;
        int nameLength = MessageText.stringLength(in, name, end);
        Verdict prepared = names.statement(in, name, nameLength);
        Verdict verdict = prepared == null ? null : judgements.upToDate(prepared);
        if (prepared != null && verdict == null) {
            return;
        }
        if (verdict != null && lane.opensBefore(verdict)) {
            awaitingAnswers = !replies.isEmpty();
            if (!awaitingAnswers) {
                passRun(in);
                lane.open(verdict, batchOpen);
            }
            return;
        }
        Refusal refusal = MessageText.nameRefusal(in, portal, portalLength);
        if (refusal == null) {
            refusal =
                    verdict == null
                            ? Refusals.unknownStatement()
                            : names.fitsPortal(verdict)
                                    ? permission.refusalToPrepare(verdict)
                                    : Refusals.tooManyNames(names.held());
            if (refusal == null) {
                refusal = lane.unavailable(permission.owed());
            }
        }
        if (refusal != null) {
            refuseExtended(in, length, refusal, verdict);
            return;
        }
        NamedStatements.Change change = names.setPortal(in, portal, portalLength, verdict);
        if (verdict != null && lane.concerns(verdict)) {
            names.bind(in, portal, portalLength, BoundParameters.of(in, length));
        }
        pass(in, length, Request.BIND).of(verdict).changing(change);
    }

    private void describe(ByteBuf in, int length) {
        Verdict verdict = named(in, length);
        if (verdict != null) {
            pass(in, length, Request.DESCRIBE).of(verdict);
        } else if (MessageText.isStatement(in)) {
            refuseExtended(in, length, Refusals.unknownStatement(), null);
        } else {
            // A cursor is a portal too, and DECLARE was judged. Drivers (psycopg 3) ask for its
            // columns; PostgreSQL itself says when there is no such portal.
            pass(in, length, Request.DESCRIBE);
        }
    }

    private void execute(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int portal = in.readerIndex() + MessageFramer.HEADER_BYTES;
        NamedStatements.Portal bound =
                names.portal(in, portal, MessageText.stringLength(in, portal, end));
        Verdict verdict = bound == null ? null : judgements.upToDate(bound.verdict());
        if (bound == null) {
            refuseExtended(in, length, Refusals.unknownPortal(), null);
            return;
        }
        if (verdict == null) {
            return;
        }
        if (mustWait(verdict)) {
            return;
        }
        // Decided anew: the policy may have changed since the portal was bound.
        Refusal refusal = permission.refusalToRun(verdict);
        if (refusal == null) {
            refusal = lane.refusalToExecute(verdict, permission.owed());
        }
        if (refusal != null) {
            refuseExtended(in, length, refusal, verdict);
            return;
        }
        if (lane.takes(verdict, permission.owed())) {
            passRun(in);
            ByteBuf message = in.readSlice(length).copy();
            runStart = in.readerIndex();
            batchOpen = true;
            lane.execute(message, verdict, bound.parameters(), reply(Request.EXECUTE, verdict));
            return;
        }
        Obligations owed = permission.owed();
        Delivered fetched = permission.fetched();
        if (fetched == null && owed.limitsResult()) {
            fetched = bound.delivered();
        }
        pass(in, length, Request.EXECUTE)
                .of(verdict)
                .owing(owed, fetched)
                .running(names.runBesides(verdict));
    }

    private void close(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int name = in.readerIndex() + MessageFramer.HEADER_BYTES + 1;
        int nameLength = MessageText.stringLength(in, name, end);
        Refusal refusal = MessageText.nameRefusal(in, name, nameLength);
        if (refusal != null) {
            refuseExtended(in, length, refusal, null);
            return;
        }
        NamedStatements.Change change =
                MessageText.isStatement(in)
                        ? names.setStatement(in, name, nameLength, null)
                        : names.setPortal(in, name, nameLength, null);
        pass(in, length, Request.CLOSE).changing(change);
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

    private ReplyQueue.Reply pass(ByteBuf in, int length, Request request) {
        batchOpen = true;
        in.skipBytes(length);
        return replies.add(request, session.nanoTime());
    }

    private @Nullable Verdict named(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int name = in.readerIndex() + MessageFramer.HEADER_BYTES + 1;
        int nameLength = MessageText.stringLength(in, name, end);
        if (MessageText.isStatement(in)) {
            return names.statement(in, name, nameLength);
        }
        NamedStatements.Portal portal = names.portal(in, name, nameLength);
        return portal == null ? null : portal.verdict();
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

    private void refuseExtended(
            ByteBuf in, int length, Refusal refusal, @Nullable Verdict verdict) {
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

    /// Writes what has passed since the last run.
    void passRun(ByteBuf in) {
        int end = in.readerIndex();
        if (end > runStart && session.open()) {
            session.writeUpstream(in.retainedSlice(runStart, end - runStart));
            runStart = end;
        }
    }
}
