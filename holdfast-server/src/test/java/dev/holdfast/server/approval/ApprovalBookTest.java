package dev.holdfast.server.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.guard.approval.Approvals.Ending;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitOutcome;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Proof;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import dev.holdfast.testkit.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a word as time passes, and when people speak at once.
class ApprovalBookTest {
    private static final HeldStatement DROP = held("DROP TABLE t", Decision.Hold.Kind.DESTROY);
    private static final HeldStatement DELETE = held("DELETE FROM t", Decision.Hold.Kind.ROWS);

    @TempDir private Path directory;
    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
    private ControlStore store;
    private ApprovalBook book;
    private boolean recorded = true;

    /// Roles of those who are not reviewers any more.
    private final Map<String, Set<Role>> changed = new HashMap<>();

    @BeforeEach
    void open() {
        store = openStore();
        book = book(store, "gw_1");
    }

    /// An empty one.
    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    private ApprovalBook book(ControlStore from, String gateway) {
        return new ApprovalBook(
                from,
                new ApprovalBook.Settings(
                        Duration.ofMinutes(30), Duration.ofMinutes(15), 2, gateway),
                _ -> new ReadOnlyPolicy(),
                _ -> Held.Purpose.NONE,
                (_, _, _, _) -> recorded,
                (_, name) -> changed.getOrDefault(name, Set.of(Role.REVIEWER)),
                (_, _) -> CommitOutcome.UNREACHABLE,
                clock,
                new Random(1));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static HeldStatement held(String text, Decision.Hold.Kind kind) {
        return new HeldStatement(
                new Principal("agent", "shop", "policy"),
                kind,
                text,
                text,
                List.of(),
                "",
                "hold.test",
                "because",
                "basis");
    }

    private static Person person(String name) {
        return new Person(name, Set.of(Role.REVIEWER));
    }

    private String asked(HeldStatement statement) throws ChangeRefusedException {
        return ((Standing.Pending) book.desk().ask(statement, MeasuredEffect.NONE)).id();
    }

    private Held approve(String id, String name) throws ApprovalException {
        Held held = found(id);
        Proof proof = new Proof(Proof.Kind.TOTP, name, "totp", "{}", clock.millis());
        return book.approve(id, person(name), proof, held.phrase());
    }

    private Held found(String id) throws ApprovalException {
        return Objects.requireNonNull(book.find(id));
    }

    @Test
    void whatNobodyDecidesInTimeExpires() throws Exception {
        String id = asked(DELETE);
        clock.advance(Duration.ofMinutes(29));
        assertThat(found(id).state()).isEqualTo(State.PENDING);
        clock.advance(Duration.ofMinutes(1));
        assertThat(found(id).state()).isEqualTo(State.EXPIRED);
        assertThatThrownBy(() -> approve(id, "ann")).hasMessageContaining("expired");
        assertThat(book.desk().standing(DELETE)).isInstanceOf(Standing.Unasked.class);
    }

    @Test
    void aWordThatIsNotUsedInTimeExpires() throws Exception {
        String id = asked(DELETE);
        approve(id, "ann");
        assertThat(book.desk().standing(DELETE)).isEqualTo(new Standing.Approved(id));
        clock.advance(Duration.ofMinutes(15));
        assertThatThrownBy(() -> book.desk().take(id, DELETE))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("approval.void");
    }

    @Test
    void aWordIsTakenOnceAndStandsAgainWhereNothingHappened() throws Exception {
        String id = asked(DELETE);
        approve(id, "ann");
        book.desk().take(id, DELETE);
        assertThatThrownBy(() -> book.desk().take(id, DELETE))
                .isInstanceOf(ChangeRefusedException.class);
        assertThatThrownBy(() -> book.desk().standing(DELETE))
                .hasMessageContaining("approval.ambiguous");
        book.desk().ended(id, Ending.ROLLED_BACK, "");
        book.desk().take(id, DELETE);
        book.desk().ended(id, Ending.COMMITTED, "txn_1");
        assertThat(found(id).state()).isEqualTo(State.USED);
        assertThat(book.desk().standing(DELETE)).isInstanceOf(Standing.Unasked.class);
    }

    @Test
    void twoPeopleWhoApproveAtOnceAreTwo()
            throws ApprovalException, ChangeRefusedException, InterruptedException {
        String id = asked(DROP);
        CountDownLatch together = new CountDownLatch(1);
        List<Thread> people = new ArrayList<>();
        for (String name : List.of("ann", "bob")) {
            people.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    together.await();
                                    approve(id, name);
                                } catch (InterruptedException | ApprovalException e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
        }
        together.countDown();
        for (Thread thread : people) {
            thread.join();
        }
        assertThat(found(id).words()).hasSize(2);
        assertThat(found(id).state()).isEqualTo(State.APPROVED);
    }

    /// Disabled, say, because somebody else had used the account.
    @Test
    void whoMayNotDecideAnyMoreHasApprovedNothingThatIsStillToRun() throws Exception {
        String once = asked(DELETE);
        approve(once, "ann");
        String twice = asked(DROP);
        approve(twice, "ann");
        changed.put("ann", Set.of(Role.VIEWER));
        assertThat(book.desk().standing(DELETE)).isInstanceOf(Standing.Approved.class);
        assertThat(whyNot(once, DELETE)).contains("ann, who approved it, may not decide any more");
        assertThat(found(once).state()).isEqualTo(State.VOID);
        assertThatThrownBy(() -> approve(twice, "bob")).hasMessageContaining("ask anew");
        assertThat(found(twice).state()).isEqualTo(State.VOID);
        // Who is one again did not say it again.
        changed.clear();
        assertThatThrownBy(() -> book.desk().take(once, DELETE))
                .isInstanceOf(ChangeRefusedException.class);
    }

    @Test
    void aBrokenGlassIsAnOwnersOnlyWhileTheyAreOne() throws Exception {
        changed.put("olga", Set.of(Role.OWNER));
        String id = asked(DROP);
        Person olga = new Person("olga", Set.of(Role.OWNER));
        Proof proof = new Proof(Proof.Kind.TOTP, "olga", "totp", "{}", clock.millis());
        book.breakGlass(id, olga, proof, found(id).phrase(), "fire");
        changed.put("olga", Set.of(Role.REVIEWER));
        assertThat(whyNot(id, DROP)).contains("no owner");
    }

    private String whyNot(String id, HeldStatement statement) {
        return catchThrowableOfType(
                        ChangeRefusedException.class, () -> book.desk().take(id, statement))
                .refusal()
                .detail();
    }

    @Test
    void whatCannotBeRecordedDoesNotCount() throws Exception {
        String id = asked(DELETE);
        recorded = false;
        assertThatThrownBy(() -> approve(id, "ann")).hasMessageContaining("record");
        assertThat(found(id).state()).isEqualTo(State.PENDING);
        assertThat(found(id).words()).isEmpty();
    }

    @Test
    void noMoreThanSoManyOfAnAgentWait() throws Exception {
        asked(DELETE);
        asked(DROP);
        HeldStatement third = held("DELETE FROM u", Decision.Hold.Kind.ROWS);
        assertThatThrownBy(() -> asked(third)).hasMessageContaining("hold.too-many");
        assertThat(book.pending()).hasSize(2);
    }

    @Test
    void whatARowInTheStoreWasChangedToIsNotApproved() throws Exception {
        String id = asked(DELETE);
        store.transaction(handle ->
                handle.execute("UPDATE approval SET statement_text = 'DELETE FROM other'"));
        assertThatThrownBy(() -> approve(id, "ann")).hasMessageContaining("changed in the store");
    }

    private String taken() throws Exception {
        String id = asked(DELETE);
        approve(id, "ann");
        book.desk().take(id, DELETE);
        return id;
    }

    @Test
    void whatAGatewayWasRunningWhenItEndedItFindsOutItselfAndNoOtherDoes() throws Exception {
        String id = taken();
        ApprovalBook other = book(store, "gw_2");
        other.settleLeftOver(_ -> Ending.ABANDONED);
        other.look(_ -> Ending.COMMITTED);
        other.desk().ended(id, Ending.COMMITTED, "txn_2");
        assertThat(found(id).state()).isEqualTo(State.AMBIGUOUS);
        assertThat(found(id).note()).contains("gw_1");
        ApprovalBook again = book(store, "gw_1");
        again.settleLeftOver(_ -> null);
        assertThat(found(id).state()).isEqualTo(State.AMBIGUOUS);
        again.settleLeftOver(_ -> Ending.ABANDONED);
        assertThat(found(id).state()).isEqualTo(State.VOID);
        assertThat(found(id).note()).contains("nothing was changed");
    }

    @Test
    void whatRunsIsNobodysToSettle() throws Exception {
        String id = taken();
        book.look(_ -> Ending.ABANDONED);
        book.look(_ -> Ending.COMMITTED);
        assertThat(book.resolved(List.of(id), false, "txn_1")).isFalse();
        assertThat(found(id).state()).isEqualTo(State.AMBIGUOUS);
        book.desk().ended(id, Ending.ROLLED_BACK, "");
        assertThat(found(id).state()).isEqualTo(State.APPROVED);
    }

    @Test
    void anUnknownOutcomeIsSettledAsSoonAsItIsKnown() throws Exception {
        String committed = taken();
        book.desk().ended(committed, Ending.UNKNOWN, "txn_1");
        book.look(_ -> null);
        assertThat(found(committed).state()).isEqualTo(State.AMBIGUOUS);
        assertThat(found(committed).note()).contains("asking the database");
        assertThat(book.resolved(List.of(committed), true, "txn_1")).isTrue();
        assertThat(found(committed).state()).isEqualTo(State.USED);
        assertThat(found(committed).transaction()).isEqualTo("txn_1");
        String rolledBack = taken();
        book.desk().ended(rolledBack, Ending.UNKNOWN, "txn_2");
        assertThat(book.resolved(List.of(rolledBack), false, "txn_2")).isTrue();
        assertThat(found(rolledBack).state()).isEqualTo(State.APPROVED);
    }

    @Test
    void fromWhatIsNotInTheJournalALookConcludesOnlyOnWhatItsOwnProcessRan() throws Exception {
        String id = taken();
        ApprovalBook clone = book(store, "gw_1");
        clone.look(_ -> Ending.ABANDONED);
        assertThat(found(id).state()).isEqualTo(State.AMBIGUOUS);
        book.desk().ended(id, Ending.UNKNOWN, "");
        book.look(_ -> Ending.ABANDONED);
        assertThat(found(id).state()).isEqualTo(State.APPROVED);
    }

    @Test
    void whatTheStoreCouldNotBeToldIsWrittenDownLater() throws Exception {
        String id = taken();
        changed("ALTER TABLE approval RENAME TO away");
        book.desk().ended(id, Ending.COMMITTED, "txn_1");
        changed("ALTER TABLE away RENAME TO approval");
        book.look(_ -> null);
        assertThat(found(id).state()).isEqualTo(State.USED);
        assertThat(found(id).transaction()).isEqualTo("txn_1");
    }

    @Test
    void aWordThatCouldNotBeTakenForSureIsGivenBack() throws Exception {
        String id = asked(DELETE);
        approve(id, "ann");
        String other = asked(DROP);
        changed("UPDATE approval SET gateway = 'gw_1' WHERE id = '" + other + "'");
        changed("CREATE UNIQUE INDEX broken ON approval (gateway)");
        assertThatThrownBy(() -> book.desk().take(id, DELETE))
                .hasMessageContaining("hold.unavailable");
        changed("DROP INDEX broken");
        // As if it had got there all the same.
        changed(
                "UPDATE approval SET state = 'ambiguous', gateway = 'gw_1' WHERE id = '"
                        + id
                        + "'");
        book.look(_ -> null);
        assertThat(found(id).state()).isEqualTo(State.APPROVED);
    }

    private void changed(String sql) throws StoreException {
        store.transaction(handle -> handle.execute(sql));
    }
}
