package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.session.ReplyQueue.Reply;
import dev.holdfast.guard.approval.Approvals.Ending;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ApprovedDestruction.Done;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.pgwire.TransactionStatus;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Carries out one statement that destroys, as people approved it, on a thread of its own. PostgreSQL never
/// sees it from the agent's session: Holdfast does it with a role of its own, so that it can be put back.
final class LaneDestruction {
    private final Session session;
    private final Guards guards;
    private final LaneClient client;
    private final Verdict verdict;
    private final Asking asking;

    LaneDestruction(Lane lane, Session session, Verdict verdict, Reply reply) {
        this.session = session;
        this.guards = lane.guards();
        this.client = new LaneClient(lane, session.seat(), verdict, reply);
        this.verdict = verdict;
        this.asking = Objects.requireNonNull(reply.asking());
    }

    /// @param simple whether ReadyForQuery follows
    void run(boolean simple) throws ChangeRefusedException {
        TransactionStatus ready = simple ? TransactionStatus.IDLE : null;
        try {
            Approval approval =
                    guards.approvals()
                            .take(Objects.requireNonNull(asking.approval()), asking.statement());
            client.completed(carriedOut(approval).commandTag(), ready);
        } catch (ChangeRefusedException e) {
            client.refused(e, ready);
            if (!simple) {
                session.seat().onLoop(session::skipToSync);
            }
        }
    }

    private Done carriedOut(Approval approval) throws ChangeRefusedException {
        Ending ending = Ending.UNKNOWN;
        @Nullable String entry = null;
        try {
            Done done =
                    guards.destruction()
                            .carryOut(
                                    session.principal(),
                                    verdict.statements().getFirst(),
                                    asking.statement().text(),
                                    approval);
            ending = Ending.COMMITTED;
            entry = done.entry();
            return done;
        } catch (ChangeRefusedException e) {
            ending =
                    switch (e.refusal().rule()) {
                        case "approval.effect-grew" -> Ending.GREW;
                        case "destroy.outcome-unknown" -> Ending.UNKNOWN;
                        default -> Ending.ROLLED_BACK;
                    };
            throw e;
        } finally {
            guards.approvals().ended(approval.id(), ending, entry == null ? "" : entry);
        }
    }
}
