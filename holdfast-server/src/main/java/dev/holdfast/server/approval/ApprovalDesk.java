package dev.holdfast.server.approval;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.ApprovalRules;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.approval.Held.Word.Said;
import dev.holdfast.server.store.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the gateway asks for people's word and uses it.
///
/// A word is bound to a digest of the statement, its parameters, the agent, the database, what the
/// decision rests on and the effect that was measured. It is used once, within a time. Each step is one
/// transaction of the store that looks whether the approval is still where it is thought to be.
final class ApprovalDesk implements Approvals {
    private static final Logger LOGGER = LoggerFactory.getLogger(ApprovalDesk.class);

    /// Decisions that another gateway, or another program, took are seen after so long.
    private static final long LOOK_MILLIS = 500;

    private final StoredApprovals stored;
    private final TakenWords taken;
    private final ApprovalBook.Settings settings;
    private final Function<Principal, Policy> policies;
    private final Function<Principal, Held.Purpose> purposes;
    private final ApprovalBook.PersonsRecord record;
    private final ApprovalBook.RolesNow roles;
    private final InstantSource clock;
    private final RandomGenerator random;

    ApprovalDesk(
            StoredApprovals stored,
            TakenWords taken,
            ApprovalBook.Settings settings,
            Function<Principal, Policy> policies,
            Function<Principal, Held.Purpose> purposes,
            ApprovalBook.PersonsRecord record,
            ApprovalBook.RolesNow roles,
            InstantSource clock,
            RandomGenerator random) {
        this.stored = stored;
        this.taken = taken;
        this.settings = settings;
        this.policies = policies;
        this.purposes = purposes;
        this.record = record;
        this.roles = roles;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public Standing standing(HeldStatement statement) throws ChangeRefusedException {
        Held latest = refusing(() -> new Found(stored.latest(statement.key()))).held();
        return latest == null ? new Standing.Unasked() : standing(latest, statement);
    }

    private Standing standing(Held held, HeldStatement statement) throws ChangeRefusedException {
        boolean lasts = clock.millis() < held.expiresAtEpochMillis();
        return switch (held.state()) {
            case PENDING ->
                    sameBasis(held, statement)
                            ? new Standing.Pending(held.id(), held.expiresAtEpochMillis())
                            : new Standing.Unasked();
            case APPROVED -> new Standing.Approved(held.id());
            case REJECTED -> {
                Held.Word last = held.words().getLast();
                yield lasts
                        ? new Standing.Rejected(held.id(), last.person(), last.words())
                        : new Standing.Unasked();
            }
            case CHANGES_REQUESTED -> {
                Held.Word last = held.words().getLast();
                yield lasts
                        ? new Standing.ChangesRequested(held.id(), last.person(), last.words())
                        : new Standing.Unasked();
            }
            case EXPIRED, USED, VOID -> new Standing.Unasked();
            case AMBIGUOUS -> throw new ChangeRefusedException(HoldRefusals.inDoubt(held.id()));
        };
    }

    private static boolean sameBasis(Held held, HeldStatement statement) {
        return held.statement().basis().equals(statement.basis());
    }

    @Override
    public Standing ask(HeldStatement statement, MeasuredEffect measured)
            throws ChangeRefusedException {
        Principal principal = statement.principal();
        Policy policy = policies.apply(principal);
        MeasuredEffect effect = MaskedSamples.of(principal, policy, measured);
        String id = "apr_" + randomId();
        boolean automatic = isAutomatic(policy.approvalRules(), statement, effect);
        long now = clock.millis();
        Held held =
                new Held(
                        id,
                        statement,
                        purposes.apply(principal),
                        effect,
                        statement.digest(id, effect),
                        automatic
                                ? 0
                                : policy.approvalRules()
                                        .peopleNeeded(destroys(statement), effect.rows()),
                        automatic ? State.APPROVED : State.PENDING,
                        List.of(),
                        now,
                        now + (automatic ? settings.usableFor() : settings.pendingFor()).toMillis(),
                        "",
                        "",
                        "");
        if (automatic
                && !record.durably(
                        "policy", principal.database(), "approve " + id, "approval.automatic")) {
            throw new ChangeRefusedException(HoldRefusals.unavailable());
        }
        int waiting = refusing(() -> stored.transaction(handle -> asked(handle, held)));
        if (waiting >= settings.pendingMax()) {
            throw new ChangeRefusedException(HoldRefusals.tooMany(waiting, settings.pendingMax()));
        }
        stored.tell(held);
        return automatic
                ? new Standing.Approved(id)
                : new Standing.Pending(id, held.expiresAtEpochMillis());
    }

    /// @return how many waited before; from the limit on nothing is written
    private int asked(Handle handle, Held held) {
        int waiting = ApprovalTable.pending(handle, held.statement().principal().agent());
        if (waiting < settings.pendingMax()) {
            ApprovalTable.insert(handle, held);
        }
        return waiting;
    }

    private static boolean destroys(HeldStatement statement) {
        return switch (statement.kind()) {
            case DESTROY -> true;
            case READ, ROWS, NOT_HERE -> false;
        };
    }

    private static boolean isAutomatic(
            ApprovalRules rules, HeldStatement statement, MeasuredEffect effect) {
        return switch (statement.kind()) {
            case ROWS ->
                    rules.isAutomatic(
                            effect.tables().stream().map(TableEffect::relation).toList(),
                            effect.rows());
            case READ, DESTROY, NOT_HERE -> false;
        };
    }

    @Override
    public Standing await(HeldStatement statement, Duration max)
            throws InterruptedException, ChangeRefusedException {
        long end = System.nanoTime() + max.toNanos();
        while (true) {
            Standing now = standing(statement);
            long left = end - System.nanoTime();
            if (!(now instanceof Standing.Pending) || left <= 0) {
                return now;
            }
            stored.awaitChange(Math.min(left, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)));
        }
    }

    @Override
    public Approval take(String id, HeldStatement statement) throws ChangeRefusedException {
        Held held = refusing(() -> new Found(stored.find(id))).held();
        if (held == null || !held.statement().key().equals(statement.key())) {
            throw notApproved(id, "it was given for another statement");
        }
        if (held.state() != State.APPROVED) {
            throw notApproved(id, "it is " + held.state().text());
        }
        if (!sameBasis(held, statement)
                || !held.digest().equals(held.statement().digest(id, held.effect()))) {
            String why = "the policy, the grant or the database's objects have changed since";
            move(held, State.VOID, why);
            throw notApproved(id, why);
        }
        String lapsed =
                refusing(() ->
                                stored.transaction(handle ->
                                        new ApprovalBook.Lapsed(
                                                WordsInForce.lapsed(handle, held, roles))))
                        .why();
        if (lapsed != null) {
            move(held, State.VOID, lapsed);
            throw notApproved(id, lapsed);
        }
        if (!refusing(() -> taken.take(held))) {
            throw notApproved(id, "it was used by another session");
        }
        return statement.approvedBy(id, approvers(held), held.effect());
    }

    private static String approvers(Held held) {
        String people =
                held.words().stream()
                        .filter(word ->
                                word.said() == Said.APPROVED || word.said() == Said.BROKE_GLASS)
                        .map(Held.Word::person)
                        .collect(Collectors.joining(", "));
        return people.isEmpty() ? "policy" : people;
    }

    private static ChangeRefusedException notApproved(String id, String why) {
        return new ChangeRefusedException(HoldRefusals.notApproved(id, why));
    }

    @Override
    public void ended(String id, Ending ending, String transaction) {
        taken.ended(id, ending, transaction);
    }

    private boolean move(Held held, State to, String note) throws ChangeRefusedException {
        return refusing(() -> stored.move(held, to, held.expiresAtEpochMillis(), "", note));
    }

    private String randomId() {
        byte[] bytes = new byte[10];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// @param held null where there is none
    private record Found(@Nullable Held held) {}

    @FunctionalInterface
    private interface Work<T> {
        T run() throws StoreException;
    }

    private static <T> T refusing(Work<T> work) throws ChangeRefusedException {
        try {
            return work.run();
        } catch (StoreException e) {
            LOGGER.error("approvals: the store cannot be used: {}", e.getMessage());
            throw new ChangeRefusedException(HoldRefusals.unavailable(), e);
        }
    }
}
