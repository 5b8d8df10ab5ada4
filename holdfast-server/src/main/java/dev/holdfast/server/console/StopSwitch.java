package dev.holdfast.server.console;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.Stop;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.util.List;

/// The one switch that ends all that agents do, and lets nobody in until it is lifted.
final class StopSwitch implements Routes {
    private static final int REASON_LENGTH_MAX = 500;

    private final AccessBook access;

    StopSwitch(AccessBook access) {
        this.access = access;
    }

    @Override
    public void add(RouteTable table) {
        table.post("/stop", Roles.OPERATE, this::stop);
        table.post("/resume", Roles.OPERATE, this::resume);
    }

    private void stop(Exchange exchange) {
        String reason = exchange.form("reason");
        if (reason == null || reason.isBlank() || reason.length() > REASON_LENGTH_MAX) {
            throw RequestRefused.malformed("a reason is needed, of at most 500 characters");
        }
        try {
            access.stop(exchange.caller().person().name(), Stop.EVERYWHERE, reason);
        } catch (AccessException e) {
            throw AccessProblems.refused(e);
        }
        exchange.redirect("/");
    }

    private void resume(Exchange exchange) {
        String database = exchange.form("database");
        try {
            access.resume(
                    exchange.caller().person().name(),
                    database == null ? Stop.EVERYWHERE : database);
        } catch (AccessException e) {
            throw AccessProblems.refused(e);
        }
        exchange.redirect("/");
    }

    /// What is stopped, for everyone to see.
    Html stopped(Caller caller) {
        List<Stop> stops = access.stops();
        boolean operator = caller.person().is(Role.OPERATOR);
        return stops.stream()
                .map(stop ->
                        Html.of(
                                """
                                <div class="card" role="status"><strong class="lost">{}</strong>
                                <span class="dim">by {}: {}</span>{}</div>
                                """,
                                stop.database().equals(Stop.EVERYWHERE)
                                        ? "Everything is stopped"
                                        : "Stopped on " + stop.database(),
                                stop.by(),
                                stop.reason(),
                                Html.when(
                                        operator,
                                        Html.of(
                                                """
                                                <form method="post" action="/resume">{}
                                                <input type="hidden" name="database" value="{}">
                                                <button type="submit">Let work go on</button></form>
                                                """,
                                                Layout.csrf(caller),
                                                stop.database()))))
                .collect(Html.joined());
    }

    /// The switch; nothing for those who may not use it.
    Html form(Caller caller) {
        return Html.when(
                caller.person().is(Role.OPERATOR),
                Html.of(
                        """
                        <section aria-labelledby="stop"><h2 id="stop">Stop everything</h2>
                        <details><summary>End every session, let no agent in</summary>
                        <form method="post" action="/stop">{}
                        <label for="why">Why? It goes on record, and agents are told.</label>
                        <input id="why" name="reason" required maxlength="500">
                        <button class="danger" type="submit">Stop everything</button></form></details></section>
                        """,
                        Layout.csrf(caller)));
    }
}
