package dev.holdfast.server.approval;

import dev.holdfast.guard.change.CommitOutcome;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.approval.Held.Word.Said;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.store.StoreException;
import java.time.InstantSource;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Closes approvals that stay in doubt because the gateway that took them never comes back.
///
/// A gateway writes into the store which transaction is about to commit, before it sends COMMIT, and may not
/// where the approval is *barred*. Closing bars first and looks then: so either nothing was about to commit,
/// and nothing ever will; or the transaction's id is known, and PostgreSQL is asked. A person's word counts
/// only where PostgreSQL cannot say, and the record says that it was theirs. What is closed is used or void,
/// never approved again.
///
/// Safe for use by many threads. Every method waits for the store, and may wait for a database.
public final class ApprovalClosing {
    private final StoredApprovals stored;
    private final TakenWords taken;
    private final GatewayBeats beats;
    private final ApprovalBook.Settings settings;
    private final Function<Principal, Policy> policies;
    private final ApprovalBook.PersonsRecord record;
    private final BiFunction<String, CommitPoint, CommitOutcome> question;
    private final InstantSource clock;

    ApprovalClosing(
            StoredApprovals stored,
            TakenWords taken,
            GatewayBeats beats,
            ApprovalBook.Settings settings,
            Function<Principal, Policy> policies,
            ApprovalBook.PersonsRecord record,
            BiFunction<String, CommitPoint, CommitOutcome> question,
            InstantSource clock) {
        this.stored = stored;
        this.taken = taken;
        this.beats = beats;
        this.settings = settings;
        this.policies = policies;
        this.record = record;
        this.question = question;
        this.clock = clock;
    }

    /// What is known of how it ended.
    public enum Finding {
        /// PostgreSQL says that it committed.
        COMMITTED("PostgreSQL says that it committed"),
        /// PostgreSQL says that it was rolled back.
        ROLLED_BACK("PostgreSQL says that it was rolled back"),
        /// Nothing was about to commit, and nothing can any more.
        NEVER_COMMITTED("its gateway was gone before it asked for COMMIT; nothing was changed"),
        /// Only a person can tell.
        UNKNOWN("neither the store nor PostgreSQL can say whether it ran");

        private final String text;

        Finding(String text) {
            this.text = text;
        }

        /// A clause.
        public String text() {
            return text;
        }
    }

    /// What somebody says who has looked at the rows.
    public enum Claim {
        RAN,
        DID_NOT_RUN,
        /// Nothing: PostgreSQL is to say it.
        NONE
    }

    /// What would come of closing an approval now.
    ///
    /// @param held it
    /// @param finding what is known; with [Finding#UNKNOWN] it takes a person's word
    /// @param digest what a proof has to be made for
    public record Prospect(Held held, Finding finding, String digest) {}

    /// The digest of closing an approval: another one than that of approving it.
    ///
    /// @param digest [Held#digest]
    public static String digest(String id, String digest) {
        return Proofs.digestOf("settle %s %s".formatted(id, digest));
    }

    private static String digest(Held held) {
        return digest(held.id(), held.digest());
    }

    /// What would come of closing it. Changes nothing.
    ///
    /// @throws ApprovalException if this person may not, or it cannot be closed now
    public Prospect prospect(String id, Person person) throws ApprovalException {
        Held held = inDoubt(id, person);
        ClosingTable.Use use =
                storing(() -> stored.transaction(handle -> ClosingTable.use(handle, id)));
        return new Prospect(held, finding(held, use), digest(held));
    }

    /// Closes it.
    ///
    /// @param proof that it is that person, made for [Prospect#digest]
    /// @param reason why, in their words; not blank
    /// @param claim looked at only where nobody else can say
    /// @return the approval as it is then: used, or void
    /// @throws ApprovalException if it is not closed; it can be tried again
    public Held close(String id, Person person, Proof proof, String reason, Claim claim)
            throws ApprovalException {
        Held held = inDoubt(id, person);
        ApprovalBook.requireProof(proof, person, digest(held), clock);
        if (reason.isBlank()) {
            throw new ApprovalException("Say why you close it; it goes on record.");
        }
        ClosingTable.Use use =
                storing(() ->
                                stored.transaction(
                                        handle -> new Barred(ClosingTable.bar(handle, held))))
                        .use();
        if (use == null) {
            throw changed(held);
        }
        Finding finding = finding(held, use);
        boolean ran = ran(finding, claim);
        String whose = finding == Finding.UNKNOWN ? "by their own word" : "as it was found out";
        ApprovalBook.requireRecord(
                record,
                held,
                person,
                "settle",
                "settle %s: %s, %s".formatted(id, ran ? "it ran" : "it did not run", whose));
        Said said =
                switch (finding) {
                    case COMMITTED, ROLLED_BACK, NEVER_COMMITTED -> Said.CLOSED;
                    case UNKNOWN -> ran ? Said.SAID_IT_RAN : Said.SAID_IT_DID_NOT_RUN;
                };
        State becomes = ran ? State.USED : State.VOID;
        String note =
                finding == Finding.UNKNOWN
                        ? "closed by the word of %s alone, that it %s: %s"
                                .formatted(
                                        person.name(), ran ? "ran" : "did not run", finding.text())
                        : "closed by %s: %s".formatted(person.name(), finding.text());
        Held.Word word =
                new Held.Word(
                        person.name(),
                        said,
                        ApprovalBook.shortened(reason),
                        proof.kind().name(),
                        proof.credential(),
                        proof.evidence(),
                        clock.millis());
        if (!storing(
                () ->
                        stored.transaction(
                                handle -> ClosingTable.close(handle, held, becomes, note, word)))) {
            throw changed(held);
        }
        Held closed = held.in(becomes);
        stored.tell(closed);
        return closed;
    }

    /// @param use null where the approval is not in doubt any more
    private record Barred(ClosingTable.@Nullable Use use) {}

    private static boolean ran(Finding finding, Claim claim) throws ApprovalException {
        return switch (finding) {
            case COMMITTED -> true;
            case ROLLED_BACK, NEVER_COMMITTED -> false;
            case UNKNOWN ->
                    switch (claim) {
                        case RAN -> true;
                        case DID_NOT_RUN -> false;
                        case NONE ->
                                throw new ApprovalException(
                                        "Neither the store nor PostgreSQL can say whether it ran. Look at the"
                                                + " rows, and say it.");
                    };
        };
    }

    private static ApprovalException changed(Held held) {
        return new ApprovalException(held.id() + " is not in doubt any more. Look at it again.");
    }

    private Held inDoubt(String id, Person person) throws ApprovalException {
        Held held = storing(() -> new Found(stored.find(id))).held();
        if (held == null) {
            throw new ApprovalException("There is no approval " + id + ".");
        }
        if (held.state() != State.AMBIGUOUS) {
            throw new ApprovalException(
                    "%s is %s, not in doubt: there is nothing to close."
                            .formatted(id, held.state().text()));
        }
        ApprovalBook.requireMayApprove(held, person, policies);
        if (held.gateway().equals(settings.gateway())) {
            if (taken.isRunning(id)) {
                throw new ApprovalException(id + " is being run at this moment. Wait for its end.");
            }
        } else if (!beats.isSilent(held.gateway())) {
            throw new ApprovalException(
                    ("The gateway that took %s (%s) runs, or did less than a minute ago: it finds out itself"
                                    + " how it ended. If it is gone, try again in a minute.")
                            .formatted(id, held.gateway()));
        }
        return held;
    }

    /// @param held null where there is none
    private record Found(@Nullable Held held) {}

    private Finding finding(Held held, ClosingTable.Use use) throws ApprovalException {
        CommitPoint point = use.point();
        if (point == null) {
            return use.followed() ? Finding.NEVER_COMMITTED : Finding.UNKNOWN;
        }
        return switch (question.apply(held.statement().principal().database(), point)) {
            case COMMITTED -> Finding.COMMITTED;
            case ROLLED_BACK -> Finding.ROLLED_BACK;
            case UNKNOWN -> Finding.UNKNOWN;
            case IN_PROGRESS ->
                    throw new ApprovalException(
                            "The transaction that uses %s is open in PostgreSQL still. Wait for its end, or end"
                                            .formatted(held.id())
                                    + " its session there, and try again.");
            case UNREACHABLE ->
                    throw new ApprovalException(
                            "The database %s does not answer, and it can say how %s ended. Try again when it does."
                                    .formatted(held.statement().principal().database(), held.id()));
        };
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws StoreException;
    }

    private static <T> T storing(Work<T> work) throws ApprovalException {
        try {
            return work.run();
        } catch (StoreException e) {
            throw ApprovalBook.unusable(e);
        }
    }
}
