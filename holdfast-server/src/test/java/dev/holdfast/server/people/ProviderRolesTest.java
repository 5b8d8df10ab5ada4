package dev.holdfast.server.people;

import static dev.holdfast.server.people.PeopleStage.ADDRESS;
import static dev.holdfast.server.people.PeopleStage.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.server.people.PeopleException.Reason;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.testkit.SoftwarePasskey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Roles of an invite that a provider's groups take away, and give back.
class ProviderRolesTest {
    private static final String NAME = "olga@example.com";
    private static final Duration VALID = Duration.ofHours(2);
    private static final Set<Role> INVITED = Set.of(Role.VIEWER, Role.REVIEWER);

    @TempDir private Path directory;
    private PeopleStage stage;
    private People people;
    private byte[] secret = {};
    private SoftwarePasskey passkey;
    private int states;

    @BeforeEach
    void open() throws IOException {
        stage =
                new PeopleStage(
                        directory, openStore(directory), settings -> settings.withGroups(VALID));
        people = stage.people;
        passkey = stage.authenticator();
    }

    /// An empty one.
    ControlStore openStore(Path directory) {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    @AfterEach
    void close() {
        stage.close();
    }

    private static void refused(ThrowingCallable attempt, String why) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        PeopleException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
                .hasMessageContaining(why);
    }

    private static ProviderIdentity olga(Role... roles) {
        return new ProviderIdentity("https://login.example.com", "subject-1", NAME, Set.of(roles));
    }

    private void enrol() throws PeopleException {
        String invite = people.invite("the shell", NAME, INVITED).token();
        Enrolment enrolment = people.enrolment(invite);
        secret = PeopleStage.secret(enrolment);
        people.enrol(
                invite,
                new FirstFactor.Provider(olga(Role.REVIEWER)),
                stage.code(secret),
                passkey.create(enrolment.passkeyOptions()));
        stage.clock.advance(Duration.ofSeconds(30));
    }

    private Person back(Role... roles) throws PeopleException {
        people.providerLogins().returned("state-" + states++, ADDRESS);
        return people.providerLogins().recognise(olga(roles), ADDRESS);
    }

    private ConsoleSession signIn(Role... roles) throws PeopleException {
        back(roles);
        ConsoleSession session =
                people.providerLogins().authenticate(olga(roles), stage.code(secret), ADDRESS);
        stage.clock.advance(Duration.ofSeconds(30));
        return session;
    }

    private ConsoleSession byPasskey() throws PeopleException {
        return people.authenticate(passkey.get(people.passkeyOptions()));
    }

    private Set<Role> now(ConsoleSession session) throws PeopleException {
        ConsoleSession current = people.session(session.token());
        return current == null ? Set.of() : current.person().roles();
    }

    @Test
    void aRoleTakesTheInviteAndAGroup() throws PeopleException {
        enrol();
        assertThat(now(signIn(Role.REVIEWER, Role.VIEWER))).isEqualTo(INVITED);
        // Whoever runs the provider makes nobody an owner here.
        assertThat(now(signIn(Role.VIEWER, Role.OWNER))).containsExactly(Role.VIEWER);
        refused(() -> signIn(Role.OWNER, Role.OPERATOR), "no group of yours");
        refused(this::signIn, "no group of yours");
    }

    @Test
    void aGroupThatIsLostIsLostInEverySessionAtTheNextSignIn() throws PeopleException {
        enrol();
        ConsoleSession first = signIn(Role.REVIEWER, Role.VIEWER);
        ConsoleSession second = byPasskey();
        assertThat(now(second)).isEqualTo(INVITED);
        back(Role.VIEWER);
        assertThat(now(first)).containsExactly(Role.VIEWER);
        assertThat(now(second)).containsExactly(Role.VIEWER);
        refused(this::back, "no group of yours");
        assertThat(people.session(first.token())).isNull();
        assertThat(people.session(second.token())).isNull();
        refused(this::byPasskey, "sign in with it first");
        assertThat(stage.recorded("person.roles"))
                .containsExactly(
                        "person:%s: roles by the provider's groups: REVIEWER,VIEWER (ok)"
                                .formatted(NAME),
                        "person:%s: roles by the provider's groups: VIEWER (ok)".formatted(NAME),
                        "person:%s: roles by the provider's groups: none (ok)".formatted(NAME));
    }

    @Test
    void theProvidersWordEndsAndAPasskeyDoesNotReplaceIt() throws PeopleException {
        enrol();
        refused(this::byPasskey, "sign in with it first");
        ConsoleSession session = signIn(Role.VIEWER);
        for (int i = 0; i < 7; i++) {
            stage.clock.advance(Duration.ofMinutes(15));
            assertThat(now(session)).containsExactly(Role.VIEWER);
        }
        assertThat(now(byPasskey())).containsExactly(Role.VIEWER);
        stage.clock.advance(Duration.ofMinutes(15));
        assertThat(people.session(session.token())).isNull();
        refused(this::byPasskey, "sign in with it first");
        // Back from the provider a passkey does in place of a code.
        back(Role.REVIEWER);
        assertThat(now(byPasskey())).containsExactly(Role.REVIEWER);
        stage.clock.advance(Duration.ofDays(-1));
        refused(this::byPasskey, "sign in with it first");
    }

    @Test
    void aRoleMoreCountsOnlyOnRecordAndARoleLessAlways() throws PeopleException {
        enrol();
        ConsoleSession session = signIn(Role.VIEWER);
        stage.recordable = false;
        assertThatThrownBy(() -> back(Role.VIEWER, Role.REVIEWER))
                .isInstanceOf(PeopleException.class);
        assertThat(now(session)).containsExactly(Role.VIEWER);
        assertThatThrownBy(() -> back(Role.REVIEWER)).isInstanceOf(PeopleException.class);
        assertThat(people.session(session.token())).isNull();
    }

    @Test
    void whoHasAPasswordOrIsInvitedAnewIsNotWhoTheGroupsWereOf() throws Exception {
        PeopleStage.Enrolled ada = stage.enrolled("ada", INVITED);
        assertThat(people.authenticate(ada.passkey().get(people.passkeyOptions())).person().roles())
                .isEqualTo(INVITED);
        enrol();
        signIn(Role.VIEWER);
        passkey = stage.authenticator();
        enrol();
        refused(this::byPasskey, "sign in with it first");
        String invite = people.invite("the shell", NAME, INVITED).token();
        SoftwarePasskey own = stage.authenticator();
        people.enrol(invite, PASSWORD, "", own.create(people.enrolment(invite).passkeyOptions()));
        passkey = own;
        assertThat(now(byPasskey())).isEqualTo(INVITED);
    }
}
