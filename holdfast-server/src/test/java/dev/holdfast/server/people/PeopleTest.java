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
import dev.holdfast.testkit.SoftwarePasskey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeopleTest {
    private static final Set<Role> OWNER = Set.of(Role.OWNER);

    @TempDir private Path directory;
    private PeopleStage stage;
    private People people;

    @BeforeEach
    void open() throws IOException {
        stage = new PeopleStage(directory, openStore());
        people = stage.people;
    }

    /// An empty one.
    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    /// Everything that the store holds, when it is closed.
    String stored() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(each -> each.toString().contains("holdfast.db")).toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
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

    private ConsoleSession signedIn(Enrolled enrolled) throws PeopleException {
        stage.clock.advance(Duration.ofSeconds(30));
        return people.authenticate(
                enrolled.person().name(), PASSWORD, stage.code(enrolled.secret()), ADDRESS);
    }

    @Test
    void aPersonIsInvitedEnrolsAndSignsInWithPasswordAndCodeOrWithThePasskey() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        assertThat(ada.person()).isEqualTo(new Person("ada", REVIEWER));
        ConsoleSession byCode = signedIn(ada);
        assertThat(people.session(byCode.token())).isEqualTo(byCode);
        ConsoleSession byPasskey = people.authenticate(ada.passkey().get(people.passkeyOptions()));
        assertThat(byPasskey.person()).isEqualTo(ada.person());
        assertThat(byPasskey.token()).isNotEqualTo(byCode.token());
        assertThat(byPasskey.csrf()).isNotEqualTo(byPasskey.token());
        assertThat(stage.recorded("person.invite"))
                .containsExactly("person:the shell: invite ada REVIEWER,VIEWER (ok)");
        assertThat(stage.recorded("person.sign-in"))
                .containsExactly("person:ada: sign in (ok)", "person:ada: sign in (ok)");
        assertThat(people.list())
                .singleElement()
                .satisfies(account -> {
                    assertThat(account.passkeys()).isEqualTo(1);
                    assertThat(account.codes()).isTrue();
                    assertThat(account.disabled()).isFalse();
                });
    }

    @Test
    void anInviteWorksOnceAndUntilItExpires() throws Exception {
        Invite invite = people.invite("the shell", "ada", REVIEWER);
        assertThat(invite.url()).isEqualTo(PeopleStage.URL + "/enrol?invite=" + invite.token());
        stage.enrolled(invite, PASSWORD);
        refused(Reason.REFUSED, () -> people.enrolment(invite.token()));
        refused(Reason.REFUSED, () -> people.enrol(invite.token(), PASSWORD, "000000", ""));
        Invite late = people.invite("the shell", "bob", REVIEWER);
        stage.clock.advance(Duration.ofHours(25));
        refused(Reason.REFUSED, () -> people.enrolment(late.token()));
        refused(Reason.REFUSED, () -> people.enrolment("nonsense"));
        refused(Reason.REFUSED, () -> people.enrolment(""));
    }

    @Test
    void ofTwoInvitesTheLaterCounts() throws Exception {
        Invite first = people.invite("the shell", "ada", REVIEWER);
        people.invite("the shell", "ada", Set.of(Role.VIEWER));
        refused(Reason.REFUSED, () -> people.enrolment(first.token()));
    }

    @Test
    void ofTwoWhoUseAnInviteAtOnceOneEnrols()
            throws PeopleException, ExecutionException, InterruptedException {
        Invite invite = people.invite("the shell", "ada", REVIEWER);
        Enrolment enrolment = people.enrolment(invite.token());
        String code = stage.code(PeopleStage.secret(enrolment));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> attempts =
                    Stream.generate(() ->
                                    threads.submit(() -> {
                                        try {
                                            people.enrol(invite.token(), PASSWORD, code, "");
                                            return true;
                                        } catch (PeopleException _) {
                                            return false;
                                        }
                                    }))
                            .limit(8)
                            .toList();
            int enrolled = 0;
            for (Future<Boolean> attempt : attempts) {
                enrolled += attempt.get() ? 1 : 0;
            }
            assertThat(enrolled).isEqualTo(1);
        }
    }

    @Test
    void aPasswordAloneOrAShortOneDoesNotEnrol() throws Exception {
        Invite invite = people.invite("the shell", "ada", REVIEWER);
        Enrolment enrolment = people.enrolment(invite.token());
        byte[] secret = PeopleStage.secret(enrolment);
        String code = stage.code(secret);
        refused(Reason.INVALID, () -> people.enrol(invite.token(), PASSWORD, "", ""));
        for (String password :
                List.of("", "eleven char", "x".repeat(12), "abcabcabcabc", "p4".repeat(65))) {
            refused(Reason.INVALID, () -> people.enrol(invite.token(), password, code, ""));
        }
        refused(
                Reason.INVALID,
                () -> people.enrol(invite.token(), PASSWORD, stage.wrongCode(secret), ""));
        assertThat(people.enrol(invite.token(), PASSWORD, code, "").name()).isEqualTo("ada");
    }

    @Test
    void aPasskeyIsEnrolledOnlyHereForThisInviteAndWithItsUserVerified() throws Exception {
        Invite invite = people.invite("the shell", "ada", REVIEWER);
        String stale = people.enrolment(invite.token()).passkeyOptions();
        String options = people.enrolment(invite.token()).passkeyOptions();
        for (String registration :
                List.of(
                        stage.authenticator().create(stale),
                        stage.authenticator().verifying(false).create(options),
                        stage.authenticator()
                                .at("http://evil.example", "localhost")
                                .create(options),
                        stage.authenticator().at(PeopleStage.URL, "evil.example").create(options),
                        "{}",
                        "x")) {
            refused(Reason.INVALID, () -> people.enrol(invite.token(), PASSWORD, "", registration));
        }
        SoftwarePasskey right = stage.authenticator();
        people.enrol(invite.token(), PASSWORD, "", right.create(options));
        assertThat(people.authenticate(right.get(people.passkeyOptions())).person().name())
                .isEqualTo("ada");
    }

    @Test
    void nobodyEnrolsAnothersPasskey() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        Invite invite = people.invite("the shell", "eve", REVIEWER);
        Enrolment enrolment = people.enrolment(invite.token());
        refused(
                Reason.REFUSED,
                () ->
                        people.enrol(
                                invite.token(),
                                PASSWORD,
                                "",
                                ada.passkey().create(enrolment.passkeyOptions())));
        assertThat(people.list())
                .extracting(account -> account.person().name())
                .containsExactly("ada");
        assertThat(people.enrolment(invite.token())).isNotNull();
    }

    @Test
    void wrongNamePasswordAndCodeAreRefusedInTheSameWords() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        String code = stage.code(ada.secret());
        List<ThrowingCallable> attempts =
                List.of(
                        () -> people.authenticate("nobody", PASSWORD, code, ADDRESS),
                        () -> people.authenticate("No Name'; --", PASSWORD, code, ADDRESS),
                        () -> people.authenticate("ada", "another password", code, ADDRESS),
                        () -> people.authenticate("ada", "x".repeat(100_000), code, ADDRESS),
                        () ->
                                people.authenticate(
                                        "ada", PASSWORD, stage.wrongCode(ada.secret()), ADDRESS),
                        () -> people.authenticate("{}"));
        for (ThrowingCallable attempt : attempts) {
            assertThatThrownBy(attempt)
                    .isInstanceOf(PeopleException.class)
                    .hasMessage(
                            "name, password or code is not right; a code counts once, so wait for the next"
                                    + " one");
        }
        assertThat(people.authenticate("ada", PASSWORD, code, ADDRESS)).isNotNull();
        refused(Reason.REFUSED, () -> people.authenticate("ada", PASSWORD, code, ADDRESS));
    }

    /// A hash is made for a name that nobody has, too.
    @Test
    void anUnknownNameCostsAsMuchAsAKnownOne() throws Exception {
        Passwords passwords = new Passwords(stage.random, 8_192, 2);
        String hash = passwords.hash(PASSWORD, "ada");
        passwords.matches("warming up here", hash);
        passwords.matches("warming up here", null);
        long known = 0;
        long unknown = 0;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            assertThat(passwords.matches("another password", hash)).isFalse();
            long middle = System.nanoTime();
            assertThat(passwords.matches("another password", null)).isFalse();
            known += middle - start;
            unknown += System.nanoTime() - middle;
        }
        assertThat(unknown).isGreaterThan(known / 4);
    }

    @Test
    void anAccountIsLockedForKnownAndUnknownNamesAndPasskeysStillWork() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        for (String name : List.of("ada", "nobody")) {
            for (int i = 0; i < 5; i++) {
                String address = "198.51.100." + i;
                refused(
                        Reason.REFUSED,
                        () -> people.authenticate(name, "another password", "000000", address));
            }
            refused(
                    Reason.LOCKED,
                    () -> people.authenticate(name, PASSWORD, stage.code(ada.secret()), ADDRESS));
        }
        assertThat(people.authenticate(ada.passkey().get(people.passkeyOptions()))).isNotNull();
        stage.clock.advance(Duration.ofMinutes(16));
        assertThat(signedIn(ada)).isNotNull();
    }

    /// Behind a proxy, or through this machine, everybody comes from one address: so does an agent.
    @Test
    void whoFailsFromTheAddressOfEverybodyKeepsNobodyWithAPasskeyOut() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        for (int i = 0; i < 30; i++) {
            refused(Reason.REFUSED, () -> people.authenticate("{}"));
            String name = "n" + i;
            refused(
                    Reason.REFUSED,
                    () -> people.authenticate(name, "another password", "000000", ADDRESS));
        }
        String code = stage.code(ada.secret());
        refused(Reason.LOCKED, () -> people.authenticate("ada", PASSWORD, code, ADDRESS));
        assertThat(people.authenticate(ada.passkey().get(people.passkeyOptions()))).isNotNull();
        // Nor does it open the address again for whoever guesses.
        refused(Reason.LOCKED, () -> people.authenticate("ada", PASSWORD, code, ADDRESS));
    }

    @Test
    void anAddressIsLockedWhoeverItTriesAndSoIsItsWholeIpv6Network() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        for (int i = 0; i < 30; i++) {
            String name = "n" + i;
            String address = "2001:db8:1:2::" + Integer.toHexString(i + 1);
            refused(
                    Reason.REFUSED,
                    () -> people.authenticate(name, "another password", "000000", address));
        }
        String code = stage.code(ada.secret());
        refused(
                Reason.LOCKED,
                () -> people.authenticate("ada", PASSWORD, code, "2001:db8:1:2:ffff::1"));
        assertThat(people.authenticate("ada", PASSWORD, code, "2001:db8:1:3::1")).isNotNull();
    }

    @Test
    void aPasskeysAnswerSignsInOnceAndOnlyToAFreshChallengeOfOurs() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        String answer = ada.passkey().get(people.passkeyOptions());
        people.authenticate(answer);
        refused(Reason.REFUSED, () -> people.authenticate(answer));
        String options = people.passkeyOptions();
        stage.clock.advance(Duration.ofMinutes(6));
        refused(Reason.REFUSED, () -> people.authenticate(ada.passkey().get(options)));
        String own = ada.passkey().sign(Encoding.base64(new byte[64]));
        refused(Reason.REFUSED, () -> people.authenticate(own));
    }

    /// What approves must not sign in, and what signs in must not approve.
    @Test
    void anAnswerForOneThingIsNoAnswerForAnother() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        String digest = "ab".repeat(32);
        String approving = ada.passkey().get(people.proofs().passkeyOptions(ada.person(), digest));
        refused(Reason.REFUSED, () -> people.authenticate(approving));
        String signingIn = ada.passkey().get(people.passkeyOptions());
        assertThatThrownBy(() -> people.proofs().passkey(ada.person(), digest, signingIn))
                .isInstanceOf(ProofException.class);
    }

    @Test
    void aSessionEndsWhenIdleWhenOldAndWhenItsPersonWishes() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        ConsoleSession idle = signedIn(ada);
        stage.clock.advance(Duration.ofMinutes(29));
        assertThat(people.session(idle.token())).isNotNull();
        stage.clock.advance(Duration.ofMinutes(29));
        assertThat(people.session(idle.token())).isNotNull();
        stage.clock.advance(Duration.ofMinutes(31));
        assertThat(people.session(idle.token())).isNull();
        ConsoleSession old = signedIn(ada);
        for (int i = 0; i < 36; i++) {
            assertThat(people.session(old.token())).isNotNull();
            stage.clock.advance(Duration.ofMinutes(20));
        }
        assertThat(people.session(old.token())).isNull();
        ConsoleSession ended = signedIn(ada);
        people.end(ended.token());
        assertThat(people.session(ended.token())).isNull();
        assertThat(people.session("")).isNull();
        assertThat(people.session("x".repeat(10_000))).isNull();
    }

    @Test
    void sessionsEndWhenAPersonIsDisabledOrTheirPasswordChanges() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        ConsoleSession first = signedIn(ada);
        people.disable("olga", "ada");
        assertThat(people.session(first.token())).isNull();
        String code = stage.code(ada.secret());
        refused(Reason.REFUSED, () -> people.authenticate("ada", PASSWORD, code, ADDRESS));
        String answer = ada.passkey().get(people.passkeyOptions());
        refused(Reason.REFUSED, () -> people.authenticate(answer));
        people.enable("the shell", "ada");
        assertThat(people.session(first.token())).isNull();
        ConsoleSession second = signedIn(ada);
        stage.clock.advance(Duration.ofSeconds(30));
        people.changePassword(
                ada.person(),
                PASSWORD,
                new Proofs.Given.Code(stage.code(ada.secret())),
                "other words under test");
        assertThat(people.session(second.token())).isNull();
        refused(Reason.REFUSED, () -> signedIn(ada));
        refused(Reason.UNKNOWN, () -> people.disable("olga", "nobody"));
    }

    @Test
    void recoveryReplacesAllThatWasThere() throws Exception {
        Enrolled before = stage.enrolled("ada", REVIEWER);
        ConsoleSession session = signedIn(before);
        Enrolled after =
                stage.enrolled(
                        people.invite("the shell", "ada", Set.of(Role.VIEWER)),
                        "quite other words here");
        assertThat(people.session(session.token())).isNull();
        refused(Reason.REFUSED, () -> signedIn(before));
        String old = before.passkey().get(people.passkeyOptions());
        refused(Reason.REFUSED, () -> people.authenticate(old));
        assertThat(people.authenticate(after.passkey().get(people.passkeyOptions())).person())
                .isEqualTo(new Person("ada", Set.of(Role.VIEWER)));
    }

    /// A thief of an owner's cookie would invite themselves, enrol, and approve.
    @Test
    void anOwnersSessionInvitesNobodyWithoutAProofForExactlyThat() throws Exception {
        Enrolled olga = stage.enrolled("olga", OWNER);
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        Proofs.Given code = new Proofs.Given.Code(stage.code(olga.secret()));
        Proofs.Given adas = new Proofs.Given.Code(stage.code(ada.secret()));
        refused(Reason.FORBIDDEN, () -> people.invite(ada.person(), adas, "eve", REVIEWER));
        refused(Reason.REFUSED, () -> people.invite(olga.person(), adas, "eve", REVIEWER));
        assertThat(people.invite(olga.person(), code, "eve", REVIEWER)).isNotNull();
        refused(Reason.REFUSED, () -> people.invite(olga.person(), code, "mallory", REVIEWER));
        String forEve =
                olga.passkey()
                        .get(
                                people.proofs()
                                        .passkeyOptions(
                                                olga.person(),
                                                Proofs.digestOf(
                                                        People.inviteAction(
                                                                "eve", Set.of(Role.VIEWER)))));
        refused(
                Reason.REFUSED,
                () -> people.invite(olga.person(), new Proofs.Given.Passkey(forEve), "eve", OWNER));
        assertThat(
                        people.invite(
                                olga.person(),
                                new Proofs.Given.Passkey(forEve),
                                "eve",
                                Set.of(Role.VIEWER)))
                .isNotNull();
    }

    /// An owner who is put out, or is one no more, lets nobody in behind that.
    @Test
    void anInviteEndsWithTheOwnerWhoGaveIt() throws Exception {
        Enrolled olga = stage.enrolled("olga", Set.of(Role.OWNER));
        Invite demoted =
                people.invite(olga.person(), new Proofs.Given.Code(next(olga)), "eve", REVIEWER);
        people.enrolment(demoted.token());
        stage.enrolled("olga", Set.of(Role.VIEWER));
        refused(Reason.REFUSED, () -> people.enrolment(demoted.token()));
        Enrolled owner = stage.enrolled("oda", Set.of(Role.OWNER));
        Invite disabled =
                people.invite(owner.person(), new Proofs.Given.Code(next(owner)), "eve", REVIEWER);
        people.enrolment(disabled.token());
        people.disable("the shell", "oda");
        people.enable("the shell", "oda");
        refused(Reason.REFUSED, () -> people.enrolment(disabled.token()));
        refused(Reason.REFUSED, () -> people.enrol(disabled.token(), PASSWORD, "000000", ""));
    }

    /// Their next code: each counts once.
    private String next(Enrolled someone) {
        stage.clock.advance(Duration.ofSeconds(30));
        return stage.code(someone.secret());
    }

    @Test
    void aRoleCountsAsItIsNow() throws Exception {
        stage.enrolled("ada", REVIEWER);
        CurrentRoles roles = new CurrentRoles(true);
        assertThat(rolesOf(roles, "ada")).isEqualTo(REVIEWER);
        assertThat(rolesOf(roles, "nobody")).isEmpty();
        people.disable("the shell", "ada");
        assertThat(rolesOf(roles, "ada")).isEmpty();
    }

    private Set<Role> rolesOf(CurrentRoles roles, String name) throws StoreException {
        return stage.store.transaction(handle -> roles.of(handle, name));
    }

    @Test
    void namesAndRolesAreChecked() {
        for (String name : List.of("", "Ada", "a b", "-a", "a/b", "ä", "a".repeat(101), "a\nb")) {
            refused(Reason.INVALID, () -> people.invite("the shell", name, REVIEWER));
        }
        refused(Reason.INVALID, () -> people.invite("the shell", "ada", Set.of()));
    }

    @Test
    void whatCannotBeRecordedIsNotDone() throws Exception {
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        stage.recordable = false;
        refused(Reason.UNAVAILABLE, () -> people.invite("the shell", "eve", REVIEWER));
        refused(Reason.UNAVAILABLE, () -> signedIn(ada));
        refused(Reason.UNAVAILABLE, () -> people.disable("olga", "ada"));
    }

    /// A copy of the store (a backup, a dump) lets nobody in.
    @Test
    void theStoreHoldsNoSecretThatWorks() throws Exception {
        Invite open = people.invite("the shell", "bob", REVIEWER);
        people.enrolment(open.token());
        Enrolled ada = stage.enrolled("ada", REVIEWER);
        ConsoleSession session = signedIn(ada);
        stage.close();
        assertThat(stored())
                .contains("$argon2id$")
                .doesNotContain(session.token())
                .doesNotContain(session.csrf())
                .doesNotContain(open.token())
                .doesNotContain(PASSWORD)
                .doesNotContain(new String(ada.secret(), StandardCharsets.ISO_8859_1))
                .doesNotContain(Encoding.base64(ada.secret()))
                .doesNotContain(Totp.base32(ada.secret()));
    }

    @Test
    void nothingThatIsPrintedShowsASecret() throws Exception {
        Invite invite = people.invite("the shell", "ada", REVIEWER);
        Enrolment enrolment = people.enrolment(invite.token());
        ConsoleSession session = signedIn(stage.enrolled("bob", REVIEWER));
        assertThat(invite + " " + enrolment + " " + session)
                .doesNotContain(invite.token())
                .doesNotContain(enrolment.totpSecret())
                .doesNotContain(session.token())
                .doesNotContain(session.csrf());
    }
}
