package dev.holdfast.server.people;

import static dev.holdfast.server.people.PeopleStage.ADDRESS;
import static dev.holdfast.server.people.PeopleStage.PASSWORD;
import static dev.holdfast.server.people.PeopleStage.REVIEWER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.people.PeopleException.Reason;
import dev.holdfast.server.store.ControlStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderLoginsTest {
    private static final String NAME = "olga@example.com";
    private static final String ISSUER = "https://login.example.com";
    private static final ProviderIdentity OLGA = new ProviderIdentity(ISSUER, "subject-1", NAME);

    @TempDir private Path directory;
    private PeopleStage stage;
    private People people;
    private ProviderLogins logins;
    private byte[] secret = {};
    private int states;

    @BeforeEach
    void open() throws IOException {
        stage = new PeopleStage(directory, openStore());
        people = stage.people;
        logins = people.providerLogins();
    }

    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
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

    /// Enrols by the provider, with codes.
    private void enrol(ProviderIdentity identity) throws PeopleException {
        String invite = people.invite("the shell", NAME, REVIEWER).token();
        secret = PeopleStage.secret(people.enrolment(invite));
        people.enrol(invite, new FirstFactor.Provider(identity), stage.code(secret), "");
        stage.clock.advance(Duration.ofSeconds(30));
    }

    private ConsoleSession signIn(ProviderIdentity identity) throws PeopleException {
        logins.returned("state-" + states++, ADDRESS);
        logins.recognise(identity, ADDRESS);
        ConsoleSession session = logins.authenticate(identity, stage.code(secret), ADDRESS);
        stage.clock.advance(Duration.ofSeconds(30));
        return session;
    }

    @Test
    void whoEnrolledByAProviderSignsInByItAndACode() throws PeopleException {
        enrol(OLGA);
        ConsoleSession session = signIn(OLGA);
        assertThat(session.person()).isEqualTo(new Person(NAME, REVIEWER));
        assertThat(people.session(session.token())).isNotNull();
        assertThat(people.list())
                .singleElement()
                .satisfies(it -> assertThat(it.external()).isTrue());
        assertThat(stage.recorded("person.sign-in"))
                .containsExactly("person:" + NAME + ": sign in by provider (ok)");
        assertThat(stage.recorded("person.enrol"))
                .singleElement()
                .asString()
                .contains("with codes provider " + ISSUER + " sha256:")
                .doesNotContain("subject-1");
    }

    @Test
    void theProviderAloneSignsNobodyIn() throws PeopleException {
        enrol(OLGA);
        refused(Reason.REFUSED, () -> logins.authenticate(OLGA, "", ADDRESS));
        refused(Reason.REFUSED, () -> logins.authenticate(OLGA, stage.wrongCode(secret), ADDRESS));
        String code = stage.code(secret);
        logins.authenticate(OLGA, code, ADDRESS);
        refused(Reason.REFUSED, () -> logins.authenticate(OLGA, code, ADDRESS));
    }

    @Test
    void wrongCodesLockTheCodesAsElsewhere() throws PeopleException {
        enrol(OLGA);
        for (int i = 0; i < 5; i++) {
            refused(
                    Reason.REFUSED,
                    () -> logins.authenticate(OLGA, stage.wrongCode(secret), ADDRESS));
        }
        refused(Reason.LOCKED, () -> logins.authenticate(OLGA, stage.code(secret), "198.51.100.1"));
        stage.clock.advance(Duration.ofMinutes(16));
        assertThat(signIn(OLGA)).isNotNull();
    }

    @Test
    void anotherSubjectWithTheSameAddressIsNobody() throws PeopleException {
        enrol(OLGA);
        for (ProviderIdentity other :
                new ProviderIdentity[] {
                    new ProviderIdentity(ISSUER, "subject-2", NAME),
                    new ProviderIdentity("https://other.example.com", "subject-1", NAME),
                    // The same as before, but called something else now: the record would be wrong.
                    new ProviderIdentity(ISSUER, "subject-1", "eve@example.com"),
                    new ProviderIdentity(ISSUER, "SUBJECT-1", NAME),
                }) {
            refused(Reason.REFUSED, () -> logins.recognise(other, ADDRESS));
            refused(Reason.REFUSED, () -> logins.authenticate(other, stage.code(secret), ADDRESS));
        }
        assertThat(stage.recorded("person.sign-in")).allMatch(line -> line.endsWith("(refused)"));
    }

    @Test
    void whoWasNotInvitedIsNobodyHoweverTheProviderKnowsThem() throws PeopleException {
        refused(Reason.REFUSED, () -> logins.recognise(OLGA, ADDRESS));
        assertThat(people.list()).isEmpty();
        // Nor is a person with a password the provider's, though it names them.
        stage.enrolled(NAME, REVIEWER);
        refused(Reason.REFUSED, () -> logins.recognise(OLGA, ADDRESS));
    }

    @Test
    void anInviteIsGoodForWhomTheProviderNamesOnly() throws PeopleException {
        String invite = people.invite("the shell", NAME, REVIEWER).token();
        ProviderIdentity eve = new ProviderIdentity(ISSUER, "subject-2", "eve@example.com");
        refused(Reason.REFUSED, () -> logins.mayEnrol(invite, eve, ADDRESS));
        refused(Reason.REFUSED, () -> logins.mayEnrol("nonsense", OLGA, ADDRESS));
        byte[] offered = PeopleStage.secret(people.enrolment(invite));
        refused(
                Reason.REFUSED,
                () -> people.enrol(invite, new FirstFactor.Provider(eve), stage.code(offered), ""));
        assertThat(people.list()).isEmpty();
        logins.mayEnrol(invite, OLGA, ADDRESS);
        refused(Reason.INVALID, () -> people.enrol(invite, new FirstFactor.Provider(OLGA), "", ""));
        people.enrol(invite, new FirstFactor.Provider(OLGA), stage.code(offered), "");
        refused(Reason.REFUSED, () -> logins.mayEnrol(invite, OLGA, ADDRESS));
    }

    @Test
    void oneIdentityIsOnePerson() throws PeopleException {
        enrol(OLGA);
        String invite = people.invite("the shell", "olga2@example.com", REVIEWER).token();
        ProviderIdentity renamed = new ProviderIdentity(ISSUER, "subject-1", "olga2@example.com");
        refused(Reason.REFUSED, () -> logins.mayEnrol(invite, renamed, ADDRESS));
        byte[] offered = PeopleStage.secret(people.enrolment(invite));
        refused(
                Reason.REFUSED,
                () ->
                        people.enrol(
                                invite,
                                new FirstFactor.Provider(renamed),
                                stage.code(offered),
                                ""));
        assertThat(signIn(OLGA)).isNotNull();
    }

    @Test
    void noPasswordOpensAnAccountOfAProvider() throws PeopleException {
        enrol(OLGA);
        for (String password : new String[] {"", PASSWORD}) {
            refused(
                    Reason.REFUSED,
                    () -> people.authenticate(NAME, password, stage.code(secret), ADDRESS));
        }
        refused(
                Reason.REFUSED,
                () ->
                        people.changePassword(
                                new Person(NAME, REVIEWER),
                                "",
                                new Proofs.Given.Code(stage.code(secret)),
                                PASSWORD));
    }

    @Test
    void whoIsInvitedAnewEnrolsAnewAndTheProviderIsForgotten() throws PeopleException {
        enrol(OLGA);
        stage.enrolled(NAME, REVIEWER);
        refused(Reason.REFUSED, () -> logins.recognise(OLGA, ADDRESS));
        assertThat(people.list())
                .singleElement()
                .satisfies(it -> assertThat(it.external()).isFalse());
    }

    @Test
    void whoIsDisabledDoesNotComeInAndIsSignedOut() throws PeopleException {
        enrol(OLGA);
        ConsoleSession session = signIn(OLGA);
        people.disable("the shell", NAME);
        assertThat(people.session(session.token())).isNull();
        refused(Reason.REFUSED, () -> logins.recognise(OLGA, ADDRESS));
        refused(Reason.REFUSED, () -> logins.authenticate(OLGA, stage.code(secret), ADDRESS));
    }

    @Test
    void aSignInComesBackOnce() throws PeopleException {
        logins.returned("state", ADDRESS);
        refused(Reason.REFUSED, () -> logins.returned("state", ADDRESS));
        stage.clock.advance(Duration.ofMinutes(59));
        refused(Reason.REFUSED, () -> logins.returned("state", "198.51.100.1"));
    }

    @Test
    void whoComesBackAsNobodyTooOftenWaits() throws PeopleException {
        enrol(OLGA);
        // Whoever is somebody takes no attempt of their address away.
        for (int i = 0; i < 40; i++) {
            logins.returned("good-" + i, ADDRESS);
            logins.recognise(OLGA, ADDRESS);
        }
        for (int i = 0; i < 30; i++) {
            logins.returned("bad-" + i, ADDRESS);
        }
        refused(Reason.LOCKED, () -> logins.returned("late", ADDRESS));
        logins.returned("elsewhere", "198.51.100.1");
    }

    @Test
    void whatCannotBeRecordedIsNotDone() throws PeopleException {
        enrol(OLGA);
        stage.recordable = false;
        refused(Reason.UNAVAILABLE, () -> logins.authenticate(OLGA, stage.code(secret), ADDRESS));
    }
}
