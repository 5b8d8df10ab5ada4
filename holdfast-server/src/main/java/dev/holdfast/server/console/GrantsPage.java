package dev.holdfast.server.console;

import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AgentFacts;
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Access for one task: given by a form, seen, renewed and taken back.
final class GrantsPage implements Routes {
    private static final Duration ANSWER_TIME = Duration.ofSeconds(1);
    private static final Pattern ID = Pattern.compile("gr_[0-9A-Za-z_-]{1,64}");

    private final AccessBook book;
    private final ProvenAccess proven;
    private final SessionRegistry sessions;
    private final List<String> databases;
    private final InstantSource clock;
    private final SentForms forms;

    GrantsPage(
            AccessBook book,
            ProvenAccess proven,
            SessionRegistry sessions,
            List<String> databases,
            InstantSource clock,
            RandomGenerator random) {
        this.book = book;
        this.proven = proven;
        this.sessions = sessions;
        this.databases = List.copyOf(databases);
        this.clock = clock;
        this.forms = new SentForms(random);
    }

    @Override
    public void add(RouteTable table) {
        table.get("/grants/new", Roles.OPERATE, this::blank);
        table.post("/grants", Roles.OPERATE, this::create);
        table.post("/grants/proof", Roles.OPERATE, AccessProblems.handler(this::proof));
        table.get("/grants/{id}", Roles.SEE, AccessProblems.handler(this::show));
        table.post("/grants/{id}/renew", Roles.OPERATE, AccessProblems.handler(this::renew));
        table.post(
                "/grants/{id}/renew/proof",
                Roles.OPERATE,
                exchange -> ProofFields.answer(exchange, renewal(exchange)));
        table.post("/grants/{id}/revoke", Roles.OPERATE, AccessProblems.handler(this::revoke));
    }

    private void blank(Exchange exchange) {
        String agent = exchange.query("agent");
        form(
                exchange,
                200,
                GrantForm.empty(
                        agent == null ? "" : agent,
                        databases.isEmpty() ? "" : databases.getFirst()),
                "");
    }

    private void form(Exchange exchange, int status, GrantForm form, String problem) {
        exchange.html(
                status,
                Layout.page(
                        exchange.caller(),
                        Layout.Place.AGENTS,
                        "Give access",
                        content(
                                exchange.caller(),
                                book.agents().stream().filter(AgentFacts::enabled).toList(),
                                databases,
                                form,
                                forms.field(),
                                problem)));
    }

    static Html content(
            Caller caller,
            List<AgentFacts> agents,
            List<String> databases,
            GrantForm form,
            Html number,
            String problem) {
        return Html.of(
                """
                <p class="crumb"><a href="/agents">Agents</a> / give access</p>
                <h1>Give access</h1>{}
                <form class="sheet" method="post" action="/grants" data-proof="/grants/proof"
                autocomplete="off">{}{}
                <div class="pair"><div><label for="agent">Agent</label>
                <select id="agent" name="agent" required>{}</select></div>
                <div><label for="database">Database</label>
                <select id="database" name="database" required>{}</select></div></div>
                <label for="task">Task</label>
                <input id="task" name="task" required maxlength="200" value="{}" placeholder="clean up test orders">
                <label for="justification">Why is it needed?</label>
                <textarea id="justification" name="justification" required maxlength="2000" rows="2">{}</textarea>
                {}
                {}
                <p class="dim">The agent gets a user name and a password of its own, shown once. Both end with the
                grant.</p></form>
                """,
                AccessView.problem(problem),
                Layout.csrf(caller),
                number,
                agents.stream()
                        .map(each -> option(each.name(), form.agent()))
                        .collect(Html.joined()),
                databases.stream()
                        .map(each -> option(each, form.database()))
                        .collect(Html.joined()),
                form.task(),
                form.justification(),
                form.termFields(),
                ProofFields.of("Give access", ""));
    }

    private static Html option(String value, String chosen) {
        return Html.of(
                "<option{}>{}</option>",
                value.equals(chosen) ? Html.of(" selected") : Html.NONE,
                value);
    }

    private void create(Exchange exchange) {
        GrantForm form = GrantForm.of(exchange);
        forms.requireFirst(exchange);
        try {
            exchange.html(
                    Layout.page(
                            exchange.caller(),
                            Layout.Place.AGENTS,
                            "Access is given",
                            AccessView.issued(
                                    ProofFields.give(exchange, proven.grant(form.order())))));
        } catch (AccessException e) {
            form(exchange, AccessProblems.status(e), form, String.valueOf(e.getMessage()));
        } catch (ProofException e) {
            form(exchange, 403, form, String.valueOf(e.getMessage()));
        }
    }

    private void proof(Exchange exchange) throws AccessException {
        ProofFields.answer(exchange, proven.grant(GrantForm.of(exchange).order()));
    }

    private static String id(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this grant");
        }
        return id;
    }

    private void show(Exchange exchange) throws AccessException {
        show(exchange, 200, "");
    }

    private void show(Exchange exchange, int status, String problem) throws AccessException {
        Grant grant = book.grant(id(exchange));
        List<SessionFacts> live =
                sessions.list(ANSWER_TIME).join().stream()
                        .filter(each -> each.principal().grant().equals(grant.id()))
                        .toList();
        exchange.html(
                status,
                Layout.page(
                        exchange.caller(),
                        Layout.Place.AGENTS,
                        grant.task(),
                        detail(exchange.caller(), grant, live, clock.millis(), problem)));
    }

    static Html detail(
            Caller caller, Grant grant, List<SessionFacts> live, long nowMillis, String problem) {
        boolean inForce = grant.endedAt() == 0;
        return Html.of(
                """
                <p class="crumb"><a href="/agents">Agents</a> / {}</p>
                <p class="foot"><span class="state {}">{}</span></p>
                <h1>{}</h1>{}{}{}{}
                """,
                grant.id(),
                AccessView.state(grant.state()),
                AccessView.state(grant.state()),
                grant.task(),
                AccessView.problem(problem),
                AccessView.facts(grant, nowMillis),
                Html.when(
                        inForce,
                        Html.of(
                                "<section aria-labelledby=\"sessions\"><h2 id=\"sessions\">Sessions</h2>{}</section>",
                                AccessView.sessions(caller, live, nowMillis))),
                Html.when(inForce && caller.person().is(Role.OPERATOR), operate(caller, grant)));
    }

    private static Html operate(Caller caller, Grant grant) {
        return Html.of(
                """
                <section class="decide" aria-labelledby="operate"><h2 id="operate">Renew or revoke</h2>
                <form method="post" action="/grants/{}/renew" data-proof="/grants/{}/renew/proof">{}
                <label for="minutes">In force for so many minutes from now</label>
                <input id="minutes" name="minutes" type="number" required min="1" max="1440" value="60"
                inputmode="numeric">
                {}</form>
                <form method="post" action="/grants/{}/revoke">{}
                <label for="reason">Why is it taken back? It goes on record. Its sessions end at once.</label>
                <input id="reason" name="reason" required maxlength="500">
                <button class="danger" type="submit">Revoke</button></form></section>
                """,
                grant.id(),
                grant.id(),
                Layout.csrf(caller),
                ProofFields.of("Renew", ""),
                grant.id(),
                Layout.csrf(caller));
    }

    private ProvenAccess.Wish<Grant> renewal(Exchange exchange) {
        long minutes = Fields.number(Fields.text(exchange, "minutes"));
        return proven.renew(id(exchange), Duration.ofMinutes(Math.clamp(minutes, 0, 1_000_000)));
    }

    private void renew(Exchange exchange) throws AccessException {
        try {
            ProofFields.give(exchange, renewal(exchange));
            exchange.redirect("/grants/" + id(exchange));
        } catch (AccessException e) {
            show(exchange, AccessProblems.status(e), String.valueOf(e.getMessage()));
        } catch (ProofException e) {
            show(exchange, 403, String.valueOf(e.getMessage()));
        }
    }

    private void revoke(Exchange exchange) throws AccessException {
        String id = id(exchange);
        try {
            book.revokeGrant(
                    exchange.caller().person().name(), id, Fields.text(exchange, "reason"));
            exchange.redirect("/grants/" + id);
        } catch (AccessException e) {
            show(exchange, AccessProblems.status(e), String.valueOf(e.getMessage()));
        }
    }
}
