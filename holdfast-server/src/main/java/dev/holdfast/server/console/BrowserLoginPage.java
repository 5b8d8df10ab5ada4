package dev.holdfast.server.console;

import dev.holdfast.server.people.BrowserLogins;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

/// Where a person sees that a command line wants a session of theirs, and says yes or no.
///
/// The code gets to the command line by the browser itself, which is sent to the loopback address of its own
/// machine: not to wherever the request came from. It is sent there by a header and not by a redirect, which
/// the content security policy's `form-action` would not let pass.
final class BrowserLoginPage implements Routes {
    private static final String PATH = "/login/browser/{request}";

    private final BrowserLogins logins;
    private final Proofs proofs;

    BrowserLoginPage(BrowserLogins logins, Proofs proofs) {
        this.logins = logins;
        this.proofs = proofs;
    }

    @Override
    public void add(RouteTable table) {
        table.get(PATH, Roles.SEE, exchange -> page(exchange, 200, ""));
        table.get(PATH + "/proof", Roles.SEE, this::proof);
        table.post(PATH, Roles.SEE, this::confirm);
        table.post(PATH + "/refuse", Roles.SEE, this::refuse);
    }

    private static String request(Exchange exchange) {
        return exchange.path("request");
    }

    private void page(Exchange exchange, int status, String problem) {
        Caller caller = exchange.caller();
        try {
            BrowserLogins.Wish wish =
                    logins.look(caller.person(), request(exchange), exchange.address());
            exchange.html(
                    status,
                    Layout.open(
                            "A command line asks",
                            content(caller, wish, "/login/browser/" + request(exchange), problem)));
        } catch (PeopleException e) {
            over(exchange, e);
        }
    }

    /// There is nothing to answer, or not for whoever is signed in.
    private static void over(Exchange exchange, PeopleException e) {
        boolean others = e.reason() == PeopleException.Reason.FORBIDDEN;
        exchange.html(
                status(e),
                Layout.open(
                        "A command line asks",
                        Html.of(
                                """
                                <h1>There is nothing to answer here</h1>
                                <p class="problem" role="alert">{}</p>{}
                                """,
                                String.valueOf(e.getMessage()),
                                Html.when(
                                        others,
                                        Html.of(
                                                """
                                                <form method="post" action="/logout">{}
                                                <button type="submit">Sign out</button></form>
                                                """,
                                                Layout.csrf(exchange.caller()))))));
    }

    private static int status(PeopleException e) {
        return switch (e.reason()) {
            case INVALID -> 400;
            case REFUSED, FORBIDDEN -> 403;
            case LOCKED -> 429;
            case UNKNOWN -> 404;
            case UNAVAILABLE -> 503;
        };
    }

    static Html content(Caller caller, BrowserLogins.Wish wish, String path, String problem) {
        return Html.of(
                """
                <h1>A command line asks to work as you</h1>{}
                <p>Somebody ran <code>holdfast login --user {} --browser</code>. Was it you, just now? Then it shows
                the same letters:</p>
                <p class="compare"><code class="phrase">{}</code></p>
                <dl class="facts">
                <dt>Gets</dt><dd>a session as {} ({}): all that you may see and do</dd>
                <dt>For</dt><dd>{} at most, {} without use</dd>
                <dt>But not</dt><dd>your word: approving, inviting and the like ask for a code each time</dd>
                <dt>Asked</dt><dd>{}, from {}</dd>
                <dt>Goes to</dt><dd>{}</dd>
                </dl>
                {}
                <form method="post" action="{}" data-passkey="{}/proof" autocomplete="off">{}
                <input type="hidden" name="assertion">
                <button class="primary wide" type="submit" name="by" value="passkey">It was me: confirm with
                passkey</button>
                <details><summary>Without a passkey: a code</summary>
                <label for="code">Code of six digits from your app; each counts once, so wait for the next</label>
                <input id="code" name="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                autocomplete="one-time-code">
                <button type="submit" name="by" value="code">It was me: confirm with code</button></details>
                <p class="problem" role="alert" hidden></p></form>
                <form method="post" action="{}/refuse">{}
                <button class="danger wide" type="submit">It was not me: refuse</button></form>
                """,
                AccessView.problem(problem),
                caller.person().name(),
                wish.mark(),
                caller.person().name(),
                roles(caller.person()),
                span(wish.sessionMax()),
                span(wish.sessionIdle()),
                Figures.time(wish.asked().toEpochMilli()),
                wish.address(),
                wish.port() == 0
                        ? "whoever you tell the code that you are shown next"
                        : "a program on the computer of this browser, port " + wish.port(),
                warning(wish),
                path,
                path,
                Layout.csrf(caller),
                path,
                Layout.csrf(caller));
    }

    private static Html warning(BrowserLogins.Wish wish) {
        if (wish.port() == 0) {
            return Html.of(
                    """
                    <p class="note">Type the code only into the terminal where you started this yourself. Nobody
                    who is honest asks you for it in a message, a call or on a page.</p>
                    """);
        }
        return Html.when(
                !wish.near(),
                Html.of(
                        """
                        <p class="note">This browser has another address than the command line. If you started it on
                        another machine, stop it and add <code>--paste</code>. If you did not, refuse.</p>
                        """));
    }

    private static String span(Duration span) {
        return span.toHours() > 0 && span.toMinutesPart() == 0
                ? span.toHours() + " h"
                : span.toMinutes() + " min";
    }

    private static String roles(Person person) {
        return person.roles().stream()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /// What a passkey has to sign to confirm.
    private void proof(Exchange exchange) {
        try {
            exchange.answer(
                    "application/json",
                    proofs.passkeyOptions(
                            exchange.caller().person(),
                            Proofs.digestOf(BrowserLogins.confirmAction(request(exchange)))));
        } catch (ProofException e) {
            throw RequestRefused.conflict(
                    "no_passkey", String.valueOf(e.getMessage()), "Use a code.");
        }
    }

    private void confirm(Exchange exchange) {
        Person person = exchange.caller().person();
        String assertion = Fields.text(exchange, "assertion");
        Proofs.Given given =
                assertion.isEmpty()
                        ? new Proofs.Given.Code(Fields.text(exchange, "code"))
                        : new Proofs.Given.Passkey(assertion);
        try {
            BrowserLogins.Wish wish = logins.look(person, request(exchange), exchange.address());
            String code = logins.confirm(person, given, request(exchange));
            if (wish.port() == 0) {
                exchange.html(Layout.open("The code", shown(code)));
            } else {
                handOver(exchange, wish, "code=" + code);
            }
        } catch (PeopleException e) {
            page(exchange, status(e), String.valueOf(e.getMessage()));
        }
    }

    private void refuse(Exchange exchange) {
        Person person = exchange.caller().person();
        try {
            BrowserLogins.Wish wish = logins.look(person, request(exchange), exchange.address());
            logins.refuse(person, request(exchange));
            if (wish.port() == 0) {
                exchange.html(Layout.open("Refused", refused()));
            } else {
                handOver(exchange, wish, "refused=1");
            }
        } catch (PeopleException e) {
            over(exchange, e);
        }
    }

    private static Html shown(String code) {
        return Html.of(
                """
                <h1>Type this into your terminal</h1>
                <p class="compare long"><code class="phrase" id="handed">{}</code></p>
                <p>Within two minutes, there where you started <code>holdfast login</code>, and nowhere else. It
                counts once. Then this page can be closed.</p>
                """,
                code);
    }

    private static Html refused() {
        return Html.of(
                """
                <h1>Refused</h1>
                <p>The command line gets nothing. If you did not start it, tell whoever looks after Holdfast: the
                record has from where it asked.</p>
                <p><a href="/">To the beginning</a></p>
                """);
    }

    /// Sends the browser to the command line, which listens on the browser's own machine.
    private static void handOver(Exchange exchange, BrowserLogins.Wish wish, String answer) {
        String address =
                "http://127.0.0.1:%d/?%s&for=%s".formatted(wish.port(), answer, wish.challenge());
        exchange.responseHeader("Refresh", "0; url=" + address);
        exchange.html(
                Layout.open(
                        "To the command line",
                        Html.of(
                                """
                                <h1>On to the command line</h1>
                                <p>The answer goes to the program that waits on this computer.
                                <a href="{}">Send it</a> if nothing happens. If nobody answers there, run
                                <code>holdfast login</code> again with <code>--paste</code>.</p>
                                """,
                                address)));
    }
}
