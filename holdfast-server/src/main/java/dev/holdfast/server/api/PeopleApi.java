package dev.holdfast.server.api;

import dev.holdfast.server.people.Account;
import dev.holdfast.server.people.Enrolment;
import dev.holdfast.server.people.Invite;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// People: enrolling by an invite, and who there is. What a stolen session must not bring
/// about asks for a proof (`code`, or the passkey's `assertion` to what `proof-options` gave).
final class PeopleApi implements DocumentedRoutes {
    private static final Set<Role> OWNERS = Set.of(Role.OWNER);
    private static final int NAME_LENGTH_MAX = 100;
    private static final int PASSWORD_LENGTH_MAX = 1_000;
    private static final int CODE_LENGTH_MAX = 16;
    private static final int TOKEN_LENGTH_MAX = 100;
    private static final int AT_ONCE = 4;
    private static final String PERSON = "/api/v1/people/{name}";

    private final People people;

    PeopleApi(People people) {
        this.people = people;
    }

    @Override
    public String document() {
        return "people";
    }

    @Override
    public void add(RouteTable table) {
        Limited limited = new Limited(AT_ONCE);
        table.openPost("/api/v1/enrol/open", limited.handler(this::open));
        table.openPost("/api/v1/enrol", limited.handler(this::enrol));
        table.post("/api/v1/me/password", Allowed.SEE, limited.handler(this::password));
        table.post("/api/v1/me/password/proof-options", Allowed.SEE, this::passwordOptions);
        table.get("/api/v1/people", OWNERS, this::list);
        table.post("/api/v1/people/invite", OWNERS, this::invite);
        table.post("/api/v1/people/invite/proof-options", OWNERS, this::inviteOptions);
        table.post(PERSON + "/disable", OWNERS, this::disable);
        table.post(PERSON + "/enable", OWNERS, this::enable);
        table.post(PERSON + "/enable/proof-options", OWNERS, this::enableOptions);
    }

    /// Something that may be refused in the people's own words.
    @FunctionalInterface
    private interface Asked<T> {
        T answer() throws PeopleException, ProofException;
    }

    private static <T> T ask(Asked<T> asked) {
        try {
            return asked.answer();
        } catch (PeopleException e) {
            throw Refusals.of(e);
        } catch (ProofException e) {
            throw Refusals.of(e);
        }
    }

    /// What a person gave to prove something, in the members `code` or `assertion`.
    static Proofs.Given given(JsonBody body) {
        String assertion = body.objectOrNull("assertion");
        if (assertion != null) {
            return new Proofs.Given.Passkey(assertion);
        }
        return new Proofs.Given.Code(body.text("code", CODE_LENGTH_MAX));
    }

    /// What a passkey is asked, as a program gets it.
    static Map<String, Object> options(String json) {
        try {
            return Map.of("publicKey", JsonTree.object(json));
        } catch (JsonTree.MalformedException e) {
            throw new IllegalStateException("options are JSON", e);
        }
    }

    private void open(Exchange exchange) {
        String invite = exchange.json(Set.of("invite")).text("invite", TOKEN_LENGTH_MAX);
        Enrolment enrolment = ask(() -> people.enrolment(invite));
        exchange.answer(
                Map.of(
                        "name",
                        enrolment.person().name(),
                        "roles",
                        roles(enrolment.person()),
                        "totpUri",
                        enrolment.totpUri(),
                        "totpSecret",
                        enrolment.totpSecret(),
                        "passwordLengthMin",
                        enrolment.passwordLengthMin(),
                        "publicKey",
                        options(enrolment.passkeyOptions()).get("publicKey")));
    }

    private void enrol(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("invite", "password", "code", "registration"));
        String code = body.textOrNull("code", CODE_LENGTH_MAX);
        String registration = body.objectOrNull("registration");
        Person person =
                ask(() ->
                        people.enrol(
                                body.text("invite", TOKEN_LENGTH_MAX),
                                body.text("password", PASSWORD_LENGTH_MAX),
                                code == null ? "" : code,
                                registration == null ? "" : registration));
        exchange.answer(person(person));
    }

    private static Map<String, Object> person(Person person) {
        return Map.of("name", person.name(), "roles", roles(person));
    }

    private static List<String> roles(Person person) {
        return person.roles().stream()
                .sorted()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private void password(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("current", "wanted", "code", "assertion"));
        ask(() -> {
            people.changePassword(
                    exchange.caller().person(),
                    body.text("current", PASSWORD_LENGTH_MAX),
                    given(body),
                    body.text("wanted", PASSWORD_LENGTH_MAX));
            return Boolean.TRUE;
        });
        exchange.signOut();
        exchange.answer(Map.of("result", "the password is changed; sign in again"));
    }

    private void passwordOptions(Exchange exchange) {
        exchange.json(Set.of());
        proofOptions(exchange, People.PASSWORD_ACTION);
    }

    private void proofOptions(Exchange exchange, String action) {
        exchange.answer(
                options(
                        ask(() ->
                                people.proofs()
                                        .passkeyOptions(
                                                exchange.caller().person(),
                                                Proofs.digestOf(action)))));
    }

    private void list(Exchange exchange) {
        exchange.onlyQuery(Set.of());
        exchange.answer(
                Map.of("people", ask(people::list).stream().map(PeopleApi::account).toList()));
    }

    private static Map<String, Object> account(Account account) {
        return Map.of(
                "name",
                account.person().name(),
                "roles",
                roles(account.person()),
                "state",
                account.disabled() ? "disabled" : "enabled",
                "passkeys",
                account.passkeys(),
                "codes",
                account.codes(),
                "external",
                account.external(),
                "created",
                account.created().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private void invite(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("name", "roles", "code", "assertion"));
        Invite invite =
                ask(() ->
                        people.invite(
                                exchange.caller().person(),
                                given(body),
                                body.text("name", NAME_LENGTH_MAX),
                                roles(body)));
        exchange.answer(
                Map.of(
                        "name",
                        invite.person().name(),
                        "url",
                        invite.url(),
                        "expires",
                        invite.expires().truncatedTo(ChronoUnit.SECONDS).toString()));
    }

    private void inviteOptions(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("name", "roles"));
        proofOptions(
                exchange, People.inviteAction(body.text("name", NAME_LENGTH_MAX), roles(body)));
    }

    private static Set<Role> roles(JsonBody body) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String text : body.texts("roles", Role.values().length, NAME_LENGTH_MAX)) {
            Role role = role(text);
            if (role == null) {
                throw RequestRefused.malformed(
                        "roles: one is not known (expected: viewer, reviewer, operator, owner)");
            }
            roles.add(role);
        }
        return roles;
    }

    private static @Nullable Role role(String text) {
        for (Role role : Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(text)) {
                return role;
            }
        }
        return null;
    }

    private void disable(Exchange exchange) {
        exchange.json(Set.of());
        ask(() -> {
            people.disable(exchange.caller().person().name(), exchange.path("name"));
            return Boolean.TRUE;
        });
        exchange.answer(Map.of("result", "disabled"));
    }

    private void enable(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("code", "assertion"));
        ask(() -> {
            people.enable(exchange.caller().person(), given(body), exchange.path("name"));
            return Boolean.TRUE;
        });
        exchange.answer(Map.of("result", "enabled"));
    }

    private void enableOptions(Exchange exchange) {
        exchange.json(Set.of());
        proofOptions(exchange, People.enableAction(exchange.path("name")));
    }
}
