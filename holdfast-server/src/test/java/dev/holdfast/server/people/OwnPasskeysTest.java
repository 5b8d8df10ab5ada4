package dev.holdfast.server.people;

import static dev.holdfast.server.people.PeopleStage.PASSWORD;
import static dev.holdfast.server.people.PeopleStage.REVIEWER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.people.PeopleException.Reason;
import dev.holdfast.server.people.PeopleStage.Enrolled;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.testkit.SoftwarePasskey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnPasskeysTest {
    @TempDir private Path directory;
    private PeopleStage stage;
    private OwnPasskeys passkeys;

    @BeforeEach
    void open() throws IOException {
        stage = new PeopleStage(directory, new ControlStore(directory.resolve("holdfast.db")));
        passkeys = stage.people.ownPasskeys();
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private static void refused(Reason reason, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        PeopleException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }

    private Proofs.Given proof(Person person, SoftwarePasskey passkey, String action)
            throws ProofException {
        return new Proofs.Given.Passkey(
                passkey.get(stage.people.proofs().passkeyOptions(person, Proofs.digestOf(action))));
    }

    private String offer(Enrolled who) throws PeopleException, ProofException {
        return passkeys.offer(
                who.person(), proof(who.person(), who.passkey(), OwnPasskeys.ADD_ACTION));
    }

    private SoftwarePasskey added(Enrolled who, String name)
            throws PeopleException, ProofException {
        SoftwarePasskey more = stage.authenticator();
        passkeys.add(who.person(), name, more.create(offer(who)));
        return more;
    }

    /// Somebody with a passkey and no codes.
    private Enrolled withoutCodes(String name) throws PeopleException {
        Invite invite = stage.people.invite("the shell", name, REVIEWER);
        SoftwarePasskey passkey = stage.authenticator();
        String registration =
                passkey.create(stage.people.enrolment(invite.token()).passkeyOptions());
        return new Enrolled(
                stage.people.enrol(invite.token(), PASSWORD, "", registration),
                passkey,
                new byte[0]);
    }

    private String id(Person person, int at) throws PeopleException {
        return passkeys.list(person).get(at).id();
    }

    @Test
    void onePasskeyMoreSignsInAndIsListedWithItsUse() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        SoftwarePasskey phone = added(ada, " phone ");
        assertThat(passkeys.list(ada.person()))
                .satisfiesExactly(
                        first -> {
                            assertThat(first.name()).isEmpty();
                            assertThat(first.latestUse()).isEqualTo(stage.clock.instant());
                        },
                        second -> {
                            assertThat(second.name()).isEqualTo("phone");
                            assertThat(second.latestUse()).isNull();
                        });
        stage.clock.advance(Duration.ofMinutes(1));
        assertThat(stage.people.authenticate(phone.get(stage.people.passkeyOptions())).person())
                .isEqualTo(ada.person());
        assertThat(passkeys.list(ada.person()).getLast().latestUse())
                .isEqualTo(stage.clock.instant());
        assertThat(stage.recorded("person.passkey"))
                .singleElement()
                .asString()
                .startsWith("person:ada: add passkey sha256:");
    }

    @Test
    void aPasskeyIsRenamedByItsOwnerAloneAndOnRecord() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        Enrolled bob = stage.enrolled("bob", REVIEWER);
        String id = id(ada.person(), 0);
        passkeys.rename(ada.person(), id, " laptop, 13″ ");
        assertThat(passkeys.list(ada.person()).getFirst().name()).isEqualTo("laptop, 13″");
        assertThat(stage.recorded("person.passkey"))
                .containsExactly("person:ada: rename passkey " + id + ": laptop, 13″ (ok)");
        refused(Reason.INVALID, () -> passkeys.rename(bob.person(), id, "mine"));
        refused(Reason.INVALID, () -> passkeys.rename(ada.person(), "0123456789abcdef", "none"));
        for (String name :
                List.of(
                        "",
                        "  ",
                        "x".repeat(61),
                        "a\nb",
                        "a\u0000b",
                        "a\u001bb",
                        "a\u202eb",
                        "a\u200bb",
                        "a\u2028b",
                        "a\ud800b",
                        "a\ue000b")) {
            refused(Reason.INVALID, () -> passkeys.rename(ada.person(), id, name));
        }
        assertThat(passkeys.list(ada.person()).getFirst().name()).isEqualTo("laptop, 13″");
    }

    @Test
    void withoutAProofForExactlyThatNothingIsOfferedAndNothingRemoved() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        String id = id(ada.person(), 0);
        Proofs.Given remove =
                proof(ada.person(), ada.passkey(), OwnPasskeys.removeAction("0123456789abcdef"));
        Proofs.Given other = proof(ada.person(), ada.passkey(), People.PASSWORD_ACTION);
        Proofs.Given none = new Proofs.Given.Code("");
        refused(Reason.REFUSED, () -> passkeys.offer(ada.person(), other));
        refused(Reason.REFUSED, () -> passkeys.offer(ada.person(), none));
        refused(Reason.REFUSED, () -> passkeys.remove(ada.person(), remove, id));
        refused(Reason.REFUSED, () -> passkeys.remove(ada.person(), none, id));
        assertThat(passkeys.list(ada.person())).hasSize(1);
    }

    @Test
    void aProofOfAnotherPersonIsNone() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        Enrolled bob = stage.enrolled("bob", REVIEWER);
        Proofs.Given bobs = proof(bob.person(), bob.passkey(), OwnPasskeys.ADD_ACTION);
        refused(Reason.REFUSED, () -> passkeys.offer(ada.person(), bobs));
        String adas = id(ada.person(), 0);
        Proofs.Given word = proof(bob.person(), bob.passkey(), OwnPasskeys.removeAction(adas));
        refused(Reason.INVALID, () -> passkeys.remove(bob.person(), word, adas));
        assertThat(passkeys.list(ada.person())).hasSize(1);
    }

    @Test
    void anOfferIsForOnePasskeyOfItsPersonWithinFiveMinutes() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        Enrolled bob = stage.enrolled("bob", REVIEWER);
        String options = offer(ada);
        String made = stage.authenticator().create(options);
        refused(Reason.REFUSED, () -> passkeys.add(bob.person(), "x", made));
        passkeys.add(ada.person(), "x", made);
        refused(Reason.REFUSED, () -> passkeys.add(ada.person(), "x", made));
        String late = stage.authenticator().create(offer(ada));
        stage.clock.advance(Duration.ofMinutes(5));
        refused(Reason.REFUSED, () -> passkeys.add(ada.person(), "y", late));
        String replaced = stage.authenticator().create(offer(ada));
        offer(ada);
        refused(Reason.INVALID, () -> passkeys.add(ada.person(), "z", replaced));
        assertThat(passkeys.list(ada.person())).hasSize(2);
    }

    @Test
    void anOfferEndsWithTheAccountAndWithItsEnrolment() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        String made = stage.authenticator().create(offer(ada));
        stage.people.disable("olga", "ada");
        refused(Reason.INVALID, () -> passkeys.add(ada.person(), "x", made));
        stage.people.enable("olga", "ada");
        String before = stage.authenticator().create(offer(ada));
        stage.enrolled("ada", REVIEWER);
        refused(Reason.REFUSED, () -> passkeys.add(ada.person(), "x", before));
    }

    @Test
    void theLastThingThatProvesWhoSomebodyIsStays() throws Exception {
        Enrolled ada = withoutCodes("ada");
        String first = id(ada.person(), 0);
        Proofs.Given word = proof(ada.person(), ada.passkey(), OwnPasskeys.removeAction(first));
        refused(Reason.INVALID, () -> passkeys.remove(ada.person(), word, first));
        SoftwarePasskey phone = added(ada, "phone");
        passkeys.remove(
                ada.person(),
                proof(ada.person(), ada.passkey(), OwnPasskeys.removeAction(first)),
                first);
        String second = id(ada.person(), 0);
        Proofs.Given more = proof(ada.person(), phone, OwnPasskeys.removeAction(second));
        refused(Reason.INVALID, () -> passkeys.remove(ada.person(), more, second));
        refused(
                Reason.REFUSED,
                () -> stage.people.authenticate(ada.passkey().get(stage.people.passkeyOptions())));
    }

    @Test
    void whoHasCodesMayRemoveTheirLastPasskey() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        passkeys.remove(
                ada.person(), new Proofs.Given.Code(stage.code(ada.secret())), id(ada.person(), 0));
        assertThat(passkeys.list(ada.person())).isEmpty();
    }

    @Test
    @SuppressWarnings("InterruptedExceptionSwallowed") // a test that is interrupted fails
    void ofTwoPasskeysThatRemoveEachOtherAtOnceOneStays() throws Exception {
        Enrolled ada = withoutCodes("ada");
        SoftwarePasskey phone = added(ada, "phone");
        String first = id(ada.person(), 0);
        String second = id(ada.person(), 1);
        Proofs.Given one = proof(ada.person(), ada.passkey(), OwnPasskeys.removeAction(second));
        Proofs.Given other = proof(ada.person(), phone, OwnPasskeys.removeAction(first));
        List<Callable<Boolean>> both =
                List.of(() -> removed(ada, one, second), () -> removed(ada, other, first));
        List<Boolean> removed = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (Future<Boolean> each : threads.invokeAll(both)) {
                removed.add(each.get());
            }
        }
        assertThat(removed).containsExactlyInAnyOrder(true, false);
        assertThat(passkeys.list(ada.person())).hasSize(1);
    }

    private boolean removed(Enrolled who, Proofs.Given word, String id) {
        try {
            passkeys.remove(who.person(), word, id);
            return true;
        } catch (PeopleException _) {
            return false;
        }
    }

    @Test
    void namesAreShortAndPrintable() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        for (String name : List.of("", "  ", "x".repeat(61), "a\u0007b")) {
            refused(Reason.INVALID, () -> passkeys.add(ada.person(), name, "{}"));
        }
    }

    @Test
    void whatCannotBeRecordedIsNotDone() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        String made = stage.authenticator().create(offer(ada));
        stage.recordable = false;
        refused(Reason.UNAVAILABLE, () -> passkeys.add(ada.person(), "x", made));
        refused(Reason.UNAVAILABLE, () -> passkeys.signOutEverywhere(ada.person()));
        assertThat(passkeys.list(ada.person())).hasSize(1);
    }

    @Test
    void signingOutEverywhereEndsEverySessionOfOnePerson() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        Enrolled bob = stage.enrolled("bob", REVIEWER);
        ConsoleSession first = signedIn(ada);
        ConsoleSession second = signedIn(ada);
        ConsoleSession bobs = signedIn(bob);
        passkeys.signOutEverywhere(ada.person());
        assertThat(stage.people.session(first.token())).isNull();
        assertThat(stage.people.session(second.token())).isNull();
        assertThat(stage.people.session(bobs.token())).isNotNull();
    }

    private ConsoleSession signedIn(Enrolled who) throws PeopleException {
        return stage.people.authenticate(who.passkey().get(stage.people.passkeyOptions()));
    }
}
