package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.GuardedTransaction;
import dev.holdfast.gateway.guarded.Question;
import dev.holdfast.gateway.guarded.StatementRelay;
import dev.holdfast.gateway.guarded.StatementRelay.Ended;
import dev.holdfast.gateway.guarded.UpstreamDialogue;
import dev.holdfast.gateway.session.Lane.Scope;
import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.Counters;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.DescribeTarget;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One piece of work of the guarded lane, on a thread of its own: what is sent to PostgreSQL, in which
/// order, and what the client is told. Reads from top to bottom like the protocol itself.
///
/// Where the connection is lost or out of step the exception leaves, and the session ends. Any other
/// refusal is told to the client, and its transaction fails as by an error of PostgreSQL's.
final class LaneWork {
    private static final Question FLUSH = new Question(Counters.FLUSH);
    private static final Question BEGIN = new Question("BEGIN READ WRITE");
    private static final Question READ_WRITE = new Question("SET TRANSACTION READ WRITE");
    private static final Question COMMIT = new Question("COMMIT");
    private static final Question ROLLBACK = new Question("ROLLBACK");

    /// Not SQL whatever the version; what PostgreSQL's log shows of a refused statement.
    private static final FrontendMessage FAILING_QUERY =
            new FrontendMessage.Query("HOLDFAST REFUSED THIS STATEMENT");

    private static final FrontendMessage SYNC = new FrontendMessage.Sync();

    private final Lane lane;
    private final Session session;
    private final UpstreamDialogue upstream;
    private final LaneClient client;
    private final StatementRelay relay;
    private final @Nullable Verdict verdict;
    private final @Nullable Reply reply;
    private final List<@Nullable String> parameters;

    LaneWork(
            Lane lane,
            Session session,
            UpstreamDialogue upstream,
            @Nullable Verdict verdict,
            @Nullable Reply reply,
            List<@Nullable String> parameters) {
        this.lane = lane;
        this.session = session;
        this.upstream = upstream;
        this.client = new LaneClient(lane, session.seat(), verdict, reply);
        this.relay = new StatementRelay(upstream, client);
        this.verdict = verdict;
        this.reply = reply;
        this.parameters = parameters;
    }

    // ---- statements that may write

    /// A simple query: within the agent's transaction, or in one of its own.
    void query(String sql) throws ChangeRefusedException {
        boolean own = lane.scope() == Scope.NONE;
        Approval approval;
        try {
            approval = taken();
        } catch (ChangeRefusedException e) {
            if (!own) {
                fail();
            }
            client.refused(e, own ? TransactionStatus.IDLE : TransactionStatus.FAILED);
            return;
        }
        GuardedTransaction within = own ? lane.opened(Scope.BATCH) : transaction();
        begins(within, run(sql), approval);
        boolean single = verdict().statements().size() == 1;
        boolean copy = single && verdict().statements().getFirst().command().startsWith("COPY");
        ByteBuf out = upstream.buffer();
        if (own) {
            UpstreamDialogue.encode(List.of(FLUSH), out);
            UpstreamDialogue.encode(List.of(BEGIN), out);
        }
        if (single) {
            // By the extended protocol, which takes one statement and no more. Under the gateway's
            // own name: the client's unnamed statement stays the one that was judged.
            new FrontendMessage.Close(DescribeTarget.PORTAL, Question.NAME).encode(out);
            new FrontendMessage.Close(DescribeTarget.STATEMENT, Question.NAME).encode(out);
            new FrontendMessage.Parse(Question.NAME, sql, List.of()).encode(out);
            new FrontendMessage.Bind(Question.NAME, Question.NAME, List.of(), List.of(), List.of())
                    .encode(out);
            new FrontendMessage.Describe(DescribeTarget.PORTAL, Question.NAME).encode(out);
            new FrontendMessage.Execute(Question.NAME, 0).encode(out);
        } else {
            new FrontendMessage.Query(sql).encode(out);
        }
        if (copy) {
            // A Sync would be swallowed by the COPY.
            new FrontendMessage.Flush().encode(out);
        } else {
            afterStatement(single, out);
        }
        upstream.send(out);
        if (own) {
            upstream.ready(TransactionStatus.IDLE);
            upstream.ready(TransactionStatus.IN_TRANSACTION);
        }
        Ended ended = single ? relay.statement() : relay.queryString();
        if (copy) {
            ByteBuf rest = upstream.buffer();
            afterStatement(true, rest);
            upstream.send(rest);
        }
        if (single) {
            upstream.ready();
        }
        finish(ended, within, own);
    }

    private static void afterStatement(boolean single, ByteBuf out) {
        if (single) {
            SYNC.encode(out);
        }
        UpstreamDialogue.encode(GuardedTransaction.measuring(), out);
    }

    private void finish(Ended ended, GuardedTransaction within, boolean own)
            throws ChangeRefusedException {
        if (ended.error() != null) {
            // The question behind it failed with it.
            upstream.ready();
            if (own) {
                rollBack(within);
            }
            client.failed(ended, own ? TransactionStatus.IDLE : TransactionStatus.FAILED);
            return;
        }
        try {
            List<List<@Nullable String>> counted = upstream.answers(1).getFirst();
            requireWhole(ended);
            within.statementMeasured(counted, owed());
            if (own) {
                within.prepare(upstream);
            }
        } catch (ChangeRefusedException e) {
            LaneClient.drop(ended);
            refuse(e, own);
            return;
        }
        if (!own) {
            client.done(ended, TransactionStatus.IN_TRANSACTION);
        } else if (commit(within, upstream.encoded(List.of(COMMIT)), true)) {
            client.done(ended, TransactionStatus.IDLE);
        } else {
            LaneClient.drop(ended);
        }
    }

    /// An Execute within a transaction that stands open.
    void execute(ByteBuf message) throws ChangeRefusedException {
        GuardedTransaction within = transaction();
        Approval approval;
        try {
            approval = taken();
        } catch (ChangeRefusedException e) {
            message.release();
            fail();
            client.refused(e, null);
            session.seat().onLoop(session::skipToSync);
            return;
        }
        begins(within, run(verdict().textForJournal()), approval);
        upstream.send(withFlush(message));
        Ended ended = relay.statement();
        if (ended.error() != null) {
            upstream.send(SYNC);
            upstream.ready();
            client.failed(ended, null);
            session.seat().onLoop(session::skipToSync);
            return;
        }
        try {
            requireWhole(ended);
            within.statementMeasured(
                    upstream.ask(GuardedTransaction.measuring()).getFirst(), owed());
        } catch (ChangeRefusedException e) {
            LaneClient.drop(ended);
            requireInStep(e);
            fail();
            client.refused(e, null);
            session.seat().onLoop(session::skipToSync);
            return;
        }
        client.done(ended, null);
    }

    private void begins(
            GuardedTransaction within, WriteTransaction.Run run, @Nullable Approval approval) {
        Asking asking = reply == null ? null : reply.asking();
        if (approval != null) {
            within.approvedBy(approval);
        }
        within.begins(run, owed(), asking == null ? null : asking.statement());
    }

    private @Nullable Approval taken() throws ChangeRefusedException {
        Asking asking = reply == null ? null : reply.asking();
        return asking == null ? null : asking.taken(lane.guards().approvals());
    }

    private static void requireWhole(Ended ended) throws ChangeRefusedException {
        if (ended.cut() != null) {
            throw new ChangeRefusedException(ended.cut());
        }
    }

    // ---- the agent's transactions

    /// BEGIN in a query string of its own.
    void begin(String sql) throws ChangeRefusedException {
        ByteBuf out = upstream.buffer();
        UpstreamDialogue.encode(List.of(FLUSH), out);
        new FrontendMessage.Query(sql).encode(out);
        UpstreamDialogue.encode(readWrite(), out);
        upstream.send(out);
        upstream.ready(TransactionStatus.IDLE);
        Ended ended = relay.queryString();
        TransactionStatus status = upstream.ready();
        begun(ended, status, status);
    }

    /// BEGIN by Execute; the counters were made clean before its Bind.
    void beginExecute(ByteBuf message) throws ChangeRefusedException {
        ByteBuf out = upstream.buffer();
        out.writeBytes(message);
        message.release();
        UpstreamDialogue.encode(readWrite(), out);
        upstream.send(out);
        Ended ended = relay.statement();
        begun(ended, upstream.ready(), null);
    }

    private void begun(Ended ended, TransactionStatus status, @Nullable TransactionStatus told) {
        if (ended.error() != null) {
            client.failed(ended, told);
            if (told == null) {
                session.seat().onLoop(session::skipToSync);
            }
            return;
        }
        if (status == TransactionStatus.IN_TRANSACTION) {
            lane.opened(Scope.EXPLICIT);
        }
        client.done(ended, told);
    }

    /// What makes the agent's transaction READ WRITE, unless it asked for READ ONLY or nothing could
    /// be kept.
    private List<Question> readWrite() {
        boolean readOnly = verdict().recorded().toUpperCase(Locale.ROOT).contains("READ ONLY");
        return readOnly || !lane.mayKeep() ? List.of() : List.of(READ_WRITE);
    }

    /// Before the Bind of a statement that may write outside any transaction, or of a BEGIN.
    void open(boolean explicit, boolean batchOpen) throws ChangeRefusedException {
        ByteBuf out = upstream.buffer();
        if (batchOpen) {
            // PostgreSQL's own implicit transaction holds nothing but what was parsed.
            SYNC.encode(out);
        }
        UpstreamDialogue.encode(List.of(FLUSH), out);
        if (!explicit) {
            UpstreamDialogue.encode(List.of(BEGIN), out);
        }
        upstream.send(out);
        if (batchOpen) {
            upstream.ready(TransactionStatus.IDLE);
        }
        upstream.ready(TransactionStatus.IDLE);
        if (explicit) {
            lane.counterFlushed();
        } else {
            upstream.ready(TransactionStatus.IN_TRANSACTION);
            lane.opened(Scope.BATCH);
        }
    }

    /// COMMIT in a query string of its own.
    void commitQuery(String sql) throws ChangeRefusedException {
        endTransaction(session.encoded(new FrontendMessage.Query(sql)), true);
    }

    /// COMMIT by Execute.
    void commitExecute(ByteBuf message) throws ChangeRefusedException {
        endTransaction(withFlush(message), false);
    }

    private void endTransaction(ByteBuf message, boolean simple) throws ChangeRefusedException {
        GuardedTransaction within = transaction();
        if (session.status() == TransactionStatus.FAILED) {
            passEnd(message, simple);
            return;
        }
        try {
            within.prepare(upstream);
        } catch (ChangeRefusedException e) {
            message.release();
            requireInStep(e);
            rollBack(within);
            client.refused(e, simple ? TransactionStatus.IDLE : null);
            ended(simple);
            return;
        }
        commit(within, message, simple);
    }

    private void ended(boolean simple) {
        session.seat()
                .onLoop(() -> {
                    lane.transactionOver();
                    if (!simple) {
                        session.skipToSync();
                    }
                });
    }

    /// ROLLBACK in a query string of its own.
    void rollbackQuery(String sql) throws ChangeRefusedException {
        passEnd(session.encoded(new FrontendMessage.Query(sql)), true);
    }

    /// ROLLBACK by Execute.
    void rollbackExecute(ByteBuf message) throws ChangeRefusedException {
        passEnd(withFlush(message), false);
    }

    /// Passes on what can only end the transaction without a trace.
    private void passEnd(ByteBuf message, boolean simple) throws ChangeRefusedException {
        upstream.send(message);
        Ended ended = simple ? relay.queryString() : relay.statement();
        transaction().rolledBack();
        if (ended.error() != null) {
            client.failed(ended, simple ? TransactionStatus.IDLE : null);
        } else {
            client.done(ended, simple ? TransactionStatus.IDLE : null);
        }
        session.seat().onLoop(lane::transactionOver);
    }

    /// The Sync behind a batch with the gateway's own transaction around it.
    void commitBatch() throws ChangeRefusedException {
        GuardedTransaction within = transaction();
        upstream.send(SYNC);
        TransactionStatus status = upstream.ready();
        if (status != TransactionStatus.IN_TRANSACTION) {
            rollBack(within);
            client.ready(TransactionStatus.IDLE);
            return;
        }
        try {
            within.prepare(upstream);
        } catch (ChangeRefusedException e) {
            refuse(e, true);
            return;
        }
        if (commit(within, upstream.encoded(List.of(COMMIT)), true)) {
            client.ready(TransactionStatus.IDLE);
        }
    }

    // ---- the end of a transaction

    /// Sends COMMIT, whoever's it is, and waits for the answer. Where the transaction is the agent's own
    /// the client gets the answer as it is; where it is the gateway's the client gets it only if COMMIT
    /// failed.
    ///
    /// @param toReady whether ReadyForQuery follows the answer
    /// @return whether it committed
    private boolean commit(GuardedTransaction within, ByteBuf message, boolean toReady)
            throws ChangeRefusedException {
        boolean agents = lane.scope() == Scope.EXPLICIT;
        String id = within.id();
        if (!lane.mayCommit()) {
            message.release();
            within.rolledBack();
            throw new ChangeRefusedException(Refusals.upstreamLost());
        }
        Ended ended;
        try {
            upstream.send(message);
            ended = toReady ? relay.queryString() : relay.statement();
        } catch (ChangeRefusedException | RuntimeException | Error e) {
            // Whatever went wrong: COMMIT may have been obeyed.
            throw new ChangeRefusedException(within.lostBehindCommit(), e);
        } finally {
            lane.commitAnswered();
        }
        boolean committed = ended.error() == null && isCommit(ended.last());
        if (committed) {
            within.committed();
        } else {
            within.rolledBack();
        }
        TransactionStatus told = toReady ? TransactionStatus.IDLE : null;
        if (ended.error() != null) {
            client.failed(ended, told);
        } else if (agents) {
            client.done(ended, told);
        } else {
            LaneClient.drop(ended);
        }
        if (agents) {
            session.seat().transactionOver(committed && !toReady ? id : "");
        }
        return committed;
    }

    private static boolean isCommit(@Nullable ByteBuf completion) {
        return completion != null
                && BackendMessage.decode(completion.slice())
                        instanceof BackendMessage.CommandComplete(String tag)
                && tag.equals("COMMIT");
    }

    private void rollBack(GuardedTransaction within) throws ChangeRefusedException {
        upstream.send(upstream.encoded(List.of(ROLLBACK)));
        upstream.ready(TransactionStatus.IDLE);
        within.rolledBack();
    }

    /// Makes the transaction fail, as an error of the statement would have.
    private void fail() throws ChangeRefusedException {
        upstream.send(FAILING_QUERY);
        upstream.ready();
    }

    private void refuse(ChangeRefusedException why, boolean own) throws ChangeRefusedException {
        requireInStep(why);
        if (own) {
            rollBack(transaction());
        } else {
            fail();
        }
        client.refused(why, own ? TransactionStatus.IDLE : TransactionStatus.FAILED);
    }

    /// A connection whose state is unknown ends with its session.
    private void requireInStep(ChangeRefusedException why) throws ChangeRefusedException {
        if (!upstream.isInStepBehind(why)) {
            throw why;
        }
    }

    // ---- parts

    /// A message of the client's, and a Flush: without it PostgreSQL may keep the answer until Sync.
    private ByteBuf withFlush(ByteBuf message) {
        ByteBuf out = upstream.buffer();
        out.writeBytes(message);
        message.release();
        new FrontendMessage.Flush().encode(out);
        return out;
    }

    private GuardedTransaction transaction() throws ChangeRefusedException {
        GuardedTransaction known = lane.transaction();
        if (known == null) {
            throw new ChangeRefusedException(Refusals.outOfStep());
        }
        return known;
    }

    private Verdict verdict() {
        return Objects.requireNonNull(verdict);
    }

    private Obligations owed() {
        return reply == null ? Obligations.NONE : reply.owed();
    }

    private WriteTransaction.Run run(String text) {
        Reply about = Objects.requireNonNull(reply);
        return new WriteTransaction.Run(
                text,
                about.recorded(verdict()),
                parameters,
                session.authority().allowingRule(verdict(), about.asking()));
    }
}
