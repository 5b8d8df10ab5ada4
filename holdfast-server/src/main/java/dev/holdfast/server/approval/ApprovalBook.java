package dev.holdfast.server.approval;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.Approvals.Ending;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.change.CommitOutcome;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.approval.Held.Word.Said;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything that was held and what people said of it, in the control store: so it outlives restarts, and
/// several gateways share it.
///
/// A word is bound to a digest of the statement, its parameters, the agent, the database, what the
/// decision rests on and the effect that was measured. It is used once, within a time. Each step is one
/// transaction of the store that begins by looking whether the approval is still where it is thought to
/// be; what a person says is on record before it counts.
///
/// Safe for use by many threads. Every method waits for the store.
public final class ApprovalBook {
    private static final Logger LOGGER = LoggerFactory.getLogger(ApprovalBook.class);

    private static final int LISTED_MAX = 1_000;
    private static final int WORDS_CHARACTERS_MAX = 1_000;

    /// From the moment a proof was given to the moment it counts.
    private static final Duration PROOF_AGE_MAX = Duration.ofMinutes(2);

    private final StoredApprovals stored;
    private final Function<Principal, Policy> policies;
    private final Settings settings;
    private final PersonsRecord record;
    private final RolesNow roles;
    private final InstantSource clock;
    private final TakenWords taken;
    private final GatewayBeats beats;
    private final ApprovalDesk desk;
    private final ApprovalClosing closing;

    /// How long things wait, and who asks.
    ///
    /// @param pendingFor how long people have to decide
    /// @param usableFor how long an approved statement may be run
    /// @param pendingMax how many statements of one agent may wait at once
    /// @param gateway the id of the gateway that this is, the same after each start: no other has its undo
    ///     journal and its quarantine
    public record Settings(
            Duration pendingFor, Duration usableFor, int pendingMax, String gateway) {}

    /// Is told of each change, on the thread that made it; returns soon and throws nothing.
    @FunctionalInterface
    public interface Listener {
        void changed(Held held);
    }

    /// Where what people do goes on record.
    @FunctionalInterface
    public interface PersonsRecord {
        /// Writes it down, safe on the disk.
        ///
        /// @param person the name
        /// @param database where
        /// @param action in words, without values: `approve apr_…`
        /// @param rule `person.approve`
        /// @return false if it cannot be recorded; then nothing may come of it
        boolean durably(String person, String database, String action, String rule);
    }

    /// What somebody may do at this moment.
    @FunctionalInterface
    public interface RolesNow {
        /// Within a transaction of the store; none where they may do nothing.
        Set<Role> of(Handle handle, String person);
    }

    /// @param policies in force now
    /// @param purposes what principals work for
    /// @param roles of those who said something earlier
    /// @param question what a database, by its name in the configuration, says of a transaction that was about
    ///     to commit; waits for it, for seconds
    /// @param random what ids are made of; nobody may be able to guess it
    public ApprovalBook(
            ControlStore store,
            Settings settings,
            Function<Principal, Policy> policies,
            Function<Principal, Held.Purpose> purposes,
            PersonsRecord record,
            RolesNow roles,
            BiFunction<String, CommitPoint, CommitOutcome> question,
            InstantSource clock,
            RandomGenerator random) {
        this.stored = new StoredApprovals(store, clock);
        this.settings = settings;
        this.policies = policies;
        this.record = record;
        this.roles = roles;
        this.clock = clock;
        this.taken = new TakenWords(stored, settings.gateway());
        this.beats = new GatewayBeats(stored, settings.gateway());
        this.closing =
                new ApprovalClosing(
                        stored, taken, beats, settings, policies, record, question, clock);
        this.desk =
                new ApprovalDesk(
                        stored, taken, settings, policies, purposes, record, roles, clock, random);
    }

    /// Where the gateway asks.
    public Approvals desk() {
        return desk;
    }

    /// Closes what stays in doubt.
    public ApprovalClosing closing() {
        return closing;
    }

    /// Is told before a transaction of this gateway commits for which a word was taken.
    public CommitNotice commits() {
        return taken::committing;
    }

    /// The latest, newest first.
    ///
    /// @param max at most so many, 1 to 1,000
    public List<Held> list(int max) throws ApprovalException {
        return reading(handle -> ApprovalTable.list(handle, Math.clamp(max, 1, LISTED_MAX)));
    }

    /// Those that wait for people, oldest first.
    public List<Held> pending() throws ApprovalException {
        return reading(handle -> ApprovalTable.in(handle, State.PENDING, LISTED_MAX)).stream()
                .filter(Held::isOpen)
                .toList();
    }

    /// One of them; null where there is none.
    public @Nullable Held find(String id) throws ApprovalException {
        try {
            return stored.find(id);
        } catch (StoreException e) {
            throw unusable(e);
        }
    }

    /// A person's yes. It counts at once where one person is enough; else it waits for the second.
    ///
    /// @param proof that it is that person, made for [Held#digest]
    /// @param phrase what they typed, to be [Held#phrase]
    /// @return the approval as it is then
    /// @throws ApprovalException if it does not count
    public Held approve(String id, Person person, Proof proof, String phrase)
            throws ApprovalException {
        return approve(id, person, proof, phrase, "");
    }

    /// A person's yes alone, where two would be needed or others would have to: an alarm, for a reason
    /// that is on record.
    public Held breakGlass(String id, Person person, Proof proof, String phrase, String reason)
            throws ApprovalException {
        if (reason.isBlank()) {
            throw new ApprovalException("Breaking the glass needs a reason; it goes on record.");
        }
        Held approved = approve(id, person, proof, phrase, reason);
        LOGGER.error("{} has broken the glass for {}", person.name(), id);
        return approved;
    }

    private Held approve(String id, Person person, Proof proof, String phrase, String reason)
            throws ApprovalException {
        boolean alone = !reason.isEmpty();
        Held held = open(id, person, alone ? Role.OWNER : Role.REVIEWER);
        requireProof(proof, person, held.digest(), clock);
        if (!held.digest().equals(held.statement().digest(held.id(), held.effect()))) {
            throw new ApprovalException(
                    held.id() + " was changed in the store. Do not approve it; find out who did.");
        }
        if (!held.phrase().equals(phrase.strip())) {
            throw new ApprovalException("The phrase to type is exactly: " + held.phrase());
        }
        if (!alone) {
            requireMayApprove(held, person, policies);
        }
        requireRecord(record, held, person, alone ? "break-glass" : "approve");
        Held.Word word =
                new Held.Word(
                        person.name(),
                        alone ? Said.BROKE_GLASS : Said.APPROVED,
                        shortened(reason),
                        proof.kind().name(),
                        proof.credential(),
                        proof.evidence(),
                        clock.millis());
        return decided(held, word, State.APPROVED);
    }

    /// Whether somebody decides about this at all, and the policy lets them.
    static void requireMayApprove(Held held, Person person, Function<Principal, Policy> policies)
            throws ApprovalException {
        requireMayDecide(held, person, Role.REVIEWER);
        Policy policy = policies.apply(held.statement().principal());
        if (!policy.approvalRules().mayApprove(person.name())) {
            throw new ApprovalException(
                    "The policy %s names who may approve, and %s is not among them."
                            .formatted(held.statement().principal().policy(), person.name()));
        }
    }

    private static void requireMayDecide(Held held, Person person, Role role)
            throws ApprovalException {
        if (!person.is(role)) {
            throw new ApprovalException(
                    "%s has not the role %s."
                            .formatted(person.name(), role.name().toLowerCase(Locale.ROOT)));
        }
        if (person.name().equalsIgnoreCase(held.statement().principal().agent())) {
            throw new ApprovalException("Nobody decides about what they asked for themselves.");
        }
    }

    static void requireProof(Proof proof, Person person, String digest, InstantSource clock)
            throws ApprovalException {
        long age = clock.millis() - proof.atEpochMillis();
        if (!proof.person().equals(person.name())
                || age < -PROOF_AGE_MAX.toMillis()
                || age > PROOF_AGE_MAX.toMillis()) {
            throw new ApprovalException(
                    "The proof is not "
                            + person.name()
                            + "'s, or too old. Use the passkey again, or the next code.");
        }
        if (proof.kind() == Proof.Kind.PASSKEY && !Proofs.verifies(proof, digest)) {
            throw new ApprovalException(
                    "The passkey has signed something else. Look at the approval again.");
        }
    }

    /// A person's no.
    public Held reject(String id, Person person, String reason) throws ApprovalException {
        return answer(id, person, Said.REJECTED, State.REJECTED, "reject", reason);
    }

    /// A person wants another statement; the agent is told the wish.
    public Held requestChanges(String id, Person person, String wish) throws ApprovalException {
        if (wish.isBlank()) {
            throw new ApprovalException("Say what is to be changed; the agent is told.");
        }
        return answer(
                id,
                person,
                Said.CHANGES_REQUESTED,
                State.CHANGES_REQUESTED,
                "request-changes",
                wish);
    }

    private Held answer(
            String id, Person person, Said said, State becomes, String action, String words)
            throws ApprovalException {
        Held held = open(id, person, Role.REVIEWER);
        requireRecord(record, held, person, action);
        return decided(
                held,
                new Held.Word(person.name(), said, shortened(words), "", "", "", clock.millis()),
                becomes);
    }

    private Held open(String id, Person person, Role role) throws ApprovalException {
        Held held = find(id);
        if (held == null) {
            throw new ApprovalException("There is no approval " + id + ".");
        }
        requireMayDecide(held, person, role);
        if (!held.isOpen()) {
            throw new ApprovalException(
                    "%s cannot be decided any more: it is %s.".formatted(id, held.state().text()));
        }
        if (held.words().stream().anyMatch(word -> word.person().equals(person.name()))) {
            throw new ApprovalException(
                    person.name() + " has spoken already; another person has to.");
        }
        return held;
    }

    private static void requireRecord(PersonsRecord record, Held held, Person person, String action)
            throws ApprovalException {
        requireRecord(record, held, person, action, action + " " + held.id());
    }

    static void requireRecord(
            PersonsRecord record, Held held, Person person, String action, String words)
            throws ApprovalException {
        if (!record.durably(
                person.name(),
                held.statement().principal().database(),
                words,
                "person." + action)) {
            throw new ApprovalException(
                    "The record cannot be written, so nothing can be decided. Look at the"
                            + " gateway's log and its disk.");
        }
    }

    private Held decided(Held held, Held.Word word, State becomes) throws ApprovalException {
        long expires =
                switch (becomes) {
                    case APPROVED -> clock.millis() + settings.usableFor().toMillis();
                    // For so long the identical statement is answered without asking people again.
                    case REJECTED, CHANGES_REQUESTED ->
                            clock.millis() + settings.pendingFor().toMillis();
                    case PENDING, EXPIRED, USED, AMBIGUOUS, VOID -> held.expiresAtEpochMillis();
                };
        boolean counted;
        try {
            requireEarlierWords(held, becomes);
            counted = stored.transaction(handle -> counted(handle, held, word, becomes, expires));
        } catch (StoreException e) {
            throw unusable(e);
        }
        Held now = find(held.id());
        if (!counted || now == null) {
            throw new ApprovalException(held.id() + " was decided by somebody else meanwhile.");
        }
        stored.tell(now);
        return now;
    }

    /// A second yes adds to the first only while that counts.
    private void requireEarlierWords(Held held, State becomes)
            throws ApprovalException, StoreException {
        String lapsed =
                becomes == State.APPROVED
                        ? stored.transaction(handle ->
                                        new Lapsed(WordsInForce.lapsed(handle, held, roles)))
                                .why()
                        : null;
        if (lapsed != null) {
            if (stored.move(held, State.VOID, held.expiresAtEpochMillis(), "", lapsed)) {
                stored.tell(held.in(State.VOID));
            }
            throw new ApprovalException(
                    "%s is void: %s. The agent has to ask anew.".formatted(held.id(), lapsed));
        }
    }

    /// @param why null where the words count
    record Lapsed(@Nullable String why) {}

    private static boolean counted(
            Handle handle, Held held, Held.Word word, State becomes, long expires) {
        // The first step takes the row: of two people who approve at once the second counts the
        // first.
        boolean moved =
                StoredApprovals.move(
                        handle, held, State.PENDING, held.expiresAtEpochMillis(), "", "");
        if (!moved) {
            return false;
        }
        ApprovalTable.say(handle, held.id(), word);
        boolean waits =
                word.said() == Said.APPROVED
                        && ApprovalTable.approvals(handle, held.id()) < held.peopleNeeded();
        return waits || StoredApprovals.move(handle, held, becomes, expires, "", "");
    }

    /// Tells of each change made through this object until it is closed.
    public AutoCloseable onChange(Listener listener) {
        return stored.onChange(listener);
    }

    /// Finds out how those ended that this gateway was running when it was last ended. Called once, before
    /// the gateway opens: nothing of it runs then.
    ///
    /// @param outcomes how the transaction ended that an approval was taken for, by this gateway's journal
    ///     and quarantine: [Ending#ABANDONED] where it is in neither; null where it is not known yet
    public void settleLeftOver(Function<Held, @Nullable Ending> outcomes) {
        look(outcomes, true);
        try {
            for (Held held :
                    reading(handle -> ApprovalTable.in(handle, State.AMBIGUOUS, LISTED_MAX))) {
                LOGGER.info("{} is in doubt: {}", held.id(), held.note());
            }
        } catch (ApprovalException e) {
            LOGGER.warn("approvals cannot be looked through: {}", e.getMessage());
        }
    }

    /// Ends what nobody decided in time, and writes down what has come to be known of those in doubt.
    /// Called now and then.
    ///
    /// @param outcomes as for [#settleLeftOver]
    public void look(Function<Held, @Nullable Ending> outcomes) {
        look(outcomes, false);
    }

    private void look(Function<Held, @Nullable Ending> outcomes, boolean starting) {
        try {
            beats.look();
            // Reading them ends those that nobody decided in time.
            List<Held> waiting = pending();
            LOGGER.debug("{} approvals wait", waiting.size());
            taken.look(outcomes, starting);
        } catch (ApprovalException | StoreException e) {
            LOGGER.warn("approvals cannot be looked through: {}", e.getMessage());
        }
    }

    /// How a transaction of this gateway ended that nobody waited for any more.
    ///
    /// @param ids of the approvals that were taken for it
    /// @param transaction under which the undo journal has it
    /// @return false if that cannot be written down now: then it is to be told again
    public boolean resolved(List<String> ids, boolean committed, String transaction) {
        return taken.resolved(ids, committed, transaction);
    }

    private List<Held> reading(ControlStore.Work<List<Held>> work) throws ApprovalException {
        try {
            List<Held> now = new ArrayList<>();
            for (Held held : stored.transaction(work)) {
                now.add(stored.current(held));
            }
            return now;
        } catch (StoreException e) {
            throw unusable(e);
        }
    }

    static ApprovalException unusable(StoreException e) {
        return new ApprovalException("The store cannot be used: " + e.getMessage(), e);
    }

    static String shortened(String words) {
        String plain = words.replaceAll("\\p{Cntrl}+", " ").strip();
        return plain.length() <= WORDS_CHARACTERS_MAX
                ? plain
                : plain.substring(0, WORDS_CHARACTERS_MAX);
    }
}
