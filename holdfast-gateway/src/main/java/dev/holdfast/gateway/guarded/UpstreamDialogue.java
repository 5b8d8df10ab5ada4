package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.WritingSession;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.BackendMessageType;
import dev.holdfast.pgwire.ErrorFields;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The connection to PostgreSQL as straight-line code sees it: what is sent is answered, whoever waits
/// blocks a virtual thread. The event loop hands over bytes as they arrive and stops reading while too
/// many wait.
///
/// Used by one virtual thread at a time; [#arrived], [#lost] and [#release] are the event loop's.
public final class UpstreamDialogue implements WritingSession {
    /// So many bytes may wait for the thread before nothing more is read.
    private static final int WAITING_BYTES_MAX = 1 << 20;

    /// The longest message that is held as a whole. Rows of the gateway's own questions are kept and
    /// compared as wholes.
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    /// The longest answer to one packet of questions, COPY aside.
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final Channel channel;
    private final MessageFramer framer;
    private final Asides asides;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean paused;
    private boolean lost;

    /// The thread's own.
    private @Nullable ByteBuf pending;

    /// Takes what PostgreSQL says about the session rather than in answer: NoticeResponse,
    /// ParameterStatus, NotificationResponse. Called on the waiting thread.
    @FunctionalInterface
    public interface Asides {
        /// Takes one such message.
        ///
        /// @param frame the whole message; valid during the call only
        void aside(byte type, ByteBuf frame);
    }

    public UpstreamDialogue(Channel channel, MessageFramer framer, Asides asides) {
        this.channel = channel;
        this.framer = framer;
        this.asides = asides;
    }

    // ---- the event loop's

    /// Takes over bytes.
    public void arrived(ByteBuf bytes) {
        synchronized (waiting) {
            if (lost) {
                bytes.release();
                return;
            }
            waiting.add(bytes);
            waitingBytes += bytes.readableBytes();
            if (waitingBytes > WAITING_BYTES_MAX && !paused) {
                paused = true;
                channel.config().setAutoRead(false);
            }
            waiting.notifyAll();
        }
    }

    /// The connection is gone, or is not to be used any more: whoever waits is told. Any thread.
    public void lost() {
        synchronized (waiting) {
            lost = true;
            waiting.forEach(ByteBuf::release);
            waiting.clear();
            waitingBytes = 0;
            waiting.notifyAll();
        }
    }

    /// Whether bytes are left that answer nothing; false in a session that is in step.
    public boolean hasUnread() {
        synchronized (waiting) {
            return waitingBytes > 0 || pending != null;
        }
    }

    public boolean isLost() {
        synchronized (waiting) {
            return lost;
        }
    }

    /// Whether the session can go on behind a refusal: the connection is there, and it is known what it is in.
    public boolean isInStepBehind(ChangeRefusedException why) {
        return !isLost() && !why.refusal().rule().equals(GuardedRefusals.OUT_OF_STEP);
    }

    // ---- the thread's

    /// Sends bytes; they are released.
    public void send(ByteBuf bytes) {
        channel.writeAndFlush(bytes, channel.voidPromise());
    }

    public void send(FrontendMessage... messages) {
        ByteBuf out = channel.alloc().buffer();
        for (FrontendMessage message : messages) {
            message.encode(out);
        }
        send(out);
    }

    /// An empty buffer to be filled and sent.
    public ByteBuf buffer() {
        return channel.alloc().buffer();
    }

    /// The next message that answers something, complete; the caller releases it. A fatal error answers
    /// nothing: it says that the connection ends, whatever became of what was asked. To a COMMIT it may
    /// come although the transaction has committed.
    ///
    /// @throws ChangeRefusedException if the connection is lost, or what comes is too long or makes no
    ///     sense
    public ByteBuf next() throws ChangeRefusedException {
        while (true) {
            ByteBuf frame = frame();
            byte type = frame.getByte(frame.readerIndex());
            switch (type) {
                case BackendMessageType.NOTICE_RESPONSE,
                        BackendMessageType.PARAMETER_STATUS,
                        BackendMessageType.NOTIFICATION_RESPONSE -> {
                    try {
                        asides.aside(type, frame);
                    } finally {
                        frame.release();
                    }
                }
                case BackendMessageType.ERROR_RESPONSE -> {
                    if (!isFatal(frame)) {
                        return frame;
                    }
                    frame.release();
                    lost();
                    throw new ChangeRefusedException(GuardedRefusals.upstreamLost());
                }
                default -> {
                    return frame;
                }
            }
        }
    }

    private static boolean isFatal(ByteBuf frame) {
        String severity = errorFields(frame).value(ErrorFields.SEVERITY_NOT_LOCALIZED);
        return severity != null && (severity.equals("FATAL") || severity.equals("PANIC"));
    }

    private ByteBuf frame() throws ChangeRefusedException {
        while (true) {
            ByteBuf held = pending;
            if (held != null) {
                int length;
                try {
                    length = framer.frameLength(held);
                } catch (ProtocolViolation e) {
                    throw new ChangeRefusedException(GuardedRefusals.outOfStep(), e);
                }
                if (length > MESSAGE_BYTES_MAX) {
                    throw new ChangeRefusedException(
                            GuardedRefusals.messageTooLong(length, MESSAGE_BYTES_MAX));
                }
                if (length != MessageFramer.INCOMPLETE && held.readableBytes() >= length) {
                    ByteBuf frame = held.readRetainedSlice(length);
                    if (!held.isReadable()) {
                        pending = null;
                        held.release();
                    }
                    return frame;
                }
            }
            ByteBuf chunk = await();
            pending =
                    held == null
                            ? chunk
                            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(
                                    channel.alloc(), held, chunk);
        }
    }

    private ByteBuf await() throws ChangeRefusedException {
        synchronized (waiting) {
            while (waiting.isEmpty()) {
                if (lost) {
                    throw new ChangeRefusedException(GuardedRefusals.upstreamLost());
                }
                try {
                    waiting.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new ChangeRefusedException(GuardedRefusals.upstreamLost(), e);
                }
            }
            ByteBuf chunk = waiting.remove();
            waitingBytes -= chunk.readableBytes();
            if (paused && waitingBytes <= WAITING_BYTES_MAX / 2) {
                paused = false;
                channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
            }
            return chunk;
        }
    }

    /// Gives up what was read and not used. Called when nobody waits any more.
    public void release() {
        ByteBuf rest = pending;
        pending = null;
        if (rest != null) {
            rest.release();
        }
    }

    // ---- questions

    @Override
    public List<List<@Nullable String>> query(String sql, List<@Nullable String> parameters)
            throws ChangeRefusedException {
        return ask(List.of(new Question(sql, parameters))).getFirst();
    }

    /// Asks several questions in one packet.
    ///
    /// @return the rows of each
    /// @throws ChangeRefusedException if one of them fails; none behind it was run
    public List<List<List<@Nullable String>>> ask(List<Question> questions)
            throws ChangeRefusedException {
        send(encoded(questions));
        return answers(questions.size());
    }

    /// The questions and a Sync, in one packet.
    public ByteBuf encoded(List<Question> questions) {
        ByteBuf out = buffer();
        encode(questions, out);
        return out;
    }

    /// Appends the questions and a Sync.
    public static void encode(List<Question> questions, ByteBuf out) {
        questions.forEach(question -> question.encode(out));
        new FrontendMessage.Sync().encode(out);
    }

    /// Reads the answers to questions that were sent, up to ReadyForQuery.
    ///
    /// @throws ChangeRefusedException as [#ask], and where the transaction block is not open behind
    ///     them
    public List<List<List<@Nullable String>>> answers(int questions) throws ChangeRefusedException {
        List<List<List<@Nullable String>>> results = new ArrayList<>(questions);
        List<List<@Nullable String>> rows = new ArrayList<>();
        PostgresErrorException failure = null;
        int bytes = 0;
        while (true) {
            ByteBuf frame = next();
            try {
                bytes += frame.readableBytes();
                if (bytes > ANSWER_BYTES_MAX) {
                    throw new ChangeRefusedException(
                            GuardedRefusals.messageTooLong(bytes, ANSWER_BYTES_MAX));
                }
                switch (frame.getByte(frame.readerIndex())) {
                    case BackendMessageType.DATA_ROW -> rows.add(row(frame));
                    case BackendMessageType.COMMAND_COMPLETE -> {
                        results.add(rows);
                        rows = new ArrayList<>();
                    }
                    case BackendMessageType.ERROR_RESPONSE ->
                            failure = failure == null ? error(frame, results.size()) : failure;
                    case BackendMessageType.READY_FOR_QUERY -> {
                        if (failure != null) {
                            throw new ChangeRefusedException(
                                    GuardedRefusals.questionFailed(failure.sqlState()), failure);
                        }
                        if (TransactionStatus.ofReadyForQuery(frame)
                                        != TransactionStatus.IN_TRANSACTION
                                || results.size() != questions) {
                            throw new ChangeRefusedException(GuardedRefusals.outOfStep());
                        }
                        return results;
                    }
                    case BackendMessageType.PARSE_COMPLETE,
                            BackendMessageType.BIND_COMPLETE,
                            BackendMessageType.CLOSE_COMPLETE -> {}
                    default -> throw new ChangeRefusedException(GuardedRefusals.outOfStep());
                }
            } finally {
                frame.release();
            }
        }
    }

    /// Reads through to the next ReadyForQuery, whatever comes before it.
    ///
    /// @return its status
    public TransactionStatus ready() throws ChangeRefusedException {
        while (true) {
            ByteBuf frame = next();
            try {
                if (frame.getByte(frame.readerIndex()) == BackendMessageType.READY_FOR_QUERY) {
                    return TransactionStatus.ofReadyForQuery(frame);
                }
            } finally {
                frame.release();
            }
        }
    }

    /// Reads through to the next ReadyForQuery, which must have this status.
    ///
    /// @throws ChangeRefusedException if it has another: nobody knows what the session is in then
    public void ready(TransactionStatus expected) throws ChangeRefusedException {
        if (ready() != expected) {
            throw new ChangeRefusedException(GuardedRefusals.outOfStep());
        }
    }

    @Override
    public void copyOut(String query, RowSink sink) throws ChangeRefusedException {
        send(encoded(List.of(new Question("COPY (" + query + ") TO STDOUT"))));
        ChangeRefusedException refused = null;
        String failedWith = null;
        while (true) {
            ByteBuf frame = next();
            try {
                switch (frame.getByte(frame.readerIndex())) {
                    case BackendMessageType.COPY_DATA -> {
                        if (refused == null) {
                            refused = give(frame, sink);
                        }
                    }
                    case BackendMessageType.ERROR_RESPONSE -> failedWith = sqlState(frame);
                    case BackendMessageType.READY_FOR_QUERY -> {
                        if (refused != null) {
                            throw refused;
                        }
                        if (failedWith != null) {
                            throw new ChangeRefusedException(
                                    GuardedRefusals.questionFailed(failedWith));
                        }
                        return;
                    }
                    default -> {}
                }
            } finally {
                frame.release();
            }
        }
    }

    /// Gives a row to a sink. Where the sink refuses, the rest is read all the same, so that the
    /// connection stays in step.
    private static @Nullable ChangeRefusedException give(ByteBuf frame, RowSink sink) {
        int start = frame.readerIndex() + MessageFramer.HEADER_BYTES;
        int end = frame.writerIndex();
        int length = end > start && frame.getByte(end - 1) == '\n' ? end - start - 1 : end - start;
        try {
            sink.row(ByteBufUtil.getBytes(frame, start, length));
            return null;
        } catch (ChangeRefusedException e) {
            return e;
        }
    }

    static List<@Nullable String> row(ByteBuf frame) {
        BackendMessage.DataRow message =
                (BackendMessage.DataRow) BackendMessage.decode(frame.slice());
        List<@Nullable String> row = new ArrayList<>(message.values().size());
        for (ByteBuf value : message.values()) {
            row.add(value == null ? null : value.toString(StandardCharsets.UTF_8));
        }
        return row;
    }

    private static PostgresErrorException error(ByteBuf frame, int question) {
        return new PostgresErrorException(sqlState(frame), ByteBufUtil.getBytes(frame), question);
    }

    static String sqlState(ByteBuf frame) {
        String state = errorFields(frame).sqlState();
        return state == null ? "XX000" : state;
    }

    private static ErrorFields errorFields(ByteBuf frame) {
        return ((BackendMessage.ErrorResponse) BackendMessage.decode(frame.slice())).fields();
    }
}
