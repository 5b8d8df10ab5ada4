package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.GuardedTransaction;
import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.guarded.UpstreamDialogue;
import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.FrontendMessageType;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.TransactionStatus;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.TransactionControl;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The guarded lane of one session: which messages go through it, and what stands open.
///
/// While a piece of work is done ([LaneWork], on a virtual thread) the client's next message is not
/// looked at and PostgreSQL's bytes go to the work instead of to [Answers]. Each piece begins with
/// everything asked before answered, and ends with everything that it asked answered.
///
/// Two kinds of transactions are guarded. One that the agent began with BEGIN is made READ WRITE behind
/// it, and its COMMIT goes through the lane. A statement outside any transaction gets one of the
/// gateway's own; in the extended protocol that lasts to Sync, as PostgreSQL's own implicit
/// transaction does.
final class Lane {
    private static final Logger LOGGER = LoggerFactory.getLogger(Lane.class);

    /// Which transaction stands open.
    enum Scope {
        /// None that the lane knows of.
        NONE,
        /// The gateway's own, around one batch of extended messages.
        BATCH,
        /// The agent's, from BEGIN on.
        EXPLICIT
    }

    private final Session session;
    private final Guards guards;
    private final UpstreamDialogue upstream;
    private final LaneCopies copies;
    private final Holding holding;
    private Scope scope = Scope.NONE;
    private volatile @Nullable GuardedTransaction transaction;

    /// The counters of the transaction before are out of the way.
    private boolean flushed;

    private boolean working;
    private volatile long startedAtNanos;
    private volatile boolean copyingIn;

    /// What is tried out for people touches what is closed to the agent.
    private volatile boolean trialWithholds;

    /// Guarded by this: who waits for people and can be told to give up.
    private @Nullable Thread awaiting;

    private volatile boolean awaitsPeople;

    /// Guarded by this: the end of the session and COMMIT must not cross.
    private boolean stopped;

    private boolean committing;

    Lane(Session session, Guards guards, UpstreamDialogue upstream, LaneCopies copies) {
        this.session = session;
        this.guards = guards;
        this.copies = copies;
        this.upstream = upstream;
        this.holding = new Holding(session, this);
    }

    Guards guards() {
        return guards;
    }

    LaneCopies copies() {
        return copies;
    }

    /// What the session's held statements have come to.
    Holding holding() {
        return holding;
    }

    // ---- what requests ask, on the event loop

    /// Something is being done; nothing else of the client's is looked at, COPY data aside.
    boolean working() {
        return working;
    }

    /// For how long something has been done; 0 where nothing is.
    long workingFor(long nowNanos) {
        return working && !awaitsPeople ? nowNanos - startedAtNanos : 0;
    }

    /// Whether the agent's own transaction stands open, so that nothing but the lane may end it.
    boolean standsOpen() {
        return scope == Scope.EXPLICIT && !working;
    }

    /// The client's COPY data goes straight to PostgreSQL.
    boolean copyingIn() {
        return copyingIn;
    }

    /// While PostgreSQL takes COPY data from the client: Flush and Sync mean nothing to it then.
    void copyData(ByteBuf in, byte type, int length, Requests requests) {
        switch (type) {
            case FrontendMessageType.COPY_DATA -> in.skipBytes(length);
            case FrontendMessageType.COPY_DONE, FrontendMessageType.COPY_FAIL -> {
                in.skipBytes(length);
                requests.passRun(in);
                copyIn(false);
                session.flushAnswers();
            }
            case FrontendMessageType.FLUSH, FrontendMessageType.SYNC ->
                    requests.takeOut(in, length);
            case FrontendMessageType.TERMINATE -> {
                requests.takeOut(in, length);
                session.clientLeft();
            }
            default ->
                    throw ProtocolViolation.of(
                            "message", FrontendMessageType.name(type), "COPY data");
        }
    }

    /// Whether PostgreSQL's errors and notices may quote rows that are closed to the agent. Any thread.
    boolean withholds() {
        GuardedTransaction open = transaction;
        return trialWithholds || (open != null && open.withholds());
    }

    boolean inBatch() {
        return scope == Scope.BATCH;
    }

    /// Whether a text must wait until everything asked before is answered, because it goes through the
    /// lane or opens a transaction.
    boolean concerns(Verdict verdict) {
        return isHeld(verdict)
                || (takesPart() && (isGuarded(verdict) || verdict.controlsTransaction()));
    }

    private boolean isHeld(Verdict verdict) {
        return session.authority().mayHold()
                && session.authority().decide(verdict) instanceof Decision.Hold hold
                && hold.kind() != Decision.Hold.Kind.NOT_HERE;
    }

    /// Whether the session may write, or has a transaction open in which it might: where the policy has
    /// changed its mind meanwhile, its COMMIT must not pass unmeasured.
    private boolean takesPart() {
        return scope != Scope.NONE || session.authority().mayWrite();
    }

    private boolean isGuarded(Verdict verdict) {
        if (session.authority().decide(verdict) instanceof Decision.Allow allow
                && allow.obligations().guarded()) {
            return true;
        }
        for (StatementEffects statement : verdict.statements()) {
            // What it runs by its name is looked at when it is decided.
            if (statement.command().equals("EXECUTE")) {
                return true;
            }
        }
        return false;
    }

    /// Why the lane does not take a text that policy lets run; null where it does, or need not.
    @Nullable Refusal refusal(Verdict verdict, Obligations owed) {
        if (!owed.guarded() && !takesPart()) {
            return null;
        }
        if (scope == Scope.BATCH && verdict.onlyControl() != null) {
            return Refusals.controlInBatch();
        }
        if (scope != Scope.NONE
                && verdict.statements().size() > 1
                && verdict.controlsTransaction()) {
            // Its COMMIT would pass by the measurement.
            return Refusals.mixedWithControl();
        }
        if (!owed.guarded()) {
            return verdict.chains() ? Refusals.chained() : null;
        }
        Refusal unavailable = unavailable(owed);
        if (unavailable != null) {
            return unavailable;
        }
        boolean mixed =
                verdict.statements().stream()
                        .anyMatch(each ->
                                each.control() != TransactionControl.NONE
                                        && each.control() != TransactionControl.SAVEPOINT);
        if (mixed) {
            return Refusals.mixedWithControl();
        }
        return scope == Scope.NONE && session.status() != TransactionStatus.IDLE
                ? Refusals.foreignTransaction()
                : null;
    }

    /// Why nothing that is owed like this can run, or be prepared; null where it can.
    @Nullable Refusal unavailable(Obligations owed) {
        if (!owed.guarded()) {
            return null;
        }
        return session.authority().mayWrite()
                ? guards.keeper().unavailable(session.principal())
                : Refusals.guardedUnavailable();
    }

    /// The same for a portal, which needs its transaction to stand open already.
    @Nullable Refusal refusalToExecute(Verdict verdict, Obligations owed) {
        Refusal refusal = refusal(verdict, owed);
        return refusal == null && owed.guarded() && scope == Scope.NONE
                ? Refusals.foreignTransaction()
                : refusal;
    }

    /// A batch ended without a BEGIN that was bound having run.
    void synced() {
        if (scope == Scope.NONE) {
            flushed = false;
        }
    }

    /// Whether what is to run goes through the lane.
    boolean takes(Verdict verdict, Obligations owed) {
        if (!takesPart()) {
            return false;
        }
        TransactionControl control = verdict.onlyControl();
        return owed.guarded()
                || (control == TransactionControl.BEGIN && scope == Scope.NONE)
                || (control == TransactionControl.COMMIT && scope == Scope.EXPLICIT)
                || (control == TransactionControl.ROLLBACK && scope == Scope.EXPLICIT);
    }

    /// Runs a query string. Its entry is the only one in the queue.
    void query(byte[] text, Verdict verdict, Reply reply) {
        TransactionControl control = verdict.onlyControl();
        LaneWork work = work(verdict, reply, List.of());
        String sql = new String(text, StandardCharsets.UTF_8);
        if (control == null) {
            start(() -> work.query(sql));
        } else {
            start(
                    switch (control) {
                        case BEGIN -> () -> work.begin(sql);
                        case COMMIT -> () -> work.commitQuery(sql);
                        case ROLLBACK, NONE, CHAIN, SAVEPOINT, TWO_PHASE, CHARACTERISTICS ->
                                () -> work.rollbackQuery(sql);
                    });
        }
    }

    /// Whether a transaction must be opened, or the counters be made clean, before a Bind may pass.
    ///
    /// @param approved whether people let it run that policy holds
    boolean opensBefore(Verdict verdict, boolean approved) {
        if (!session.authority().mayWrite()
                || scope != Scope.NONE
                || session.status() != TransactionStatus.IDLE) {
            return false;
        }
        return (verdict.onlyControl() == TransactionControl.BEGIN && !flushed)
                || (mayKeep()
                        && (approved
                                || (isGuarded(verdict)
                                        && session.authority().decide(verdict).refusal() == null)));
    }

    /// Does that.
    ///
    /// @param batchOpen whether messages were passed on since the last Sync
    void open(Verdict verdict, boolean batchOpen) {
        boolean explicit = verdict.onlyControl() == TransactionControl.BEGIN;
        LaneWork work = work(verdict, null, List.of());
        start(() -> work.open(explicit, batchOpen));
    }

    /// Runs a portal. Its entry is the only one in the queue.
    void execute(ByteBuf message, Verdict verdict, BoundParameters parameters, Reply reply) {
        TransactionControl control = verdict.onlyControl();
        LaneWork work = work(verdict, reply, parameters.values());
        if (control == null) {
            start(() -> work.execute(message));
        } else {
            start(
                    switch (control) {
                        case BEGIN -> () -> work.beginExecute(message);
                        case COMMIT -> () -> work.commitExecute(message);
                        case ROLLBACK, NONE, CHAIN, SAVEPOINT, TWO_PHASE, CHARACTERISTICS ->
                                () -> work.rollbackExecute(message);
                    });
        }
    }

    /// Asks people about a held statement; its message is looked at again when they have answered.
    void hold(LaneHold.Request request) {
        trialWithholds = request.held().obligations().withholds();
        start(new LaneHold(this, session, guards, upstream, request)::run);
    }

    /// Carries out what destroys, as approved. Its entry is the only one in the queue.
    ///
    /// @param simple whether ReadyForQuery is to follow
    void destroy(Verdict verdict, Reply reply, boolean simple) {
        start(() -> new LaneDestruction(this, session, verdict, reply).run(simple));
    }

    /// The session has ended and nothing is done any more: what people allowed and did not happen is told so.
    void left() {
        GuardedTransaction open = transaction;
        if (open != null && open.usesApprovals()) {
            Thread.ofVirtual().name("left-", session.id()).start(open::rolledBack);
        }
    }

    /// The Sync that ends a batch with the gateway's own transaction around it.
    void commitBatch() {
        start(work(null, null, List.of())::commitBatch);
    }

    /// PostgreSQL is outside any transaction.
    void transactionOver() {
        scope = Scope.NONE;
        transaction = null;
        flushed = false;
    }

    private LaneWork work(
            @Nullable Verdict verdict, @Nullable Reply reply, List<@Nullable String> parameters) {
        return new LaneWork(this, session, upstream, verdict, reply, parameters);
    }

    /// A step that may end in a refusal.
    @FunctionalInterface
    interface Step {
        void run() throws ChangeRefusedException;
    }

    private void start(Step step) {
        working = true;
        startedAtNanos = session.nanoTime();
        session.laneBegins();
        Thread.ofVirtual()
                .name("guarded-", session.id())
                .start(() -> {
                    Refusal endsWith = run(step);
                    session.seat().onLoop(() -> over(endsWith));
                });
    }

    /// @return why the session must end; null where it goes on
    private @Nullable Refusal run(Step step) {
        try {
            step.run();
            return null;
        } catch (ChangeRefusedException e) {
            LOGGER.warn("session {}: {}", session.id(), e.getMessage());
            giveUp();
            return e.refusal();
        } catch (RuntimeException | Error e) {
            // An Error too: whoever waits for this work must be told, whatever ended it.
            LOGGER.error("session {}: ended by a defect", session.id(), e);
            giveUp();
            return Refusals.defect();
        }
    }

    /// The transaction ends with its connection. One that may have committed has been resolved before.
    private void giveUp() {
        GuardedTransaction left = transaction;
        if (left != null) {
            left.rolledBack();
        }
    }

    private void over(@Nullable Refusal endsWith) {
        working = false;
        trialWithholds = false;
        copyingIn = false;
        synchronized (this) {
            committing = false;
        }
        session.laneOver(endsWith);
    }

    // ---- what the work asks, on its thread

    /// Whether what is written could be kept; otherwise nothing need be READ WRITE.
    boolean mayKeep() {
        return guards.keeper().unavailable(session.principal()) == null;
    }

    Scope scope() {
        return scope;
    }

    @Nullable GuardedTransaction transaction() {
        return transaction;
    }

    /// Notes that a transaction stands open.
    GuardedTransaction opened(Scope now) {
        GuardedTransaction fresh = session.seat().transaction(guards);
        transaction = fresh;
        scope = now;
        return fresh;
    }

    void counterFlushed() {
        flushed = true;
    }

    void copyIn(boolean begins) {
        copyingIn = begins;
        if (begins) {
            session.seat().onLoop(session::goOn);
        }
    }

    /// Whether COMMIT may be sent: the session has not been ended meanwhile. From now on its end waits
    /// for the outcome.
    synchronized boolean mayCommit() {
        committing = !stopped;
        return committing;
    }

    synchronized void commitAnswered() {
        committing = false;
    }

    /// Whether people may be waited for: the session has not been ended meanwhile.
    synchronized boolean awaitsPeople(Thread thread) {
        awaiting = stopped ? null : thread;
        awaitsPeople = !stopped;
        return !stopped;
    }

    synchronized void awaitsNobody() {
        awaiting = null;
        awaitsPeople = false;
        // An order to give up that came too late must not meet what is done next.
        if (Thread.interrupted()) {
            LOGGER.debug("session {}: told to give up waiting", session.id());
        }
        startedAtNanos = session.nanoTime();
    }

    /// Gives up waiting for people, because the client has asked for that.
    synchronized void giveUpWaiting() {
        Thread thread = awaiting;
        if (thread != null) {
            thread.interrupt();
        }
    }

    // ---- the end

    /// What is being done takes too long. Where COMMIT is on its way its answer is given up as lost, so
    /// that the client is told the outcome and not merely that time was up.
    ///
    /// @return whether that is so
    synchronized boolean giveUpCommit() {
        if (committing) {
            upstream.lost();
        }
        return committing;
    }

    /// The session ends: what is being done is given up, unless COMMIT is on its way.
    ///
    /// @return whether its end must wait for the outcome
    synchronized boolean stop() {
        stopped = true;
        giveUpWaiting();
        if (committing) {
            return true;
        }
        upstream.lost();
        return false;
    }
}
