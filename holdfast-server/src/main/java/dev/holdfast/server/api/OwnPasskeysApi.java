package dev.holdfast.server.api;

import dev.holdfast.server.people.OwnPasskey;
import dev.holdfast.server.people.OwnPasskeys;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestHandler;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The passkeys of whoever asks, and the end of all their sessions. To add or remove a passkey takes a proof
/// by what is enrolled already.
final class OwnPasskeysApi implements DocumentedRoutes {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");
    private static final String ALL = "/api/v1/me/passkeys";
    private static final String ONE = ALL + "/{id}";

    private final OwnPasskeys passkeys;
    private final Proofs proofs;

    OwnPasskeysApi(OwnPasskeys passkeys, Proofs proofs) {
        this.passkeys = passkeys;
        this.proofs = proofs;
    }

    @Override
    public String document() {
        return "me";
    }

    @Override
    public void add(RouteTable table) {
        table.get(ALL, Allowed.SEE, told(this::list));
        table.post(ALL + "/proof-options", Allowed.SEE, told(this::addOptions));
        table.post(ALL + "/offer", Allowed.SEE, told(this::offer));
        table.post(ALL, Allowed.SEE, told(this::enrol));
        table.post(ONE + "/rename", Allowed.SEE, told(this::rename));
        table.post(ONE + "/remove/proof-options", Allowed.SEE, told(this::removeOptions));
        table.post(ONE + "/remove", Allowed.SEE, told(this::remove));
        table.post("/api/v1/me/sessions/end", Allowed.SEE, told(this::signOutEverywhere));
    }

    private static RequestHandler told(RequestHandler handler) {
        return exchange -> {
            try {
                handler.handle(exchange);
            } catch (PeopleException e) {
                throw Refusals.of(e);
            } catch (ProofException e) {
                throw Refusals.of(e);
            }
        };
    }

    private void list(Exchange exchange) throws PeopleException {
        exchange.onlyQuery(Set.of());
        exchange.answer(
                Map.of(
                        "passkeys",
                        passkeys.list(exchange.caller().person()).stream()
                                .map(OwnPasskeysApi::json)
                                .toList()));
    }

    private static Map<String, Object> json(OwnPasskey passkey) {
        Map<String, Object> members = new LinkedHashMap<>();
        Instant latest = passkey.latestUse();
        members.put("id", passkey.id());
        members.put("name", passkey.name());
        members.put("made", seconds(passkey.made()));
        members.put("latestUse", latest == null ? "" : seconds(latest));
        members.put("usable", passkey.usable());
        return members;
    }

    private static String seconds(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private void addOptions(Exchange exchange) throws Exception {
        exchange.json(Set.of());
        proofOptions(exchange, OwnPasskeys.ADD_ACTION);
    }

    private void proofOptions(Exchange exchange, String action) throws Exception {
        Person person = exchange.caller().person();
        exchange.answer(options(proofs.passkeyOptions(person, Proofs.digestOf(action))));
    }

    private static Map<String, Object> options(String json) throws JsonTree.MalformedException {
        return Map.of("publicKey", JsonTree.object(json));
    }

    private void offer(Exchange exchange) throws Exception {
        JsonBody body = exchange.json(Set.of("code", "assertion"));
        exchange.answer(options(passkeys.offer(exchange.caller().person(), PeopleApi.given(body))));
    }

    private void enrol(Exchange exchange) throws PeopleException {
        JsonBody body = exchange.json(Set.of("name", "registration"));
        String registration = body.objectOrNull("registration");
        if (registration == null) {
            throw RequestRefused.malformed("registration is missing");
        }
        passkeys.add(
                exchange.caller().person(),
                body.text("name", OwnPasskeys.NAME_LENGTH_MAX),
                registration);
        exchange.answer(Map.of("result", "the passkey is enrolled"));
    }

    private static String id(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this passkey");
        }
        return id;
    }

    private void rename(Exchange exchange) throws PeopleException {
        JsonBody body = exchange.json(Set.of("name"));
        passkeys.rename(
                exchange.caller().person(),
                id(exchange),
                body.text("name", OwnPasskeys.NAME_LENGTH_MAX));
        exchange.answer(Map.of("result", "the passkey has another name"));
    }

    private void removeOptions(Exchange exchange) throws Exception {
        exchange.json(Set.of());
        proofOptions(exchange, OwnPasskeys.removeAction(id(exchange)));
    }

    private void remove(Exchange exchange) throws PeopleException {
        JsonBody body = exchange.json(Set.of("code", "assertion"));
        passkeys.remove(exchange.caller().person(), PeopleApi.given(body), id(exchange));
        exchange.answer(Map.of("result", "the passkey is removed"));
    }

    private void signOutEverywhere(Exchange exchange) throws PeopleException {
        exchange.json(Set.of());
        passkeys.signOutEverywhere(exchange.caller().person());
        exchange.signOut();
        exchange.answer(Map.of("result", "all your sessions are ended; sign in again"));
    }
}
