package dev.holdfast.server.api;

import dev.holdfast.server.people.BrowserLogins;
import dev.holdfast.server.people.ConsoleSession;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.text.JsonTree;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Signing in and out. A browser gets its session as a cookie that no script can read, a program as a token.
final class AuthApi implements DocumentedRoutes {
    private static final int NAME_LENGTH_MAX = 100;
    private static final int PASSWORD_LENGTH_MAX = 1_000;
    private static final int CODE_LENGTH_MAX = 20;
    private static final int CHALLENGE_LENGTH_MAX = 43;
    private static final int BROWSER_CODE_LENGTH_MAX = 60;
    private static final int VERIFIER_LENGTH_MAX = 128;

    private final People people;

    AuthApi(People people) {
        this.people = people;
    }

    @Override
    public String document() {
        return "auth";
    }

    @Override
    public void add(RouteTable table) {
        table.openPost("/api/v1/login", this::login);
        table.openPost("/api/v1/login/passkey/options", this::options);
        table.openPost("/api/v1/login/passkey", this::passkey);
        table.openPost("/api/v1/login/browser", this::askBrowser);
        table.openPost("/api/v1/login/browser/session", this::redeem);
        table.post("/api/v1/logout", Allowed.SEE, this::logout);
        table.get("/api/v1/whoami", Allowed.SEE, this::whoami);
    }

    private void login(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("user", "password", "code", "cookie"));
        ConsoleSession session;
        try {
            session =
                    people.authenticate(
                            body.text("user", NAME_LENGTH_MAX),
                            body.text("password", PASSWORD_LENGTH_MAX),
                            body.text("code", CODE_LENGTH_MAX),
                            exchange.address());
        } catch (PeopleException e) {
            throw Refusals.of(e);
        }
        signedIn(exchange, body, session);
    }

    private void options(Exchange exchange) throws JsonTree.MalformedException {
        exchange.json(Set.of());
        exchange.answer(Map.of("publicKey", JsonTree.object(people.passkeyOptions())));
    }

    private void passkey(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("assertion", "cookie"));
        String assertion = body.objectOrNull("assertion");
        if (assertion == null) {
            throw RequestRefused.malformed("assertion is missing");
        }
        ConsoleSession session;
        try {
            session = people.authenticate(assertion);
        } catch (PeopleException e) {
            throw Refusals.of(e);
        }
        signedIn(exchange, body, session);
    }

    /// Asks for a session that is handed out in a browser; the page is the console's own.
    private void askBrowser(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("user", "challenge", "port"));
        BrowserLogins.Asked asked;
        try {
            asked =
                    people.browserLogins()
                            .ask(
                                    body.text("user", NAME_LENGTH_MAX),
                                    body.text("challenge", CHALLENGE_LENGTH_MAX),
                                    (int) body.number("port", 0, 65_535, 0),
                                    exchange.address());
        } catch (PeopleException e) {
            throw Refusals.of(e);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("path", "/login/browser/" + asked.request());
        answer.put("mark", asked.mark());
        answer.put("until", asked.until().toString());
        exchange.answer(answer);
    }

    private void redeem(Exchange exchange) {
        JsonBody body = exchange.json(Set.of("code", "verifier"));
        ConsoleSession session;
        try {
            session =
                    people.browserLogins()
                            .redeem(
                                    body.text("code", BROWSER_CODE_LENGTH_MAX),
                                    body.text("verifier", VERIFIER_LENGTH_MAX),
                                    exchange.address());
        } catch (PeopleException e) {
            throw Refusals.of(e);
        }
        signedIn(exchange, body, session);
    }

    private static void signedIn(Exchange exchange, JsonBody body, ConsoleSession session) {
        Map<String, Object> answer = new LinkedHashMap<>(person(session.person()));
        answer.put("expires", session.expires().toString());
        if (body.flag("cookie", false)) {
            exchange.signIn(session.token());
        } else {
            answer.put("token", session.token());
        }
        exchange.answer(answer);
    }

    private static Map<String, Object> person(Person person) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", person.name());
        json.put("roles", roles(person.roles()));
        return json;
    }

    private static List<String> roles(Set<Role> roles) {
        return roles.stream().sorted().map(role -> role.name().toLowerCase(Locale.ROOT)).toList();
    }

    private void logout(Exchange exchange) {
        exchange.json(Set.of());
        try {
            people.end(exchange.caller().token());
        } catch (PeopleException e) {
            throw Refusals.of(e);
        }
        exchange.signOut();
    }

    private void whoami(Exchange exchange) {
        Map<String, Object> answer = new LinkedHashMap<>(person(exchange.caller().person()));
        if (exchange.caller().by() == Caller.By.COOKIE) {
            answer.put("csrf", exchange.caller().csrf());
        }
        exchange.answer(answer);
    }
}
