package dev.holdfast.server.console;

import dev.holdfast.server.people.Account;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.PeopleException;
import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.util.List;
import java.util.Locale;

/// Who one is, and for owners who else there is.
final class SettingsPage implements Routes {
    private final People people;

    SettingsPage(People people) {
        this.people = people;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/settings", Roles.SEE, this::page);
    }

    private void page(Exchange exchange) throws PeopleException {
        Caller caller = exchange.caller();
        List<Account> accounts =
                people.list().stream()
                        .filter(account ->
                                caller.person().is(Role.OWNER)
                                        || account.person().name().equals(caller.person().name()))
                        .toList();
        exchange.html(
                Layout.page(caller, Layout.Place.SETTINGS, "Settings", content(caller, accounts)));
    }

    static Html content(Caller caller, List<Account> accounts) {
        return Html.of(
                """
                <h1>Settings</h1>
                <p>You are <strong>{}</strong>: {}.</p>
                <section aria-labelledby="people"><h2 id="people">{}</h2><ul class="cards">{}</ul></section>
                <p class="dim">People are invited with <code>holdfast user invite</code>. Whoever lost a passkey
                is invited anew.</p>
                """,
                caller.person().name(),
                roles(caller.person()),
                caller.person().is(Role.OWNER) ? "People" : "Your account",
                accounts.stream().map(SettingsPage::account).collect(Html.joined()));
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
