package dev.holdfast.server.composition;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.TableLink;
import dev.holdfast.guard.decision.Principal;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;

/// Asks people with a word about how one table led to the next, from the catalog as it is when they are asked.
final class LinkedApprovals implements Approvals {
    private final Approvals approvals;
    private final BiFunction<Principal, List<TableEffect>, List<TableLink>> links;

    LinkedApprovals(
            Approvals approvals, BiFunction<Principal, List<TableEffect>, List<TableLink>> links) {
        this.approvals = approvals;
        this.links = links;
    }

    @Override
    public Standing standing(HeldStatement statement) throws ChangeRefusedException {
        return approvals.standing(statement);
    }

    @Override
    public Standing ask(HeldStatement statement, MeasuredEffect effect)
            throws ChangeRefusedException {
        return approvals.ask(
                statement, effect.withLinks(links.apply(statement.principal(), effect.tables())));
    }

    @Override
    public Standing await(HeldStatement statement, Duration max)
            throws InterruptedException, ChangeRefusedException {
        return approvals.await(statement, max);
    }

    @Override
    public Approval take(String id, HeldStatement statement) throws ChangeRefusedException {
        return approvals.take(id, statement);
    }

    @Override
    public void ended(String id, Ending ending, String transaction) {
        approvals.ended(id, ending, transaction);
    }
}
