package dev.holdfast.server.api;

import dev.holdfast.server.people.Enrolment;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RouteTable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// How somebody who was invited gets their account: the token of the invite is all that they have, and it is
/// used up.
final class EnrolmentApi implements DocumentedRoutes {
    private static final int TOKEN_LENGTH_MAX = 100;
    private static final int PASSWORD_LENGTH_MAX = 1_000;
    private static final int CODE_LENGTH_MAX = 20;

    private final People people;

    EnrolmentApi(People people) {
        this.people = people;
    }

    @Override
    public String document() {
        return "enrolment";
    }

    @Override
    public void add(RouteTable table) {
        table.openPost("/api/v1/enrolment", this::open);
        table.openPost("/api/v1/enrolment/finish", this::finish);
    }

    private void open(Exchange exchange) throws JsonTree.MalformedException {
        String token = exchange.json(Set.of("token")).text("token", TOKEN_LENGTH_MAX);
        Enrolment enrolment;
        try {
            enrolment = people.enrolment(token);
        } catch (PeopleException e) {
            throw Refusals.of(e);
        }
        Map<String, Object> answer = new LinkedHashMap<>(person(enrolment.person()));
        answer.put("passwordLengthMin", enrolment.passwordLengthMin());
        answer.put("totpUri", enrolment.totpUri());
        answer.put("publicKey", JsonTree.object(enrolment.passkeyOptions()));
        exchange.answer(answer);
    }

    private void finish(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("token", "password", "code", "registration"));
        String code = body.textOrNull("code", CODE_LENGTH_MAX);
        String registration = body.objectOrNull("registration");
        try {
            Person enrolled =
                    people.enrol(
                            body.text("token", TOKEN_LENGTH_MAX),
                            body.text("password", PASSWORD_LENGTH_MAX),
                            code == null ? "" : code,
                            registration == null ? "" : registration);
            exchange.answer(person(enrolled));
        } catch (PeopleException e) {
            throw Refusals.of(e);
        }
    }

    private static Map<String, Object> person(Person person) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", person.name());
        json.put(
                "roles",
                person.roles().stream()
                        .sorted()
                        .map(role -> role.name().toLowerCase(Locale.ROOT))
                        .toList());
        return json;
    }
}
