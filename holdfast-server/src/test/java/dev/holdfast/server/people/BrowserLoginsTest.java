package dev.holdfast.server.people;

import static dev.holdfast.server.people.PeopleStage.ADDRESS;
import static dev.holdfast.server.people.PeopleStage.PASSWORD;
import static dev.holdfast.server.people.PeopleStage.REVIEWER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.people.PeopleException.Reason;
import dev.holdfast.server.people.PeopleStage.Enrolled;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrowserLoginsTest {
    private static final String ELSEWHERE = "198.51.100.9";
    private static final int PORT = 40_001;

    @TempDir private Path directory;
    private PeopleStage stage;
    private BrowserLogins logins;
    private Enrolled olga;

    @BeforeEach
    void open() throws IOException, PeopleException {
        stage = new PeopleStage(directory, openStore());
        logins = stage.people.browserLogins();
        olga = stage.enrolled("olga", REVIEWER);
    }

    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    /// The same store once more, as another gateway has it.
    ControlStore openAgain() {
        return openStore();
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

    /// A command line that asks.
    private final class CommandLine {
        private final String verifier = Encoding.token(stage.random);
        private final String request;
        private final String mark;

        CommandLine(String user, int port) throws PeopleException {
            BrowserLogins.Asked asked = logins.ask(user, challenge(), port, ELSEWHERE);
            request = asked.request();
            mark = asked.mark();
            // Else the next would have asked at the same time.
            stage.clock.advance(Duration.ofMillis(1));
        }

        private String challenge() {
            return Encoding.base64(Encoding.sha256(verifier.getBytes(StandardCharsets.US_ASCII)));
        }

        ConsoleSession redeem(String code) throws PeopleException {
            return logins.redeem(code, verifier, ELSEWHERE);
        }
    }

    private CommandLine asking() throws PeopleException {
        return new CommandLine("olga", PORT);
    }

    private Proofs.Given signature(String request) throws ProofException {
        String action = BrowserLogins.confirmAction(request);
        return new Proofs.Given.Passkey(
                olga.passkey()
                        .get(
                                stage.people
                                        .proofs()
                                        .passkeyOptions(olga.person(), Proofs.digestOf(action))));
    }

    private String confirmed(CommandLine commandLine) throws PeopleException, ProofException {
        return logins.confirm(olga.person(), signature(commandLine.request), commandLine.request);
    }

    @Test
    void aPersonHandsOutASessionAndTheCommandLineThatAskedGetsIt()
            throws PeopleException, ProofException {
        CommandLine commandLine = asking();
        BrowserLogins.Wish wish = logins.look(olga.person(), commandLine.request, ADDRESS);
        assertThat(wish.mark()).isEqualTo(commandLine.mark).matches("[A-Z2-7]{4}-[A-Z2-7]{4}");
        assertThat(wish.address()).isEqualTo(ELSEWHERE);
        assertThat(wish.near()).isFalse();
        assertThat(wish.port()).isEqualTo(PORT);
        assertThat(wish.sessionMax()).isEqualTo(Duration.ofHours(12));
        String code = confirmed(commandLine);
        assertThat(code).matches("([A-Z2-7]{4}-){5}[A-Z2-7]{4}");
        ConsoleSession session = commandLine.redeem(code);
        assertThat(session.person()).isEqualTo(new Person("olga", REVIEWER));
        assertThat(stage.people.session(session.token())).isNotNull();
        assertThat(stage.recorded("person.sign-in"))
                .containsExactly(
                        "person:olga: sign in by browser, confirmed as %s, asked from %s (ok)"
                                .formatted(commandLine.mark, ELSEWHERE),
                        "person:olga: sign in by browser (ok)");
    }

    @Test
    void whoHasAProviderAndNoPasswordHandsOneOutWithACode() throws PeopleException {
        ProviderIdentity pia =
                new ProviderIdentity("https://login.example.com", "subject", "pia@example.com");
        String invite = stage.people.invite("the shell", pia.name(), REVIEWER).token();
        byte[] secret = PeopleStage.secret(stage.people.enrolment(invite));
        stage.people.enrol(invite, new FirstFactor.Provider(pia), stage.code(secret), "");
        stage.clock.advance(Duration.ofSeconds(30));
        CommandLine commandLine = new CommandLine(pia.name(), 0);
        String code =
                logins.confirm(
                        new Person(pia.name(), REVIEWER),
                        new Proofs.Given.Code(stage.code(secret)),
                        commandLine.request);
        // As people type.
        String typed = " " + code.toLowerCase(Locale.ROOT).replace('-', ' ');
        assertThat(commandLine.redeem(typed).person().name()).isEqualTo(pia.name());
    }

    @Test
    void aCodeIsGoodOnce() throws PeopleException, ProofException {
        CommandLine commandLine = asking();
        String code = confirmed(commandLine);
        commandLine.redeem(code);
        refused(Reason.REFUSED, () -> commandLine.redeem(code));
    }

    @Test
    void oneOfManyAtTheSameMomentGetsTheSession()
            throws ExecutionException, InterruptedException, PeopleException, ProofException {
        CommandLine commandLine = asking();
        String code = confirmed(commandLine);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Boolean>> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                attempts.add(() -> {
                    try {
                        commandLine.redeem(code);
                        return true;
                    } catch (PeopleException _) {
                        return false;
                    }
                });
            }
            int won = 0;
            for (Future<Boolean> attempt : threads.invokeAll(attempts)) {
                won += attempt.get() ? 1 : 0;
            }
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void whoHasTheCodeAndNotTheVerifierGetsNothingAndUsesItUp()
            throws PeopleException, ProofException {
        CommandLine commandLine = asking();
        String code = confirmed(commandLine);
        refused(
                Reason.REFUSED,
                () -> logins.redeem(code, Encoding.token(stage.random), "203.0.113.99"));
        refused(Reason.REFUSED, () -> commandLine.redeem(code));
        assertThat(stage.recorded("person.sign-in").getLast()).endsWith("(refused)");
        // Nor is what the browser and everybody behind it have seen the verifier.
        CommandLine another = asking();
        String second = confirmed(another);
        refused(Reason.REFUSED, () -> logins.redeem(second, another.challenge(), ELSEWHERE));
    }

    @Test
    void aThiefsCodeDoesNotFitThePersonsCommandLine() throws PeopleException, ProofException {
        Enrolled eve = stage.enrolled("eve", REVIEWER);
        CommandLine thiefs = new CommandLine("eve", PORT);
        String code =
                logins.confirm(
                        eve.person(),
                        new Proofs.Given.Code(stage.code(eve.secret())),
                        thiefs.request);
        CommandLine olgas = asking();
        refused(Reason.REFUSED, () -> olgas.redeem(code));
    }

    @Test
    void nobodyButWhoWasNamedAnswers() throws PeopleException {
        Enrolled eve = stage.enrolled("eve", REVIEWER);
        CommandLine commandLine = asking();
        String request = commandLine.request;
        Proofs.Given code = new Proofs.Given.Code(stage.code(eve.secret()));
        refused(Reason.FORBIDDEN, () -> logins.look(eve.person(), request, ADDRESS));
        refused(Reason.FORBIDDEN, () -> logins.confirm(eve.person(), code, request));
        refused(Reason.FORBIDDEN, () -> logins.refuse(eve.person(), request));
        assertThat(logins.look(olga.person(), request, ELSEWHERE).near()).isTrue();
        assertThat(stage.recorded("person.sign-in"))
                .contains("person:eve: sign in by browser, asked of somebody else (refused)");
    }

    @Test
    void aSessionAloneHandsOutNothing() throws PeopleException, ProofException {
        CommandLine commandLine = asking();
        String request = commandLine.request;
        Person person = olga.person();
        refused(
                Reason.REFUSED,
                () -> logins.confirm(person, new Proofs.Given.Code(""), commandLine.request));
        refused(
                Reason.REFUSED,
                () ->
                        logins.confirm(
                                person,
                                new Proofs.Given.Code(stage.wrongCode(olga.secret())),
                                request));
        // A signature for something else: another request, and another thing.
        Proofs.Given others = signature(asking().request);
        refused(Reason.REFUSED, () -> logins.confirm(person, others, request));
        Proofs.Given passkey =
                new Proofs.Given.Passkey(
                        olga.passkey()
                                .get(
                                        stage.people
                                                .proofs()
                                                .passkeyOptions(
                                                        person,
                                                        Proofs.digestOf(OwnPasskeys.ADD_ACTION))));
        refused(Reason.REFUSED, () -> logins.confirm(person, passkey, request));
        assertThat(confirmed(commandLine)).isNotEmpty();
    }

    @Test
    void whatWasAskedIsAnsweredWithinTenMinutes() throws PeopleException, ProofException {
        CommandLine early = asking();
        stage.clock.advance(BrowserLogins.ASKED_FOR.minusMillis(2));
        assertThat(confirmed(early)).isNotEmpty();
        CommandLine late = asking();
        Proofs.Given proof = signature(late.request);
        stage.clock.advance(BrowserLogins.ASKED_FOR);
        refused(Reason.REFUSED, () -> logins.look(olga.person(), late.request, ADDRESS));
        refused(Reason.REFUSED, () -> logins.confirm(olga.person(), proof, late.request));
    }

    @Test
    void aCodeIsGoodForTwoMinutes() throws PeopleException, ProofException {
        CommandLine inTime = asking();
        String first = confirmed(inTime);
        stage.clock.advance(BrowserLogins.CODE_VALID.minusMillis(1));
        assertThat(inTime.redeem(first)).isNotNull();
        CommandLine late = asking();
        String second = confirmed(late);
        stage.clock.advance(BrowserLogins.CODE_VALID);
        refused(Reason.REFUSED, () -> late.redeem(second));
    }

    @Test
    void whatWasRefusedAndWhatWasAskedBeforeIsConfirmedNoMore()
            throws PeopleException, ProofException {
        CommandLine before = asking();
        CommandLine refused = asking();
        Proofs.Given proof = signature(refused.request);
        logins.refuse(olga.person(), refused.request);
        refused(Reason.REFUSED, () -> logins.confirm(olga.person(), proof, refused.request));
        refused(Reason.REFUSED, () -> logins.look(olga.person(), before.request, ADDRESS));
        assertThat(stage.recorded("person.sign-in"))
                .contains(
                        "person:olga: sign in by browser, refused as %s, asked from %s (refused)"
                                .formatted(refused.mark, ELSEWHERE));
        assertThat(confirmed(asking())).isNotEmpty();
    }

    @Test
    void whatWasConfirmedIsNotConfirmedAgainAndANewerOneTakesItsPlace()
            throws PeopleException, ProofException {
        CommandLine first = asking();
        String code = confirmed(first);
        Proofs.Given again = signature(first.request);
        refused(Reason.REFUSED, () -> logins.confirm(olga.person(), again, first.request));
        // What is refused costs no proof: the same signature would have been used up else.
        refused(Reason.REFUSED, () -> logins.confirm(olga.person(), again, first.request));
        String newer = confirmed(asking());
        assertThat(newer).isNotEqualTo(code);
        refused(Reason.REFUSED, () -> first.redeem(code));
    }

    /// Who was looked at before the other answered finds it so when their own answer is noted.
    @Test
    void ofTwoAnswersAtTheSameMomentTheOlderQuestionsIsNone() throws StoreException {
        long now = stage.clock.millis();
        BrowserRequest older = new BrowserRequest("olga", "older", PORT, ADDRESS, now - 1);
        BrowserRequest newer = new BrowserRequest("olga", "newer", PORT, ADDRESS, now);
        assertThat(answered(newer, now)).isTrue();
        assertThat(answered(newer, now)).isFalse();
        assertThat(answered(older, now)).isFalse();
    }

    private boolean answered(BrowserRequest request, long now) throws StoreException {
        return stage.store.transaction(
                handle -> BrowserSignIns.answer(handle, request, "hash", now, now + 1));
    }

    @Test
    void whatEndsSessionsTakesACodeBackThatWasNotSent() throws PeopleException, ProofException {
        CommandLine everywhere = asking();
        String first = confirmed(everywhere);
        stage.people.ownPasskeys().signOutEverywhere(olga.person());
        refused(Reason.REFUSED, () -> everywhere.redeem(first));

        CommandLine disabled = asking();
        String second = confirmed(disabled);
        stage.people.disable("the shell", "olga");
        stage.people.enable("the shell", "olga");
        refused(Reason.REFUSED, () -> disabled.redeem(second));

        CommandLine changed = asking();
        String third = confirmed(changed);
        stage.people.changePassword(
                olga.person(),
                PASSWORD,
                new Proofs.Given.Code(stage.code(olga.secret())),
                "some other words here");
        refused(Reason.REFUSED, () -> changed.redeem(third));

        CommandLine invited = asking();
        String fourth = confirmed(invited);
        stage.enrolled("olga", REVIEWER);
        refused(Reason.REFUSED, () -> invited.redeem(fourth));
    }

    @Test
    void whoIsDisabledConfirmsNothing() throws PeopleException, ProofException {
        CommandLine commandLine = asking();
        Proofs.Given proof = signature(commandLine.request);
        stage.people.disable("the shell", "olga");
        refused(Reason.REFUSED, () -> logins.confirm(olga.person(), proof, commandLine.request));
    }

    @Test
    void anAddressThatWasNotMadeHereOrWasChangedIsNone() throws IOException, PeopleException {
        String request = asking().request;
        for (String other :
                List.of(
                        "",
                        "x",
                        request.substring(1),
                        request.substring(0, request.length() - 1),
                        request.replace(request.charAt(60), request.charAt(60) == 'A' ? 'B' : 'A'),
                        "A".repeat(5_000),
                        // Sealed here, for something else.
                        SealedSecrets.in(directory.resolve("people.key"), new SecureRandom())
                                .sealApart(
                                        "sign-in by provider: proven",
                                        "olga".getBytes(StandardCharsets.UTF_8)),
                        // Sealed in the right form, by somebody who has not the key.
                        new BrowserRequest("olga", "c", PORT, ADDRESS, stage.clock.millis())
                                .sealed(
                                        SealedSecrets.in(
                                                directory.resolve("other.key"),
                                                new SecureRandom())))) {
            refused(Reason.REFUSED, () -> logins.look(olga.person(), other, ADDRESS));
        }
    }

    @Test
    void whatIsAskedMustHaveItsForm() {
        String challenge = "A".repeat(43);
        refused(Reason.INVALID, () -> logins.ask("Olga\nx", challenge, PORT, ADDRESS));
        for (String wrong :
                List.of("", "A".repeat(42), "A".repeat(44), "=".repeat(43), "A".repeat(42) + "B")) {
            refused(Reason.INVALID, () -> logins.ask("olga", wrong, PORT, ADDRESS));
        }
        for (int port : new int[] {-1, 1, 80, 1_023, 65_536}) {
            refused(Reason.INVALID, () -> logins.ask("olga", challenge, port, ADDRESS));
        }
    }

    @Test
    void aFloodOfQuestionsLeavesNothingBehind() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            assertThat(logins.ask("nobody" + i, "A".repeat(43), PORT, ADDRESS).request())
                    .isNotEmpty();
        }
        assertThat(rows()).isZero();
        for (int i = 0; i < 5; i++) {
            confirmed(asking());
        }
        assertThat(rows()).as("one for a person").isEqualTo(1);
    }

    private long rows() throws StoreException {
        return stage.store.transaction(handle ->
                handle.createQuery("SELECT count(*) FROM browser_sign_in").mapTo(Long.class).one());
    }

    @Test
    void guessesOfCodesLockTheirAddressAndNobodyElses() throws PeopleException, ProofException {
        CommandLine commandLine = asking();
        String code = confirmed(commandLine);
        for (int i = 0; i < 30; i++) {
            refused(
                    Reason.REFUSED,
                    () ->
                            logins.redeem(
                                    "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA",
                                    Encoding.token(stage.random),
                                    ADDRESS));
        }
        refused(Reason.LOCKED, () -> logins.redeem(code, commandLine.verifier, ADDRESS));
        assertThat(commandLine.redeem(code)).isNotNull();
    }

    @Test
    void anotherGatewayOnTheSameStoreGoesOn() throws Exception {
        CommandLine commandLine = asking();
        try (PeopleStage other = new PeopleStage(directory, openAgain())) {
            other.clock.advance(Duration.between(other.clock.instant(), stage.clock.instant()));
            String code =
                    other.people
                            .browserLogins()
                            .confirm(
                                    olga.person(),
                                    signature(commandLine.request),
                                    commandLine.request);
            ConsoleSession session = commandLine.redeem(code);
            assertThat(other.people.session(session.token())).isNotNull();
            refused(
                    Reason.REFUSED,
                    () ->
                            other.people
                                    .browserLogins()
                                    .redeem(code, commandLine.verifier, ELSEWHERE));
        }
    }

    @Test
    void aClockThatWasFarAheadDoesNotKeepAnybodyOut() throws PeopleException, ProofException {
        stage.clock.advance(Duration.ofDays(365));
        confirmed(asking());
        stage.clock.advance(Duration.ofDays(-365));
        assertThat(confirmed(asking())).isNotEmpty();
    }

    @Test
    void whatCannotBeRecordedIsNotHandedOut() throws PeopleException, ProofException {
        CommandLine commandLine = asking();
        Proofs.Given proof = signature(commandLine.request);
        stage.recordable = false;
        refused(
                Reason.UNAVAILABLE,
                () -> logins.confirm(olga.person(), proof, commandLine.request));
        stage.recordable = true;
        String code = confirmed(commandLine);
        stage.recordable = false;
        refused(Reason.UNAVAILABLE, () -> commandLine.redeem(code));
    }

    @Test
    void theStoreHasNoCode() throws Exception {
        CommandLine commandLine = asking();
        String code = confirmed(commandLine).replace("-", "");
        String kept =
                stage.store
                        .transaction(handle ->
                                handle.createQuery("SELECT * FROM browser_sign_in")
                                        .mapToMap()
                                        .list())
                        .toString();
        assertThat(kept)
                .contains(Encoding.hash(code))
                .doesNotContain(code)
                .doesNotContain(commandLine.verifier);
    }
}
