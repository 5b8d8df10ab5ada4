package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.CommandTag;
import dev.holdfast.gateway.guarded.WithheldWords;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way from PostgreSQL to the client: answers are passed on as they came, matched to what they
/// answer, counted and put on record. The error that a refused request drew from PostgreSQL is replaced
/// by the refusal.
///
/// Rows are passed on as they arrive, however long: only messages that are read here are waited for.
///
/// **A result that grows too large is cut** before the row that would exceed the limit: the client gets
/// an error in its place, and PostgreSQL is asked to cancel. What it sends until it has (rows, its own
/// error, or the proper end of a statement that was faster) is swallowed, up to the ReadyForQuery that
/// the client waits for. Requests that were sent behind the cut one may have run by then; for the client
/// they are skipped, as behind any error.
final class Answers {
    private static final Logger LOGGER = LoggerFactory.getLogger(Answers.class);

    private final Session session;
    private final MessageFramer framer;
    private final ReplyQueue replies;
    private final NamedStatements names;

    private @Nullable ByteBuf pending;

    /// Bytes of a row that have not yet arrived.
    private int streaming;

    /// Where the bytes begin that may be passed on but are not yet.
    private int runStart;

    /// What is answered by the ReadyForQuery at which swallowing ends; null where nothing is swallowed.
    private @Nullable Request swallowingTo;

    private long cutAtNanos;

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
        runStart = in.readerIndex();
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
                row(in, length);
                continue;
            }
            if (in.readableBytes() < length) {
                break;
            }
            boolean hidden = swallowingTo != null;
            Refusal instead =
                    type == BackendMessageType.ERROR_RESPONSE ? instead(in, length) : null;
            if (instead == null) {
                hidden &= !passesAlways(in, type, length);
                int start = in.readerIndex();
                boolean withheld = !hidden && withholds(type);
                if (withheld) {
                    passRun(in);
                }
                take(in, type, length);
                // The ReadyForQuery that ends the swallowing is for the client.
                hidden &= swallowingTo != null;
                in.skipBytes(length);
                if (withheld && session.open()) {
                    ByteBuf out = session.allocator().buffer();
                    WithheldWords.write(in.slice(start, length), out);
                    session.writeClient(out);
                }
                if (hidden || withheld) {
                    runStart = in.readerIndex();
                } else if (swallowingTo != null) {
                    passRun(in);
                }
            } else {
                passRun(in);
                in.skipBytes(length);
                runStart = in.readerIndex();
                refuse(instead);
            }
        }
        passRun(in);
    }

    /// Whether a message may quote rows that are closed to the agent: deferred constraints of a transaction
    /// that wrote are settled by any statement in it.
    private boolean withholds(byte type) {
        return (type == BackendMessageType.ERROR_RESPONSE
                        || type == BackendMessageType.NOTICE_RESPONSE)
                && session.lane().withholds();
    }

    private void row(ByteBuf in, int length) {
        Reply reply = requireOwed();
        if (swallowingTo == null) {
            Refusal why = reply.deliver(length);
            if (why != null) {
                passRun(in);
                cut(reply, why);
            }
        }
        streaming = length;
    }

    private void cut(Reply reply, Refusal why) {
        reply.cutBy(why);
        swallowingTo = reply.request() == Request.EXECUTE ? Request.SYNC : Request.QUERY;
        cutAtNanos = session.nanoTime();
        session.cutShort(why);
        if (swallowingTo == Request.SYNC && !syncIsAwaited()) {
            session.skipToSync();
        }
    }

    private boolean syncIsAwaited() {
        for (int at = 0; at < replies.size(); at++) {
            if (replies.at(at).request() == Request.SYNC) {
                return true;
            }
        }
        return false;
    }

    /// Whether a message says something about the connection or the session rather than about the
    /// statement whose answer is swallowed.
    private static boolean passesAlways(ByteBuf in, byte type, int length) {
        return switch (type) {
            case BackendMessageType.PARAMETER_STATUS,
                    BackendMessageType.NOTICE_RESPONSE,
                    BackendMessageType.NOTIFICATION_RESPONSE ->
                    true;
            case BackendMessageType.ERROR_RESPONSE -> ErrorText.isFatal(in, length);
            default -> false;
        };
    }

    /// Whether a row has arrived to its end.
    private boolean streamed(ByteBuf in) {
        int count = Math.min(streaming, in.readableBytes());
        in.skipBytes(count);
        streaming -= count;
        if (swallowingTo != null) {
            runStart = in.readerIndex();
        }
        return streaming == 0;
    }

    /// For how long PostgreSQL has been sending what nobody wants; 0 if it is not.
    long cutFor(long nowNanos) {
        return swallowingTo == null ? 0 : nowNanos - cutAtNanos;
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

    private void passRun(ByteBuf in) {
        int count = in.readerIndex() - runStart;
        if (count > 0 && session.open()) {
            session.writeClient(in.retainedSlice(runStart, count));
        }
        runStart = in.readerIndex();
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
            case BackendMessageType.PARAMETER_STATUS -> ParameterWatch.note(in, length, session);
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
            // and nobody knows what ran.
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
                session.recorder().done(reply);
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
            session.recorder().done(reply);
        }
        if (reply.request() == swallowingTo) {
            swallowingTo = null;
        }
        replies.remove(1);
        TransactionStatus status = TransactionStatus.ofReadyForQuery(in);
        if (status == TransactionStatus.IDLE && session.lane().standsOpen()) {
            // Something ended a transaction that might have written, and nothing measured it.
            LOGGER.error("a guarded transaction was ended past the lane");
            session.end(Refusals.outOfStep());
            return;
        }
        session.readyForQuery(status);
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

    /// What the client is told in place of an error of PostgreSQL: the refusal of a request that was
    /// refused here, or the limit for which it was cancelled. Null where PostgreSQL's words stand. Fatal
    /// ones always do: they are about the connection.
    private @Nullable Refusal instead(ByteBuf in, int length) {
        if (replies.isEmpty() || ErrorText.isFatal(in, length)) {
            return null;
        }
        Reply reply = replies.first();
        if (reply.refusal() != null) {
            return reply.refusal();
        }
        Refusal limit = reply.isCut() ? null : reply.endedBy();
        return limit != null && ErrorText.sqlState(in, length).equals(limit.code().sqlState())
                ? limit
                : null;
    }

    private void refuse(Refusal instead) {
        Reply reply = replies.first();
        if (swallowingTo == null) {
            session.writeError(instead);
        }
        if (reply.refusal() != null) {
            session.recorder().refused(reply.verdict(), instead, reply.arrivedAtNanos());
        }
        failed(instead.code().sqlState());
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
                    session.recorder().done(reply);
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
        recordSkipped(skipped);
        if (skipped == replies.size()) {
            session.skipToSync();
        }
        replies.remove(skipped);
    }

    /// The first is the one that failed. It is on record, and with it the Execute that it was for.
    @SuppressWarnings("ReferenceEquality")
    private void recordSkipped(int skipped) {
        for (int at = 1; at < skipped && session.open(); at++) {
            Reply reply = replies.at(at);
            boolean ofTheFailed = reply.verdict() == replies.first().verdict();
            if (reply.refusal() != null || (reply.runs() && !ofTheFailed)) {
                session.recorder().skipped(reply);
            }
        }
    }
}
