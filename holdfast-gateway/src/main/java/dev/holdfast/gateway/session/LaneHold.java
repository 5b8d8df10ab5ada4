package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.GuardedTransaction;
import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.guarded.HeldMessages;
import dev.holdfast.gateway.guarded.Rehearsal;
import dev.holdfast.gateway.guarded.UpstreamDialogue;
import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.SessionMeaning;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.RowLimits;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.ErrorFields;
import dev.holdfast.sql.analysis.StatementEffects;
import io.netty.buffer.ByteBuf;
import java.util.Set;

/// Asks people about one held statement, on a thread of its own: it is rehearsed, they are told, and the
/// session waits for them for a while.
final class LaneHold {
    private final Lane lane;
    private final Session session;
    private final Guards guards;
    private final UpstreamDialogue upstream;
    private final Request request;

    /// What is asked about.
    ///
    /// @param effects what the analysis says of it
    /// @param held what holds it
    /// @param batchOpen whether messages were passed on since the last Sync
    /// @param messages that run it in a rehearsal
    /// @param settings that policy lets sessions set besides the harmless ones
    record Request(
            HeldStatement statement,
            StatementEffects effects,
            Decision.Hold held,
            boolean batchOpen,
            HeldMessages messages,
            Set<String> settings) {}

    LaneHold(
            Lane lane, Session session, Guards guards, UpstreamDialogue upstream, Request request) {
        this.lane = lane;
        this.session = session;
        this.guards = guards;
        this.upstream = upstream;
        this.request = request;
    }

    void run() throws ChangeRefusedException {
        Holding.Word word;
        try {
            word = word(standing());
        } catch (ChangeRefusedException e) {
            if (!upstream.isInStepBehind(e)) {
                throw e;
            }
            word = new Holding.Word.Refused(e.refusal());
        }
        Holding.Word answer = word;
        session.seat().onLoop(() -> lane.holding().answered(request.statement().key(), answer));
    }

    private Standing standing() throws ChangeRefusedException {
        HeldStatement statement = request.statement();
        Approvals approvals = guards.approvals();
        Standing standing = approvals.standing(statement);
        if (standing instanceof Standing.Unasked) {
            standing = approvals.ask(statement, effect());
        }
        if (standing instanceof Standing.Pending(String id, _) && guards.patience().isPositive()) {
            tell(HoldRefusals.notice(id, guards.patience()));
            standing = await(statement);
        }
        return standing;
    }

    private MeasuredEffect effect() throws ChangeRefusedException {
        HeldStatement statement = request.statement();
        return switch (statement.kind()) {
            case READ -> MeasuredEffect.NONE;
            case DESTROY ->
                    guards.destruction()
                            .rehearse(statement.principal(), request.effects(), statement.text());
            case ROWS -> rehearsed();
            case NOT_HERE ->
                    throw new ChangeRefusedException(
                            HoldRefusals.notAlone(request.held().refusal()));
        };
    }

    private MeasuredEffect rehearsed() throws ChangeRefusedException {
        Rehearsal rehearsal = new Rehearsal(upstream, guards, session.principal());
        RowLimits limits = request.held().obligations().rows();
        GuardedTransaction open = lane.scope() == Lane.Scope.NONE ? null : lane.transaction();
        RehearsalCopies.Copy copy = lane.copies().of(session.principal());
        if (copy != null) {
            if (open != null && open.hasChangedRows()) {
                throw new ChangeRefusedException(
                        HoldRefusals.copyCannotKnow(copy.database().name()));
            }
            SessionMeaning meaning =
                    rehearsal.meaning(
                            request.batchOpen(),
                            open != null,
                            request.settings(),
                            request.messages());
            return lane.copies().rehearse(lane, copy, meaning, request.messages(), limits);
        }
        return open == null
                ? rehearsal.alone(request.batchOpen(), request.messages(), limits)
                : rehearsal.within(open, request.messages(), limits);
    }

    private Standing await(HeldStatement statement) throws ChangeRefusedException {
        if (!lane.awaitsPeople(Thread.currentThread())) {
            throw new ChangeRefusedException(Refusals.upstreamLost());
        }
        try {
            return guards.approvals().await(statement, guards.patience());
        } catch (InterruptedException e) {
            throw new ChangeRefusedException(Refusals.holdGivenUp(), e);
        } finally {
            lane.awaitsNobody();
        }
    }

    private Holding.Word word(Standing standing) throws ChangeRefusedException {
        return switch (standing) {
            case Standing.Approved(String id) -> approved(id);
            case Standing.Pending(String id, _) ->
                    new Holding.Word.Refused(
                            HoldRefusals.waiting(request.held().refusal(), id, guards.patience()));
            case Standing.Rejected rejected ->
                    new Holding.Word.Refused(HoldRefusals.rejected(rejected));
            case Standing.ChangesRequested wanted ->
                    new Holding.Word.Refused(HoldRefusals.changesRequested(wanted));
            case Standing.Unasked _ ->
                    new Holding.Word.Refused(HoldRefusals.over(request.held().refusal()));
        };
    }

    /// A read has no COMMIT at which its approval could be used: it is used when it is let go.
    private Holding.Word approved(String id) throws ChangeRefusedException {
        if (request.statement().kind() == Decision.Hold.Kind.READ) {
            Approval taken = guards.approvals().take(id, request.statement());
            guards.approvals().ended(taken.id(), Approvals.Ending.COMMITTED, "");
        }
        return new Holding.Word.Approved(id);
    }

    private void tell(String notice) {
        ByteBuf out = session.seat().buffer();
        new BackendMessage.NoticeResponse(
                        ErrorFields.builder("NOTICE", "00000", notice)
                                .constraint(request.statement().rule())
                                .build())
                .encode(out);
        session.seat().sendClient(out);
    }
}
