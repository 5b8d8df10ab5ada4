package dev.holdfast.server.console;

import dev.holdfast.server.oidc.SignIns;
import dev.holdfast.server.people.ConsoleSession;
import dev.holdfast.server.people.Enrolment;
import dev.holdfast.server.people.FirstFactor;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Getting in and out: by passkey, by password and code, and for the first time by an invite. By an identity
/// provider: [ProviderPage].
final class SignInPage implements Routes {
    private static final int REFUSED = 401;

    private final People people;
    private final @Nullable SignIns provider;

    /// @param provider who says who people are; null where that is nobody
    SignInPage(People people, @Nullable SignIns provider) {
        this.people = people;
        this.provider = provider;
    }

    @Override
    public void add(RouteTable table) {
        table.openGet("/login", this::login);
        table.openGet(
                "/login/passkey",
                exchange -> exchange.answer("application/json", people.passkeyOptions()));
        table.openPost("/login", this::signIn);
        table.openGet("/enrol", this::invited);
        table.openPost("/enrol", this::enrol);
        table.post("/logout", Roles.SEE, this::signOut);
    }

    private void login(Exchange exchange) {
        String next = NextPage.of(exchange.query("next"));
        exchange.html(Layout.open("Sign in", form(null, provider, next)));
    }

    private void signIn(Exchange exchange) {
        String assertion = Fields.text(exchange, "assertion");
        String next = NextPage.of(Fields.text(exchange, "next"));
        try {
            ConsoleSession session =
                    assertion.isEmpty()
                            ? people.authenticate(
                                    Fields.text(exchange, "name"),
                                    Fields.text(exchange, "password"),
                                    Fields.text(exchange, "code"),
                                    exchange.address())
                            : people.authenticate(assertion);
            exchange.signIn(session.token());
            exchange.redirect(next);
        } catch (PeopleException e) {
            exchange.html(REFUSED, Layout.open("Sign in", form(e.getMessage(), provider, next)));
        }
    }

    private void signOut(Exchange exchange) throws PeopleException {
        people.end(exchange.caller().token());
        exchange.signOut();
        exchange.redirect("/login");
    }

    private void invited(Exchange exchange) {
        String token = exchange.query("invite");
        offer(exchange, 200, token == null ? "" : token, null);
    }

    private void enrol(Exchange exchange) {
        String token = Fields.text(exchange, "invite");
        try {
            people.enrol(
                    token,
                    first(exchange, token),
                    Fields.text(exchange, "code"),
                    Fields.text(exchange, "assertion"));
            exchange.carry("", Duration.ZERO);
            exchange.redirect("/login");
        } catch (PeopleException e) {
            offer(exchange, REFUSED, token, e.getMessage());
        }
    }

    /// A password where one was typed, or the provider's word, where that was given for this invite.
    private FirstFactor first(Exchange exchange, String token) {
        String password = Fields.text(exchange, "password");
        SignIns.Proven proven = proven(exchange, token);
        return proven == null || !password.isEmpty()
                ? new FirstFactor.Password(password)
                : new FirstFactor.Provider(proven.identity());
    }

    private SignIns.@Nullable Proven proven(Exchange exchange, String token) {
        SignIns.Proven proven = provider == null ? null : provider.proven(exchange.carried());
        return proven != null && !token.isEmpty() && proven.invite().equals(token) ? proven : null;
    }

    /// Offers what there is to enrol with. What was offered before is worth nothing then.
    private void offer(Exchange exchange, int status, String token, @Nullable String problem) {
        try {
            Enrolment offered = people.enrolment(token);
            exchange.html(
                    status,
                    Layout.open(
                            "Welcome",
                            enrolment(
                                    offered, token, problem, password(exchange, offered, token))));
        } catch (PeopleException e) {
            exchange.html(
                    REFUSED,
                    Layout.open(
                            "Invite",
                            Html.of(
                                    "<h1>This invite does not open</h1><p class=\"problem\" role=\"alert\">{}</p>",
                                    String.valueOf(e.getMessage()))));
        }
    }

    /// @param next where the browser goes afterwards: [NextPage]
    static Html form(@Nullable String problem, @Nullable SignIns provider, String next) {
        return Html.of(
                """
                <h1>Sign in</h1>
                {}
                <form method="post" action="/login" data-passkey="/login/passkey">{}
                <input type="hidden" name="assertion">
                <button class="primary wide" type="submit" name="by" value="passkey">Sign in with passkey</button>
                <p class="problem" role="alert" hidden></p>
                </form>
                {}
                <details{}><summary>With password and code</summary>
                <form method="post" action="/login">{}
                <label for="name">Name</label>
                <input id="name" name="name" required maxlength="100" autocomplete="username"
                autocapitalize="none" spellcheck="false">
                <label for="password">Password</label>
                <input id="password" name="password" type="password" required autocomplete="current-password">
                <label for="code">Code</label>
                <input id="code" name="code" required inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                autocomplete="one-time-code">
                <button type="submit">Sign in</button>
                </form></details>
                """,
                problem(problem),
                NextPage.field(next),
                provider == null
                        ? Html.NONE
                        : Html.of(
                                "<p><a class=\"button wide\" href=\"/login/provider{}\">Sign in with {}</a></p>",
                                NextPage.query(next),
                                provider.name()),
                problem == null ? "" : Html.of(" open"),
                NextPage.field(next));
    }

    /// What an enrolment begins with: a password, or in its place the provider.
    private Html password(Exchange exchange, Enrolment offered, String token) {
        if (proven(exchange, token) != null && provider != null) {
            return Html.of(
                    "<p>You sign in with {}, and then with a code. There is no password.</p>",
                    provider.name());
        }
        Html field =
                Html.of(
                        """
                        <label for="password">Password, at least {} characters</label>
                        <input id="password" name="password" type="password" required minlength="{}"
                        autocomplete="new-password">
                        """,
                        offered.passwordLengthMin(),
                        offered.passwordLengthMin());
        return provider == null
                ? field
                : Html.of(
                        """
                        <p><a class="button wide" href="/login/provider?invite={}">Use {} in place of a password</a></p>
                        {}
                        """,
                        token,
                        provider.name(),
                        field);
    }

    private static Html enrolment(
            Enrolment offered, String token, @Nullable String problem, Html first) {
        return Html.of(
                """
                <h1>Welcome, {}</h1>
                <p>Holdfast asks you before agents do what cannot be taken back. Choose how you prove that it
                is you: a passkey, codes of an app, or both.</p>
                {}
                <form method="post" action="/enrol" data-create="{}">
                <input type="hidden" name="invite" value="{}"><input type="hidden" name="assertion">
                {}
                <button class="primary wide" type="submit" name="by" value="passkey">Enrol with a passkey</button>
                <p class="problem" role="alert" hidden></p>
                <details><summary>Codes of an app (optional beside a passkey)</summary>
                <p>Give your app this secret: <code class="phrase">{}</code>
                <a href="{}">Open in the app</a></p>
                <label for="code">The code that it shows now</label>
                <input id="code" name="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                autocomplete="one-time-code">
                <button type="submit" name="by" value="code">Enrol with codes only</button></details>
                </form>
                """,
                offered.person().name(),
                problem(problem),
                offered.passkeyOptions(),
                token,
                first,
                offered.totpSecret(),
                offered.totpUri());
    }

    static Html problem(@Nullable String problem) {
        return problem == null
                ? Html.NONE
                : Html.of("<p class=\"problem\" role=\"alert\">{}</p>", problem);
    }
}
