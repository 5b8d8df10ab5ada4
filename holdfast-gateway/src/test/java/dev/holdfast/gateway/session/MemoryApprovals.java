package dev.holdfast.gateway.session;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ApprovedDestruction;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.sql.analysis.StatementEffects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// People, as a function of what they are asked; everything they were asked and what came of it.
final class MemoryApprovals implements Approvals, ApprovedDestruction {
    /// Says what is decided as soon as something is asked.
    volatile Function<Asked, Standing> people = asked -> new Standing.Pending(asked.id(), 0);

    final List<Asked> asked = new CopyOnWriteArrayList<>();
    final List<String> ended = new CopyOnWriteArrayList<>();
    final List<String> destroyed = new CopyOnWriteArrayList<>();

    record Asked(String id, HeldStatement statement, MeasuredEffect effect) {}

    void reset() {
        asked.clear();
        ended.clear();
        destroyed.clear();
        people = one -> new Standing.Pending(one.id(), 0);
    }

    @Override
    public synchronized Standing standing(HeldStatement statement) {
        for (Asked one : new ArrayList<>(asked).reversed()) {
            if (one.statement.key().equals(statement.key()) && !isUsed(one)) {
                return people.apply(one);
            }
        }
        return new Standing.Unasked();
    }

    private boolean isUsed(Asked one) {
        return ended.stream().anyMatch(line -> line.startsWith(one.id) && !line.contains("ROLLED"));
    }

    @Override
    public synchronized Standing ask(HeldStatement statement, MeasuredEffect effect) {
        asked.add(new Asked("apr_" + (asked.size() + 1), statement, effect));
        return standing(statement);
    }

    @Override
    public Standing await(HeldStatement statement, Duration max) throws InterruptedException {
        long end = System.nanoTime() + max.toNanos();
        while (standing(statement) instanceof Standing.Pending && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        return standing(statement);
    }

    @Override
    public synchronized Approval take(String id, HeldStatement statement)
            throws ChangeRefusedException {
        for (Asked one : asked) {
            if (one.id.equals(id)
                    && one.statement.equals(statement)
                    && people.apply(one) instanceof Standing.Approved
                    && !isUsed(one)) {
                return statement.approvedBy(id, "ann", one.effect);
            }
        }
        throw new ChangeRefusedException(HoldRefusals.notApproved(id, "test"));
    }

    @Override
    public void ended(String id, Ending ending, String transaction) {
        ended.add(id + " " + ending);
    }

    @Override
    public Done carryOut(
            Principal principal, StatementEffects effects, String text, Approval approval) {
        destroyed.add(text);
        return new Done("DROP TABLE", "qrn_1");
    }

    @Override
    public MeasuredEffect rehearse(Principal principal, StatementEffects effects, String text) {
        return new MeasuredEffect(
                List.of(new TableEffect("public.customer", 0, 0, 1_000, 1_000)),
                List.of("table public.customer"),
                List.of(),
                List.of(),
                List.of(),
                0,
                -1);
    }
}
