package dev.holdfast.server.approval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.guard.approval.Approvals.Ending;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.CommitOutcome;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.server.approval.ApprovalClosing.Claim;
import dev.holdfast.server.approval.ApprovalClosing.Finding;
import dev.holdfast.server.approval.Held.State;
import dev.holdfast.server.approval.Held.Word.Said;
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
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people do about an approval whose gateway never came back, and what that gateway can do no more.
class ApprovalClosingTest {
    private static final HeldStatement DELETE =
            new HeldStatement(
                    new Principal("agent", "shop", "policy"),
                    Decision.Hold.Kind.ROWS,
                    "DELETE FROM t",
                    "DELETE FROM t",
                    List.of(),
                    "",
                    "hold.test",
                    "because",
                    "basis");
    private static final CommitPoint POINT = new CommitPoint("4711", "system", "00000001");
    private static final Person EVE = person("eve", Role.REVIEWER);

    @TempDir private Path directory;
    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final List<String> recorded = new ArrayList<>();
    private final List<CommitPoint> asked = new ArrayList<>();
    private boolean recordWorks = true;
    private CommitOutcome outcome = CommitOutcome.UNREACHABLE;
    private ControlStore store;

    /// Two gateways on one store.
    private ApprovalBook gone;

    private ApprovalBook here;

    @BeforeEach
    void open() {
        store = openStore();
        gone = book("gw_gone");
        here = book("gw_here");
    }

    /// An empty one.
    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private ApprovalBook book(String gateway) {
        return new ApprovalBook(
                store,
                new ApprovalBook.Settings(
                        Duration.ofMinutes(30), Duration.ofMinutes(15), 9, gateway),
                _ -> new ReadOnlyPolicy(),
                _ -> Held.Purpose.NONE,
                (person, _, action, rule) -> {
                    recorded.add("%s %s %s".formatted(person, action, rule));
                    return recordWorks;
                },
                (_, _) -> Set.of(Role.REVIEWER),
                (database, point) -> {
                    assertThat(database).isEqualTo("shop");
                    asked.add(point);
                    return outcome;
                },
                clock,
                new Random(gateway.hashCode()));
    }

    private static Person person(String name, Role role) {
        return new Person(name, Set.of(role));
    }

    private Proof proof(Person person) {
        return new Proof(Proof.Kind.TOTP, person.name(), "totp", "{}", clock.millis());
    }

    /// One that a gateway has taken, and has not said how it ended.
    private String takenBy(ApprovalBook book) throws Exception {
        String id = ((Standing.Pending) book.desk().ask(DELETE, MeasuredEffect.NONE)).id();
        Person ann = person("ann", Role.REVIEWER);
        book.approve(id, ann, proof(ann), found(id).phrase());
        book.desk().take(id, DELETE);
        return id;
    }

    private Held found(String id) throws ApprovalException {
        return Objects.requireNonNull(here.find(id));
    }

    private void looks(int times) {
        for (int i = 0; i < times; i++) {
            here.look(_ -> null);
        }
    }

    /// One whose gateway has not been heard of for long enough.
    private String leftBehind() throws Exception {
        String id = takenBy(gone);
        looks(GatewayBeats.SILENT_LOOKS + 1);
        return id;
    }

    private Held settled(String id, Claim claim) throws ApprovalException {
        return here.closing().close(id, EVE, proof(EVE), "the machine burnt down", claim);
    }

    private void requireNotClosed(String id, String why) throws ApprovalException {
        assertThatThrownBy(() -> settled(id, Claim.RAN))
                .isInstanceOf(ApprovalException.class)
                .hasMessageContaining(why);
        assertThat(found(id).state()).isEqualTo(State.AMBIGUOUS);
    }

    @Test
    void whatNeverAskedForCommitIsVoidWhateverThePersonSays() throws Exception {
        String id = leftBehind();
        assertThat(here.closing().prospect(id, EVE).finding()).isEqualTo(Finding.NEVER_COMMITTED);
        Held closed = settled(id, Claim.RAN);
        assertThat(closed.state()).isEqualTo(State.VOID);
        assertThat(found(id).state()).isEqualTo(State.VOID);
        assertThat(found(id).note()).contains("eve", "nothing was changed");
        assertThat(found(id).words())
                .extracting(Held.Word::said)
                .containsExactly(Said.APPROVED, Said.CLOSED);
        assertThat(found(id).words().getLast().words()).isEqualTo("the machine burnt down");
        assertThat(recorded)
                .contains(
                        "eve settle " + id + ": it did not run, as it was found out person.settle");
        assertThat(asked).isEmpty();
    }

    @Test
    void whatWasClosedCannotCommitAndDoesNotRunAgain() throws Exception {
        String id = leftBehind();
        settled(id, Claim.NONE);
        assertThatThrownBy(() -> gone.commits().committing(List.of(id), POINT))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("approval.void");
        // It is told that its transaction was rolled back, and may not make the word stand again.
        gone.desk().ended(id, Ending.ROLLED_BACK, "");
        assertThat(found(id).state()).isEqualTo(State.VOID);
        gone.desk().ended(id, Ending.COMMITTED, "txn_1");
        gone.settleLeftOver(_ -> Ending.COMMITTED);
        assertThat(found(id).state()).isEqualTo(State.VOID);
        assertThatThrownBy(() -> gone.desk().take(id, DELETE))
                .isInstanceOf(ChangeRefusedException.class);
        assertThat(here.desk().standing(DELETE)).isInstanceOf(Standing.Unasked.class);
    }

    @Test
    void whatIsAboutToBeClosedCannotCommitEither() throws Exception {
        String id = leftBehind();
        recordWorks = false;
        requireNotClosed(id, "record");
        // From the moment at which the finding counts nothing may change it.
        assertThatThrownBy(() -> gone.commits().committing(List.of(id), POINT))
                .isInstanceOf(ChangeRefusedException.class);
        recordWorks = true;
        assertThat(settled(id, Claim.NONE).state()).isEqualTo(State.VOID);
    }

    @Test
    void whatPostgresSaysIsTakenAndNobodysWord() throws Exception {
        String committed = takenBy(gone);
        gone.commits().committing(List.of(committed), POINT);
        looks(GatewayBeats.SILENT_LOOKS + 1);
        outcome = CommitOutcome.COMMITTED;
        assertThat(settled(committed, Claim.DID_NOT_RUN).state()).isEqualTo(State.USED);
        assertThat(found(committed).note()).contains("PostgreSQL says that it committed");
        assertThat(asked).containsOnly(POINT);
        String rolledBack = takenBy(gone);
        gone.commits().committing(List.of(rolledBack), POINT);
        looks(GatewayBeats.SILENT_LOOKS + 1);
        outcome = CommitOutcome.ROLLED_BACK;
        assertThat(settled(rolledBack, Claim.RAN).state()).isEqualTo(State.VOID);
        assertThat(found(rolledBack).words().getLast().said()).isEqualTo(Said.CLOSED);
    }

    @Test
    void onlyWhereNothingElseCanSayDoesAPersonsWordStandAndTheRecordSaysSo() throws Exception {
        String id = takenBy(gone);
        gone.commits().committing(List.of(id), POINT);
        looks(GatewayBeats.SILENT_LOOKS + 1);
        outcome = CommitOutcome.UNKNOWN;
        assertThatThrownBy(() -> settled(id, Claim.NONE)).hasMessageContaining("Look at the rows");
        assertThat(found(id).state()).isEqualTo(State.AMBIGUOUS);
        assertThat(settled(id, Claim.RAN).state()).isEqualTo(State.USED);
        assertThat(found(id).note()).contains("by the word of eve alone, that it ran");
        assertThat(found(id).words().getLast().said()).isEqualTo(Said.SAID_IT_RAN);
        assertThat(recorded)
                .contains("eve settle " + id + ": it ran, by their own word person.settle");
        String older = takenBy(gone);
        looks(GatewayBeats.SILENT_LOOKS + 1);
        // As an earlier version left it, which did not say when it was about to commit.
        changed("UPDATE approval SET commit_transaction = '' WHERE id = '" + older + "'");
        assertThat(settled(older, Claim.DID_NOT_RUN).state()).isEqualTo(State.VOID);
        assertThat(found(older).words().getLast().said()).isEqualTo(Said.SAID_IT_DID_NOT_RUN);
    }

    @Test
    void whatIsOpenOrCannotBeAskedForStaysInDoubt() throws Exception {
        String id = takenBy(gone);
        gone.commits().committing(List.of(id), POINT);
        looks(GatewayBeats.SILENT_LOOKS + 1);
        outcome = CommitOutcome.IN_PROGRESS;
        requireNotClosed(id, "is open in PostgreSQL still");
        outcome = CommitOutcome.UNREACHABLE;
        requireNotClosed(id, "does not answer");
        outcome = CommitOutcome.COMMITTED;
        assertThat(settled(id, Claim.NONE).state()).isEqualTo(State.USED);
    }

    @Test
    void aGatewayThatRunsFindsOutItselfWhateverAnybodysClockSays() throws Exception {
        String id = takenBy(gone);
        requireNotClosed(id, "runs, or did less than a minute ago");
        for (int i = 0; i < 3 * GatewayBeats.SILENT_LOOKS; i++) {
            here.look(_ -> null);
            gone.look(_ -> null);
            clock.advance(Duration.ofDays(1));
        }
        requireNotClosed(id, "runs, or did less than a minute ago");
        looks(GatewayBeats.SILENT_LOOKS - 1);
        requireNotClosed(id, "runs, or did less than a minute ago");
        looks(2);
        gone.look(_ -> null);
        here.look(_ -> null);
        requireNotClosed(id, "runs, or did less than a minute ago");
        gone.commits().committing(List.of(id), POINT);
        gone.desk().ended(id, Ending.COMMITTED, "txn_1");
        assertThat(found(id).state()).isEqualTo(State.USED);
    }

    @Test
    void whatThisGatewayRunsItselfIsNotClosed() throws Exception {
        String id = takenBy(here);
        looks(2 * GatewayBeats.SILENT_LOOKS);
        requireNotClosed(id, "is being run at this moment");
        here.desk().ended(id, Ending.UNKNOWN, "");
        assertThat(settled(id, Claim.NONE).state()).isEqualTo(State.VOID);
    }

    @Test
    void whoMayNotApproveItMayNotCloseItAndNothingIsClosedTwice() throws Exception {
        String id = leftBehind();
        for (Person nobody :
                List.of(
                        person("olga", Role.OPERATOR),
                        person("vera", Role.VIEWER),
                        person("agent", Role.REVIEWER))) {
            assertThatThrownBy(
                            () -> here.closing().close(id, nobody, proof(nobody), "why", Claim.RAN))
                    .isInstanceOf(ApprovalException.class);
            assertThatThrownBy(() -> here.closing().prospect(id, nobody))
                    .isInstanceOf(ApprovalException.class);
        }
        Person ann = person("ann", Role.REVIEWER);
        assertThatThrownBy(() -> here.closing().close(id, EVE, proof(ann), "why", Claim.RAN))
                .hasMessageContaining("proof");
        assertThatThrownBy(() -> here.closing().close(id, EVE, proof(EVE), " ", Claim.RAN))
                .hasMessageContaining("why");
        assertThat(found(id).state()).isEqualTo(State.AMBIGUOUS);
        // Who approved it may close it, too.
        here.closing().close(id, ann, proof(ann), "why", Claim.NONE);
        assertThatThrownBy(() -> settled(id, Claim.RAN)).hasMessageContaining("nothing to close");
    }

    @Test
    void whatItsGatewayGaveBackMeanwhileCanBeTakenAgainAndThenCommit() throws Exception {
        String id = leftBehind();
        recordWorks = false;
        requireNotClosed(id, "record");
        recordWorks = true;
        // It was only slow.
        gone.desk().ended(id, Ending.ROLLED_BACK, "");
        assertThat(found(id).state()).isEqualTo(State.APPROVED);
        assertThatThrownBy(() -> settled(id, Claim.RAN)).hasMessageContaining("not in doubt");
        gone.desk().take(id, DELETE);
        gone.commits().committing(List.of(id), POINT);
    }

    @Test
    void whoCannotWriteDownThatItCommitsDoesNot() throws Exception {
        String id = takenBy(gone);
        changed("ALTER TABLE approval RENAME TO away");
        assertThatThrownBy(() -> gone.commits().committing(List.of(id), POINT))
                .isInstanceOf(ChangeRefusedException.class)
                .hasMessageContaining("hold.unavailable");
        changed("ALTER TABLE away RENAME TO approval");
        // Nor does another gateway commit on what this one took.
        assertThatThrownBy(() -> here.commits().committing(List.of(id), POINT))
                .isInstanceOf(ChangeRefusedException.class);
    }

    private void changed(String sql) throws StoreException {
        store.transaction(handle -> handle.execute(sql));
    }
}
