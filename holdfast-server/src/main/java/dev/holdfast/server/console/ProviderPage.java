package dev.holdfast.server.console;

import dev.holdfast.server.oidc.ProviderException;
import dev.holdfast.server.oidc.SignIns;
import dev.holdfast.server.people.ConsoleSession;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.ProviderLogins;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Signing in by an identity provider: to it, back from it, and then a code.
///
/// One begins with a link and not with a form: it changes nothing here, and the content security policy lets
/// no form lead to another site. That one comes back, and with which word, is looked at once.
final class ProviderPage implements Routes {
    private static final String CODE = "/login/provider/code";
    private static final int INVITE_LENGTH_MAX = 100;
    private static final int REFUSED = 401;
    private static final int UNAVAILABLE = 503;

    private final ProviderLogins logins;
    private final SignIns signIns;

    ProviderPage(ProviderLogins logins, SignIns signIns) {
        this.logins = logins;
        this.signIns = signIns;
    }

    @Override
    public void add(RouteTable table) {
        table.openGet("/login/provider", this::begin);
        table.openGet(SignIns.CALLBACK, this::back);
        table.openGet(CODE, this::code);
        table.openPost(CODE, this::signIn);
    }

    private void begin(Exchange exchange) {
        String invite = exchange.query("invite");
        if (invite != null && invite.length() > INVITE_LENGTH_MAX) {
            throw RequestRefused.malformed("invite is too long");
        }
        try {
            SignIns.Begun begun =
                    invite == null
                            ? signIns.beginTo(NextPage.of(exchange.query("next")))
                            : signIns.begin(invite);
            exchange.carry(begun.cookie(), SignIns.PENDING);
            exchange.leave(begun.away());
        } catch (ProviderException e) {
            refuse(exchange, e);
        }
    }

    private void back(Exchange exchange) {
        SignIns.Pending pending;
        try {
            pending =
                    signIns.takeBack(
                            new SignIns.Returned(
                                    sent(exchange, "state"),
                                    sent(exchange, "code"),
                                    sent(exchange, "iss"),
                                    sent(exchange, "error")),
                            exchange.carried());
            logins.returned(pending.state(), exchange.address());
        } catch (ProviderException e) {
            refuse(exchange, e);
            return;
        } catch (PeopleException e) {
            refuse(exchange, REFUSED, e.getMessage());
            return;
        }
        try {
            SignIns.Proven proven = signIns.redeem(pending);
            if (proven.invite().isEmpty()) {
                logins.recognise(proven.identity(), exchange.address());
            } else {
                logins.mayEnrol(proven.invite(), proven.identity(), exchange.address());
            }
            exchange.carry(signIns.cookie(proven), SignIns.PROVEN);
            exchange.redirect(
                    proven.invite().isEmpty()
                            ? CODE
                            : "/enrol?invite="
                                    + URLEncoder.encode(proven.invite(), StandardCharsets.UTF_8));
        } catch (ProviderException e) {
            logins.failed();
            exchange.carry("", Duration.ZERO);
            refuse(exchange, e);
        } catch (PeopleException e) {
            exchange.carry("", Duration.ZERO);
            refuse(exchange, REFUSED, e.getMessage());
        }
    }

    private static String sent(Exchange exchange, String name) {
        String value = exchange.query(name);
        return value == null ? "" : value;
    }

    private void code(Exchange exchange) {
        if (proven(exchange) == null) {
            exchange.redirect("/login");
        } else {
            exchange.html(Layout.open("Sign in", form(null)));
        }
    }

    private SignIns.@Nullable Proven proven(Exchange exchange) {
        SignIns.Proven proven = signIns.proven(exchange.carried());
        return proven != null && proven.invite().isEmpty() ? proven : null;
    }

    private void signIn(Exchange exchange) {
        SignIns.Proven proven = proven(exchange);
        if (proven == null) {
            refuse(exchange, REFUSED, "that took longer than 10 minutes: begin again");
            return;
        }
        try {
            ConsoleSession session =
                    logins.authenticate(
                            proven.identity(), Fields.text(exchange, "code"), exchange.address());
            exchange.carry("", Duration.ZERO);
            exchange.signIn(session.token());
            exchange.redirect(NextPage.of(proven.next()));
        } catch (PeopleException e) {
            exchange.html(REFUSED, Layout.open("Sign in", form(e.getMessage())));
        }
    }

    private void refuse(Exchange exchange, ProviderException e) {
        refuse(
                exchange,
                switch (e.reason()) {
                    case UNAVAILABLE -> UNAVAILABLE;
                    case REFUSED -> REFUSED;
                },
                e.getMessage());
    }

    /// With every other way in below.
    private void refuse(Exchange exchange, int status, @Nullable String problem) {
        exchange.html(
                status,
                Layout.open("Sign in", SignInPage.form(problem, signIns, NextPage.of(null))));
    }

    private Html form(@Nullable String problem) {
        return Html.of(
                """
                <h1>One thing more</h1>
                <p>{} says who you are. The code of your app shows that it is you.</p>
                {}
                <form method="post" action="/login/provider/code">
                <label for="code">Code</label>
                <input id="code" name="code" required inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                autocomplete="one-time-code" autofocus>
                <button class="primary wide" type="submit">Sign in</button>
                </form>
                <p class="dim">Or <a href="/login">sign in with your passkey</a> now.</p>
                """,
                signIns.name(), SignInPage.problem(problem));
    }
}
