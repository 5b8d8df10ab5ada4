package dev.holdfast.server.console;

import dev.holdfast.server.people.Account;
import dev.holdfast.server.people.OwnPasskey;
import dev.holdfast.server.people.OwnPasskeys;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who one is, what proves it, and for owners who else there is.
final class SettingsPage implements Routes {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{16}");

    private final People people;

    SettingsPage(People people) {
        this.people = people;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/settings", Roles.SEE, this::page);
        table.get(
                "/settings/passkeys/proof",
                Roles.SEE,
                exchange -> proof(exchange, OwnPasskeys.ADD_ACTION));
        table.post("/settings/passkeys/offer", Roles.SEE, this::offer);
        table.post("/settings/passkeys", Roles.SEE, this::enrol);
        table.get(
                "/settings/passkeys/{id}/proof",
                Roles.SEE,
                exchange -> proof(exchange, OwnPasskeys.removeAction(id(exchange))));
        table.post("/settings/passkeys/{id}/rename", Roles.SEE, this::rename);
        table.post("/settings/passkeys/{id}/remove", Roles.SEE, this::remove);
        table.post("/settings/sessions/end", Roles.SEE, this::signOutEverywhere);
    }

    private void page(Exchange exchange) throws PeopleException {
        page(exchange, 200, "");
    }

    private void page(Exchange exchange, int status, String problem) throws PeopleException {
        Caller caller = exchange.caller();
        List<Account> all = people.list();
        List<Account> others =
                caller.person().is(Role.OWNER)
                        ? all.stream().filter(account -> !isOf(account, caller)).toList()
                        : List.of();
        exchange.html(
                status,
                Layout.page(
                        caller,
                        Layout.Place.SETTINGS,
                        "Settings",
                        content(
                                caller,
                                all.stream()
                                        .filter(account -> isOf(account, caller))
                                        .findFirst()
                                        .orElse(null),
                                people.ownPasskeys().list(caller.person()),
                                others,
                                problem)));
    }

    private static boolean isOf(Account account, Caller caller) {
        return account.person().name().equals(caller.person().name());
    }

    static Html content(
            Caller caller,
            @Nullable Account own,
            List<OwnPasskey> passkeys,
            List<Account> others,
            String problem) {
        boolean codes = own != null && own.codes();
        long usable = passkeys.stream().filter(OwnPasskey::usable).count();
        return Html.of(
                """
                <h1>Settings</h1>{}
                <p>You are <strong>{}</strong>: {}. {}</p>
                <section aria-labelledby="passkeys"><h2 id="passkeys">Your passkeys</h2>{}{}</section>
                <section aria-labelledby="sessions"><h2 id="sessions">Your sessions</h2>
                <form method="post" action="/settings/sessions/end">{}
                <p class="dim">Ends every session of yours, in browsers and terminals, this one too.</p>
                <button type="submit">Sign out everywhere</button></form></section>
                {}
                """,
                AccessView.problem(problem),
                caller.person().name(),
                roles(caller.person()),
                enrolled(own, codes),
                passkeys.isEmpty()
                        ? Html.of("<p class=\"calm\">No passkey is enrolled.</p>")
                        : Html.of(
                                "<ul class=\"cards\">{}</ul>",
                                passkeys.stream()
                                        .map(each ->
                                                passkey(
                                                        caller,
                                                        each,
                                                        codes,
                                                        codes || usable > (each.usable() ? 1 : 0)))
                                        .collect(Html.joined())),
                adding(caller, codes),
                Layout.csrf(caller),
                others(caller, others));
    }

    private static String enrolled(@Nullable Account own, boolean codes) {
        return (own != null && own.external() ? "The identity provider says who you are. " : "")
                + (codes ? "Codes of an app are enrolled." : "No codes of an app are enrolled.");
    }

    private static Html passkey(Caller caller, OwnPasskey passkey, boolean codes, boolean another) {
        Instant latest = passkey.latestUse();
        return Html.of(
                """
                <li class="card"><span class="figure">{}</span>
                <span class="foot"><span class="state {}">{}</span>
                <span class="dim">made {} · {}</span></span>{}{}</li>
                """,
                passkey.name().isEmpty() ? "Passkey of your invite" : passkey.name(),
                passkey.usable() ? "allow" : "deny",
                passkey.usable() ? "in use" : "was copied, proves nothing",
                Figures.time(passkey.made().toEpochMilli()),
                latest == null
                        ? Html.of("not used lately")
                        : Html.of("used {}", Figures.time(latest.toEpochMilli())),
                renaming(caller, passkey),
                another
                        ? removing(caller, passkey, codes)
                        : Html.of(
                                "<span class=\"dim\">The last thing that proves who you are: add another"
                                        + " before you remove it.</span>"));
    }

    private static Html renaming(Caller caller, OwnPasskey passkey) {
        return Html.of(
                """
                <details><summary>Rename</summary>
                <form method="post" action="/settings/passkeys/{}/rename">{}
                <label for="name-{}">What do you call it?</label>
                <input id="name-{}" name="name" required maxlength="{}" value="{}">
                <button type="submit">Rename</button></form></details>
                """,
                passkey.id(),
                Layout.csrf(caller),
                passkey.id(),
                passkey.id(),
                OwnPasskeys.NAME_LENGTH_MAX,
                passkey.name());
    }

    private static Html removing(Caller caller, OwnPasskey passkey, boolean codes) {
        return Html.of(
                """
                <details><summary>Remove</summary>
                <form method="post" action="/settings/passkeys/{}/remove" data-passkey="/settings/passkeys/{}/proof">
                {}<input type="hidden" name="assertion">
                <p>Prove once more that it is you. If the passkey is lost, sign out everywhere as well.</p>
                <button class="danger" type="submit" name="by" value="passkey">Remove, by a passkey</button>
                {}<p class="problem" role="alert" hidden></p></form></details>
                """,
                passkey.id(),
                passkey.id(),
                Layout.csrf(caller),
                Html.when(
                        codes,
                        Html.of(
                                """
                                <label for="code-{}">Or with a code of your app</label>
                                <input id="code-{}" name="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                                autocomplete="one-time-code">
                                <button class="danger" type="submit" name="by" value="code">Remove, by the code</button>
                                """,
                                passkey.id(), passkey.id())));
    }

    private static Html adding(Caller caller, boolean codes) {
        return Html.of(
                """
                <details id="add"><summary>Add a passkey</summary>
                <form method="post" action="/settings/passkeys/offer" data-passkey="/settings/passkeys/proof">{}
                <input type="hidden" name="assertion">
                <p>First prove that it is you, by what is enrolled already. Then the new one is made.</p>
                <button class="primary" type="submit" name="by" value="passkey">Prove it with a passkey</button>
                {}<p class="problem" role="alert" hidden></p></form></details>
                """,
                Layout.csrf(caller),
                Html.when(
                        codes,
                        Html.of(
                                """
                                <label for="code">Or a code of your app</label>
                                <input id="code" name="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                                autocomplete="one-time-code">
                                <button type="submit" name="by" value="code">Prove it with the code</button>
                                """)));
    }

    private static Html others(Caller caller, List<Account> others) {
        if (!caller.person().is(Role.OWNER)) {
            return Html.NONE;
        }
        return Html.of(
                """
                <section aria-labelledby="people"><h2 id="people">Other people</h2>{}
                <p class="dim">People are invited with <code>holdfast user invite</code>. Whoever lost all their
                passkeys and codes is invited anew.</p></section>
                """,
                others.isEmpty()
                        ? Html.of("<p class=\"calm\">There is nobody else.</p>")
                        : Html.of(
                                "<ul class=\"cards\">{}</ul>",
                                others.stream().map(SettingsPage::account).collect(Html.joined())));
    }

    /// What a new passkey is made with: shown once its person has proven who they are.
    static Html made(Caller caller, String options) {
        return Html.of(
                """
                <p class="crumb"><a href="/settings">Settings</a> / add a passkey</p>
                <h1>Add a passkey</h1>
                <form class="sheet" method="post" action="/settings/passkeys" data-create="{}">{}
                <input type="hidden" name="assertion">
                <label for="name">What do you call it?</label>
                <input id="name" name="name" required maxlength="{}" placeholder="phone">
                <button class="primary" type="submit" name="by" value="passkey">Make the passkey</button>
                <p class="dim">Within five minutes, on the device that shall have it.</p>
                <p class="problem" role="alert" hidden></p></form>
                """,
                options,
                Layout.csrf(caller),
                OwnPasskeys.NAME_LENGTH_MAX);
    }

    private static String id(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this passkey");
        }
        return id;
    }

    /// What a passkey has to sign so that something may be done.
    private void proof(Exchange exchange, String action) {
        try {
            exchange.answer(
                    "application/json",
                    people.proofs()
                            .passkeyOptions(exchange.caller().person(), Proofs.digestOf(action)));
        } catch (ProofException e) {
            throw RequestRefused.conflict(
                    "no_passkey", String.valueOf(e.getMessage()), "Use a code.");
        }
    }

    private static Proofs.Given given(Exchange exchange) {
        String assertion = Fields.text(exchange, "assertion");
        return assertion.isEmpty()
                ? new Proofs.Given.Code(Fields.text(exchange, "code"))
                : new Proofs.Given.Passkey(assertion);
    }

    private void offer(Exchange exchange) throws PeopleException {
        try {
            Caller caller = exchange.caller();
            exchange.html(
                    Layout.page(
                            caller,
                            Layout.Place.SETTINGS,
                            "Add a passkey",
                            made(
                                    caller,
                                    people.ownPasskeys().offer(caller.person(), given(exchange)))));
        } catch (PeopleException e) {
            refused(exchange, e);
        }
    }

    private void enrol(Exchange exchange) throws PeopleException {
        try {
            people.ownPasskeys()
                    .add(
                            exchange.caller().person(),
                            Fields.text(exchange, "name"),
                            Fields.text(exchange, "assertion"));
            exchange.redirect("/settings");
        } catch (PeopleException e) {
            refused(exchange, e);
        }
    }

    private void rename(Exchange exchange) throws PeopleException {
        try {
            people.ownPasskeys()
                    .rename(
                            exchange.caller().person(),
                            id(exchange),
                            Fields.text(exchange, "name"));
            exchange.redirect("/settings");
        } catch (PeopleException e) {
            refused(exchange, e);
        }
    }

    private void remove(Exchange exchange) throws PeopleException {
        try {
            people.ownPasskeys().remove(exchange.caller().person(), given(exchange), id(exchange));
            exchange.redirect("/settings");
        } catch (PeopleException e) {
            refused(exchange, e);
        }
    }

    private void refused(Exchange exchange, PeopleException e) throws PeopleException {
        int status =
                switch (e.reason()) {
                    case INVALID -> 400;
                    case REFUSED, FORBIDDEN -> 403;
                    case LOCKED -> 429;
                    case UNKNOWN -> 404;
                    case UNAVAILABLE -> 503;
                };
        page(exchange, status, String.valueOf(e.getMessage()));
    }

    private void signOutEverywhere(Exchange exchange) throws PeopleException {
        people.ownPasskeys().signOutEverywhere(exchange.caller().person());
        exchange.signOut();
        exchange.redirect("/login");
    }

    private static Html account(Account account) {
        return Html.of(
                """
                <li class="card"><span class="figure">{}</span><span>{}</span>
                <span class="foot"><span class="state {}">{}</span>
                <span class="dim">{} · {} · {} · since {}</span></span></li>
                """,
                account.person().name(),
                roles(account.person()),
                account.disabled() ? "deny" : "allow",
                account.disabled() ? "disabled" : "enabled",
                account.passkeys() == 1 ? "1 passkey" : account.passkeys() + " passkeys",
                account.codes() ? "codes" : "no codes",
                account.external() ? "provider" : "password",
                Figures.time(account.created().toEpochMilli()));
    }

    private static String roles(Person person) {
        return String.join(
                ", ",
                person.roles().stream()
                        .map(role -> role.name().toLowerCase(Locale.ROOT))
                        .sorted()
                        .toList());
    }
}
