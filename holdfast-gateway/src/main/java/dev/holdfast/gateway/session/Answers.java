package dev.holdfast.gateway.session;

import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.gateway.session.ReplyQueue.Request;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.BackendMessageType;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/// The way from PostgreSQL to the client: answers are passed on as they came, matched to what they
/// answer, counted and put on record. The error that a refused request drew from PostgreSQL is replaced
/// by the refusal.
///
/// Rows are passed on as they arrive, however long: only messages that are read here are waited for.
final class Answers {
    private final Session session;
    private final MessageFramer framer;
    private final ReplyQueue replies;
    private final NamedStatements names;

    private @Nullable ByteBuf pending;

    /// Bytes of a row that have not yet arrived.
    private int streaming;

    private boolean reading;
    private boolean fatal;

    Answers(Session session, MessageFramer framer) {
        this.session = session;
        this.framer = framer;
        this.replies = session.replies();
        this.names = session.names();
    }

    /// Takes bytes from PostgreSQL.
    ///
    /// @throws ProtocolViolation if they are not what the protocol allows, or answer nothing that was
    ///     asked
    void read(ByteBuf arrived) {
        ByteBuf earlier = pending;
        ByteBuf in =
                earlier == null
                        ? arrived
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                session.allocator(), earlier, arrived);
        pending = in;
        reading = true;
        try {
            advance(in);
        } finally {
            reading = false;
        }
        if (!session.open() || !in.isReadable()) {
            release();
        }
    }

    private void advance(ByteBuf in) {
        int runStart = in.readerIndex();
        while (session.open()) {
            if (streaming > 0 && !streamed(in)) {
                break;
            }
            int length = framer.frameLength(in);
            if (length == MessageFramer.INCOMPLETE) {
                break;
            }
            byte type = in.getByte(in.readerIndex());
            if (type == BackendMessageType.DATA_ROW || type == BackendMessageType.COPY_DATA) {
                requireOwed();
                streaming = length;
                continue;
            }
            if (in.readableBytes() < length) {
                break;
            }
            if (type == BackendMessageType.ERROR_RESPONSE && replaced(in, length)) {
                pass(in, runStart);
                in.skipBytes(length);
                runStart = in.readerIndex();
                refuse();
            } else {
                take(in, type, length);
                in.skipBytes(length);
            }
        }
        pass(in, runStart);
    }

    /// Whether a row has arrived to its end.
    private boolean streamed(ByteBuf in) {
        int count = Math.min(streaming, in.readableBytes());
        in.skipBytes(count);
        streaming -= count;
        return streaming == 0;
    }

    /// Whether PostgreSQL has told the client itself that the connection ends.
    boolean saidWhyItEnds() {
        return fatal;
    }

    void release() {
        if (reading) {
            return;
        }
        ByteBuf rest = pending;
        pending = null;
        if (rest != null) {
            rest.release();
        }
    }

    private void pass(ByteBuf in, int runStart) {
        int count = in.readerIndex() - runStart;
        if (count > 0 && session.open()) {
            session.writeClient(in.retainedSlice(runStart, count));
        }
    }

    private void take(ByteBuf in, byte type, int length) {
        switch (type) {
            case BackendMessageType.COMMAND_COMPLETE -> commandComplete(in, length);
            case BackendMessageType.READY_FOR_QUERY -> readyForQuery(in);
            case BackendMessageType.PARSE_COMPLETE -> done(Request.PARSE);
            case BackendMessageType.BIND_COMPLETE -> done(Request.BIND);
            case BackendMessageType.CLOSE_COMPLETE -> done(Request.CLOSE);
            case BackendMessageType.PARAMETER_DESCRIPTION,
                    BackendMessageType.COPY_OUT_RESPONSE,
                    BackendMessageType.COPY_DONE ->
                    requireOwed();
            case BackendMessageType.ROW_DESCRIPTION, BackendMessageType.NO_DATA -> described();
            case BackendMessageType.EMPTY_QUERY_RESPONSE, BackendMessageType.PORTAL_SUSPENDED ->
                    statementDone(-1);
            case BackendMessageType.ERROR_RESPONSE -> {
                fatal |= ErrorText.isFatal(in, length);
                failed(ErrorText.sqlState(in, length));
            }
            case BackendMessageType.PARAMETER_STATUS -> session.parameterStatus(in, length);
            case BackendMessageType.NOTICE_RESPONSE, BackendMessageType.NOTIFICATION_RESPONSE -> {}
            default ->
                    throw ProtocolViolation.of(
                            "answer", BackendMessageType.name(type), "one that fits a session");
        }
    }

    private Reply requireOwed() {
        if (replies.isEmpty()) {
            throw ProtocolViolation.of("answers", 1, "0: nothing was asked");
        }
        Reply reply = replies.first();
        if (reply.refusal() != null) {
            // What was sent in place of a refused request must fail. That it did not is a defect,
            // and
            // nobody knows what ran.
            throw ProtocolViolation.of("answer to a refused request", "success", "an error");
        }
        return reply;
    }

    private void done(Request request) {
        Reply reply = requireOwed();
        if (reply.request() != request) {
            throw ProtocolViolation.of("answered request", request, reply.request().name());
        }
        replies.remove(1);
    }

    private void described() {
        if (requireOwed().request() == Request.DESCRIBE) {
            replies.remove(1);
        }
    }

    private void commandComplete(ByteBuf in, int length) {
        statementDone(CommandTag.rows(in, in.readerIndex() + MessageFramer.HEADER_BYTES, length));
    }

    private void statementDone(long rows) {
        Reply reply = requireOwed();
        reply.statementDone(rows);
        switch (reply.request()) {
            case QUERY -> session.statementDone(reply);
            case EXECUTE -> {
                session.statementDone(reply);
                session.recordDone(reply);
                replies.remove(1);
            }
            case PARSE, BIND, DESCRIBE, CLOSE, SYNC ->
                    throw ProtocolViolation.of(
                            "completed request", reply.request(), "QUERY or EXECUTE");
        }
    }

    private void readyForQuery(ByteBuf in) {
        Reply reply = requireOwedReady();
        if (reply.request() == Request.QUERY && reply.refusal() == null) {
            session.recordDone(reply);
        }
        replies.remove(1);
        session.readyForQuery(TransactionStatus.ofReadyForQuery(in));
    }

    private Reply requireOwedReady() {
        if (replies.isEmpty()) {
            throw ProtocolViolation.of("ReadyForQuery", 1, "0: nothing was asked");
        }
        Reply reply = replies.first();
        boolean unanswered = reply.refusal() != null && reply.failedWith() == null;
        boolean ends = reply.request() == Request.QUERY || reply.request() == Request.SYNC;
        if (!ends || unanswered) {
            throw ProtocolViolation.of(
                    "ReadyForQuery after", reply.request(), "an answer to it first");
        }
        return reply;
    }

    /// Whether an error answers a request that was refused here. Fatal ones are about the connection.
    private boolean replaced(ByteBuf in, int length) {
        return !replies.isEmpty()
                && replies.first().refusal() != null
                && !ErrorText.isFatal(in, length);
    }

    private void refuse() {
        Reply reply = replies.first();
        Refusal refusal = reply.refusal();
        if (refusal == null) {
            throw new IllegalStateException("refusal: none (expected: one)");
        }
        session.answerRefused(reply, refusal);
        failed(refusal.code().sqlState());
    }

    private void failed(String sqlState) {
        if (replies.isEmpty()) {
            // About the connection itself: shut-down, or a time limit between statements.
            return;
        }
        Reply reply = replies.first();
        reply.failed(sqlState);
        switch (reply.request()) {
            case QUERY, SYNC -> {}
            case PARSE, BIND, DESCRIBE, EXECUTE, CLOSE -> {
                if (reply.refusal() == null) {
                    session.recordDone(reply);
                }
                skipToSync();
            }
        }
    }

    /// Forgets what PostgreSQL now skips, and takes back what it would have changed.
    private void skipToSync() {
        int skipped = 0;
        while (skipped < replies.size() && replies.at(skipped).request() != Request.SYNC) {
            skipped++;
        }
        for (int at = skipped - 1; at >= 0; at--) {
            NamedStatements.Change change = replies.at(at).change();
            if (change != null) {
                names.takeBack(change);
            }
        }
        if (skipped == replies.size()) {
            session.skipToSync();
        }
        replies.remove(skipped);
    }
}
