package dev.holdfast.server.console;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.access.Stop;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.util.List;
import java.util.stream.IntStream;

/// The one switch that ends all that agents do, and lets nobody in until it is lifted.
final class StopSwitch implements Routes {
    private static final int REASON_LENGTH_MAX = 500;

    private final AccessBook access;
    private final ProvenAccess proven;

    StopSwitch(AccessBook access, ProvenAccess proven) {
        this.access = access;
        this.proven = proven;
    }

    @Override
    public void add(RouteTable table) {
        table.post("/stop", Roles.OPERATE, this::stop);
        table.post("/resume", Roles.OPERATE, this::resume);
        table.post(
                "/resume/proof",
                Roles.OPERATE,
                exchange -> ProofFields.answer(exchange, resumption(exchange)));
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

    private ProvenAccess.Wish<Boolean> resumption(Exchange exchange) {
        String database = exchange.form("database");
        return proven.resume(database == null ? Stop.EVERYWHERE : database);
    }

    private void resume(Exchange exchange) {
        try {
            ProofFields.give(exchange, resumption(exchange));
        } catch (AccessException e) {
            throw AccessProblems.refused(e);
        } catch (ProofException e) {
            throw new RequestRefused(
                    403, "proof_refused", String.valueOf(e.getMessage()), "Go back and try again.");
        }
        exchange.redirect("/");
    }

    /// What is stopped, for everyone to see.
    Html stopped(Caller caller) {
        List<Stop> stops = access.stops();
        boolean operator = caller.person().is(Role.OPERATOR);
        return IntStream.range(0, stops.size())
                .mapToObj(at -> stopped(caller, stops.get(at), operator, at))
                .collect(Html.joined());
    }

    private static Html stopped(Caller caller, Stop stop, boolean operator, int number) {
        return Html.of(
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
                                <form method="post" action="/resume" data-proof="/resume/proof">{}
                                <input type="hidden" name="database" value="{}">
                                {}</form>
                                """,
                                Layout.csrf(caller),
                                stop.database(),
                                ProofFields.of("Let work go on", "resume" + number))));
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
