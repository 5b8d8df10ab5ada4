package dev.holdfast.server.console;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.access.RequestBook;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.regex.Pattern;

/// What an agent asks for: given, given in part, or not given.
final class RequestsPage implements Routes {
    private static final Pattern ID = Pattern.compile("rq_[0-9A-Za-z_-]{1,64}");

    private final RequestBook book;
    private final ProvenAccess proven;
    private final InstantSource clock;

    RequestsPage(RequestBook book, ProvenAccess proven, InstantSource clock) {
        this.book = book;
        this.proven = proven;
        this.clock = clock;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/requests/{id}", Roles.SEE, AccessProblems.handler(this::show));
        table.post("/requests/{id}/approve", Roles.OPERATE, AccessProblems.handler(this::approve));
        table.post(
                "/requests/{id}/approve/proof", Roles.OPERATE, AccessProblems.handler(this::proof));
        table.post("/requests/{id}/reject", Roles.OPERATE, AccessProblems.handler(this::reject));
    }

    private static String id(Exchange exchange) {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this request");
        }
        return id;
    }

    private void show(Exchange exchange) throws AccessException {
        AccessRequest request = book.request(id(exchange));
        show(exchange, 200, request, GrantForm.of(request), "");
    }

    private void show(
            Exchange exchange, int status, AccessRequest request, GrantForm form, String problem) {
        exchange.html(
                status,
                Layout.page(
                        exchange.caller(),
                        Layout.Place.AGENTS,
                        request.task(),
                        content(exchange.caller(), request, form, clock.millis(), problem)));
    }

    static Html content(
            Caller caller, AccessRequest request, GrantForm form, long nowMillis, String problem) {
        boolean open =
                request.state() == AccessRequest.State.PENDING && nowMillis < request.expiresAt();
        boolean operator = caller.person().is(Role.OPERATOR);
        return Html.of(
                """
                <p class="crumb"><a href="/agents">Agents</a> / {}</p>
                <p class="foot"><span class="state {}">{}</span>
                <span class="dim">asked {}</span></p>
                <h1>{}</h1>{}
                <dl class="facts">
                <dt>Agent</dt><dd><a href="/agents/{}">{}</a> on {}</dd>
                <dt>Wants</dt><dd>{}</dd>
                <dt>Rows</dt><dd>{}</dd>
                <dt>For</dt><dd>{}</dd>
                <dt>Justification</dt><dd>{}</dd>
                {}
                </dl>{}
                """,
                request.id(),
                AccessView.state(request.state()),
                AccessView.state(request.state()),
                Figures.distance(nowMillis, request.createdAt()),
                request.task(),
                AccessView.problem(problem),
                Fields.segment(request.agent()),
                request.agent(),
                request.database(),
                AccessView.list(request.terms()),
                AccessView.rows(request.terms()),
                AccessView.minutes(request.timeMillis()),
                request.justification(),
                answered(request),
                open
                        ? operator
                                ? decision(caller, request, form)
                                : Html.of(
                                        "<p class=\"calm\">An operator decides this; you may look.</p>")
                        : Html.NONE);
    }

    private static Html answered(AccessRequest request) {
        if (request.decidedBy().isEmpty()) {
            return Html.NONE;
        }
        return Html.of(
                "<dt>Decided by</dt><dd>{}, {}{}</dd>{}",
                request.decidedBy(),
                Figures.time(request.decidedAt()),
                request.words().isEmpty() ? Html.NONE : Html.of(": <q>{}</q>", request.words()),
                request.grant().isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<dt>Led to</dt><dd><a href=\"/grants/{}\">{}</a></dd>",
                                request.grant(),
                                request.grant()));
    }

    private static Html decision(Caller caller, AccessRequest request, GrantForm form) {
        return Html.of(
                """
                <section class="decide" aria-labelledby="decide"><h2 id="decide">Decide</h2>
                <p class="dim">Take away what it does not need; more than it asked for cannot be given.</p>
                <form method="post" action="/requests/{}/approve" data-proof="/requests/{}/approve/proof"
                autocomplete="off">{}
                {}
                <label for="words">A word to the agent (optional)</label>
                <input id="words" name="words" maxlength="500">
                {}</form>
                <details><summary>Reject</summary>
                <form method="post" action="/requests/{}/reject">{}
                <label for="reason">Why not? The agent reads this.</label>
                <textarea id="reason" name="reason" required maxlength="500" rows="2"></textarea>
                <button class="danger" type="submit">Reject</button></form></details></section>
                """,
                request.id(),
                request.id(),
                Layout.csrf(caller),
                form.termFields(),
                ProofFields.of("Give this", ""),
                request.id(),
                Layout.csrf(caller));
    }

    private void approve(Exchange exchange) throws AccessException {
        AccessRequest request = book.request(id(exchange));
        GrantForm form = GrantForm.of(exchange);
        try {
            exchange.html(
                    Layout.page(
                            exchange.caller(),
                            Layout.Place.AGENTS,
                            "Access is given",
                            AccessView.issued(
                                    ProofFields.give(exchange, wish(exchange, request, form)))));
        } catch (AccessException e) {
            show(exchange, AccessProblems.status(e), request, form, String.valueOf(e.getMessage()));
        } catch (ProofException e) {
            show(exchange, 403, request, form, String.valueOf(e.getMessage()));
        }
    }

    private void proof(Exchange exchange) throws AccessException {
        AccessRequest request = book.request(id(exchange));
        ProofFields.answer(exchange, wish(exchange, request, GrantForm.of(exchange)));
    }

    /// What would be refused whoever proves it is refused before the proof is used up.
    private ProvenAccess.Wish<IssuedGrant> wish(
            Exchange exchange, AccessRequest request, GrantForm form) throws AccessException {
        return proven.approve(
                request, form.terms(), time(request, form), Fields.text(exchange, "words"));
    }

    /// The form speaks of whole minutes: who leaves them alone gives exactly what was asked for.
    private static Duration time(AccessRequest request, GrantForm form) {
        return form.minutes().strip().equals(GrantForm.of(request).minutes())
                ? Duration.ofMillis(request.timeMillis())
                : form.time();
    }

    private void reject(Exchange exchange) throws AccessException {
        AccessRequest request = book.request(id(exchange));
        try {
            book.reject(
                    exchange.caller().person().name(),
                    request.id(),
                    Fields.text(exchange, "reason"));
            exchange.redirect("/requests/" + request.id());
        } catch (AccessException e) {
            show(
                    exchange,
                    AccessProblems.status(e),
                    request,
                    GrantForm.of(request),
                    String.valueOf(e.getMessage()));
        }
    }
}
