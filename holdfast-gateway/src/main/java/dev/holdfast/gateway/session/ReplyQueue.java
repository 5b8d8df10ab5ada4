package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Refusal;
import org.jspecify.annotations.Nullable;

/// What PostgreSQL still owes an answer for, oldest first.
///
/// PostgreSQL answers in the order in which it was asked, so the oldest entry names what an arriving
/// message answers. A ring of entries that are used again: a request on its way costs no allocation.
final class ReplyQueue {
    private static final int SMALLEST = 16;

    /// What was asked, by the name of the message that asked it.
    enum Request {
        QUERY,
        PARSE,
        BIND,
        DESCRIBE,
        EXECUTE,
        CLOSE,
        SYNC
    }

    /// One request on its way. Valid until it is taken from the queue.
    static final class Reply {
        private Request request = Request.SYNC;
        private long arrivedAtNanos;
        private @Nullable Verdict verdict;
        private @Nullable String ranBesides;
        private @Nullable Refusal refusal;
        private NamedStatements.@Nullable Change change;
        private int statementsDone;
        private long rows;
        private boolean counted;
        private @Nullable String failedWith;
        private Obligations owed = Obligations.NONE;
        private @Nullable Asking asking;
        private final Delivered own = new Delivered();
        private Delivered delivered = own;
        private boolean resultLimited;
        private long passed;
        private boolean cut;
        private @Nullable Refusal endedBy;

        Request request() {
            return request;
        }

        /// Whether it runs a statement, rather than preparing for one.
        boolean runs() {
            return switch (request) {
                case QUERY, EXECUTE -> true;
                case PARSE, BIND, DESCRIBE, CLOSE, SYNC -> false;
            };
        }

        /// When the request arrived, by [System#nanoTime].
        long arrivedAtNanos() {
            return arrivedAtNanos;
        }

        /// What was to run; null where nothing runs (Sync, Close) and where the text was refused.
        @Nullable Verdict verdict() {
            return verdict;
        }

        /// The text for the record: what was to run, and what that runs by its name.
        String recorded(Verdict run) {
            String besides = ranBesides;
            return besides == null ? run.recorded() : run.recorded() + besides;
        }

        /// Set where something that PostgreSQL refuses was sent in place of what the client sent:
        /// PostgreSQL's error is then replaced by this one.
        @Nullable Refusal refusal() {
            return refusal;
        }

        /// What the request changed in the names of the session, to be taken back if it fails.
        NamedStatements.@Nullable Change change() {
            return change;
        }

        int statementsDone() {
            return statementsDone;
        }

        /// One of the statements is done.
        void statementDone(long tagRows) {
            statementsDone++;
            if (tagRows >= 0) {
                rows += tagRows;
                counted = true;
            }
        }

        void failed(String sqlState) {
            if (!cut) {
                failedWith = sqlState;
            }
        }

        /// SQLSTATE of the error that answered it; null where there was none.
        @Nullable String failedWith() {
            return failedWith;
        }

        /// Rows by the command tags; -1 where none told.
        long rows() {
            return cut ? passed : counted ? rows : -1;
        }

        /// How people are asked about it, or were; null where they need not be.
        @Nullable Asking asking() {
            return asking;
        }

        Reply asking(@Nullable Asking ofPeople) {
            asking = ofPeople;
            return this;
        }

        /// What is owed while it runs.
        Obligations owed() {
            return owed;
        }

        /// Notes what is owed.
        ///
        /// @param fetched what was sent of the same result before; null where this is its begin
        Reply owing(Obligations obligations, @Nullable Delivered fetched) {
            owed = obligations;
            resultLimited = obligations.limitsResult();
            if (fetched != null) {
                delivered = fetched;
            }
            return this;
        }

        /// Counts a row before it is passed on.
        ///
        /// @return why the statement must end; null if it may go on
        @Nullable Refusal deliver(int rowBytes) {
            if (!resultLimited) {
                return null;
            }
            delivered.add(rowBytes);
            long rowsMax = owed.resultRowsMax();
            long bytesMax = owed.resultBytesMax();
            if ((rowsMax == 0 || delivered.rows() <= rowsMax)
                    && (bytesMax == 0 || delivered.bytes() <= bytesMax)) {
                passed++;
                return null;
            }
            return Refusals.resultTooLarge(owed, delivered.rows(), delivered.bytes());
        }

        /// Its result ends here: the client has been told why, and gets no more of it.
        void cutBy(Refusal why) {
            cut = true;
            endedBy = why;
            failedWith = why.code().sqlState();
        }

        boolean isCut() {
            return cut;
        }

        /// PostgreSQL is asked to cancel it; why is what the client is told when it has.
        void cancelledBy(Refusal why) {
            endedBy = why;
        }

        /// The limit for which the gateway ends it; null where there is none.
        @Nullable Refusal endedBy() {
            return endedBy;
        }

        Reply of(@Nullable Verdict run) {
            verdict = run;
            return this;
        }

        /// Notes the texts that EXECUTE or FETCH runs; null where there are none.
        Reply running(@Nullable String besides) {
            ranBesides = besides;
            return this;
        }

        Reply refusedWith(Refusal instead) {
            refusal = instead;
            return this;
        }

        Reply changing(NamedStatements.@Nullable Change made) {
            change = made;
            return this;
        }

        private void begin(Request asked, long nowNanos) {
            request = asked;
            arrivedAtNanos = nowNanos;
            verdict = null;
            ranBesides = null;
            refusal = null;
            change = null;
            statementsDone = 0;
            rows = 0;
            counted = false;
            failedWith = null;
            owed = Obligations.NONE;
            asking = null;
            own.clear();
            delivered = own;
            resultLimited = false;
            passed = 0;
            cut = false;
            endedBy = null;
        }
    }

    private final int depthMax;
    private Reply[] ring = ring(SMALLEST);
    private int first;
    private int size;
    private long answered;

    /// @param depthMax from how many entries on the queue counts as full; a power of two
    ReplyQueue(int depthMax) {
        this.depthMax = depthMax;
    }

    private static Reply[] ring(int capacity) {
        Reply[] ring = new Reply[capacity];
        for (int at = 0; at < capacity; at++) {
            ring[at] = new Reply();
        }
        return ring;
    }

    Reply add(Request request, long nowNanos) {
        if (size == ring.length) {
            grow();
        }
        Reply reply = ring[(first + size) & (ring.length - 1)];
        size++;
        reply.begin(request, nowNanos);
        return reply;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// Whether the client must wait before it asks more.
    boolean isFull() {
        return size >= depthMax;
    }

    int size() {
        return size;
    }

    /// The oldest entry.
    ///
    /// @throws IllegalStateException if nothing is owed
    Reply first() {
        return at(0);
    }

    /// What may be running: the oldest entry that runs a statement, as far as nothing before it ends the
    /// batch. PostgreSQL keeps the short answers to Parse and Bind back until it has more to say.
    ///
    /// @throws IllegalStateException if nothing is owed
    Reply running() {
        for (int at = 0; at < size; at++) {
            Reply reply = at(at);
            if (reply.runs()) {
                return reply;
            }
            if (reply.request == Request.SYNC) {
                break;
            }
        }
        return first();
    }

    Reply at(int index) {
        if (index >= size) {
            throw new IllegalStateException(
                    "owed answers: " + size + " (expected: > " + index + ")");
        }
        return ring[(first + index) & (ring.length - 1)];
    }

    /// Forgets the oldest entries.
    void remove(int count) {
        first = (first + count) & (ring.length - 1);
        size -= count;
        answered += count;
    }

    /// Forgets everything: it was answered elsewhere.
    void clear() {
        remove(size);
    }

    /// How many requests were answered so far; tells whether the oldest is still the same.
    long answered() {
        return answered;
    }

    private void grow() {
        Reply[] grown = ring(ring.length * 2);
        for (int at = 0; at < size; at++) {
            grown[at] = ring[(first + at) & (ring.length - 1)];
        }
        ring = grown;
        first = 0;
    }
}
