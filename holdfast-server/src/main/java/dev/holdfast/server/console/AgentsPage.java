package dev.holdfast.server.console;

import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.AgentFacts;
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.audit.RecordSearch;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which agents there are, what each may reach and does, what they ask for; and keeping one out.
final class AgentsPage implements Routes {
    private static final Duration ANSWER_TIME = Duration.ofSeconds(1);

    /// So far back the record is read to say when an agent was seen.
    private static final int ENTRIES_READ = 500;

    private static final int ENDED_SHOWN = 10;

    private final AccessBook book;
    private final ProvenAccess proven;
    private final SessionRegistry sessions;
    private final RecordSearch search;
    private final InstantSource clock;

    AgentsPage(
            AccessBook book,
            ProvenAccess proven,
            SessionRegistry sessions,
            RecordSearch search,
            InstantSource clock) {
        this.book = book;
        this.proven = proven;
        this.sessions = sessions;
        this.search = search;
        this.clock = clock;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/agents", Roles.SEE, AccessProblems.handler(this::list));
        table.get("/agents/{name}", Roles.SEE, AccessProblems.handler(this::show));
        table.post("/agents/{name}/disable", Roles.OPERATE, this::disable);
        table.post("/agents/{name}/enable", Roles.OPERATE, AccessProblems.handler(this::enable));
        table.post(
                "/agents/{name}/enable/proof",
                Roles.OPERATE,
                exchange -> ProofFields.answer(exchange, proven.enable(agent(exchange).name())));
    }

    private void list(Exchange exchange) throws AccessException, IOException {
        List<Grant> grants = book.grants(false);
        List<Line> lines =
                lines(
                        book.agents(),
                        grants,
                        sessions.list(ANSWER_TIME).join(),
                        seen(null, ENTRIES_READ));
        page(
                exchange,
                200,
                "Agents",
                content(
                        exchange.caller(),
                        book.requests().requests(false),
                        grants,
                        lines,
                        clock.millis()));
    }

    private void page(Exchange exchange, int status, String title, Html body) {
        exchange.html(status, Layout.page(exchange.caller(), Layout.Place.AGENTS, title, body));
    }

    /// When each agent was last in the record, of what was written lately; milliseconds.
    private Map<String, Long> seen(@Nullable String agent, int limit) throws IOException {
        Map<String, Long> latest = new HashMap<>();
        try {
            for (Map<String, Object> entry :
                    search.search(
                                    new RecordSearch.Wanted(agent, null, null, null, null, null),
                                    null,
                                    limit)
                            .entries()) {
                latest.putIfAbsent(
                        String.valueOf(entry.get("agent")),
                        Instant.parse(String.valueOf(entry.get("time"))).toEpochMilli());
            }
        } catch (RecordSearch.CursorException | DateTimeException e) {
            throw new IOException("the record cannot be read", e);
        }
        return latest;
    }

    /// An agent in the list.
    ///
    /// @param seenAt milliseconds; 0 where it was not seen lately
    record Line(AgentFacts agent, long grants, long sessions, long seenAt) {}

    private static List<Line> lines(
            List<AgentFacts> agents,
            List<Grant> grants,
            List<SessionFacts> sessions,
            Map<String, Long> seen) {
        return agents.stream()
                .map(agent ->
                        new Line(
                                agent,
                                grants.stream()
                                        .filter(grant -> grant.agent().equals(agent.name()))
                                        .count(),
                                sessions.stream()
                                        .filter(each ->
                                                each.principal().agent().equals(agent.name()))
                                        .count(),
                                seen.getOrDefault(agent.name(), 0L)))
                .toList();
    }

    static Html content(
            Caller caller,
            List<AccessRequest> requests,
            List<Grant> grants,
            List<Line> agents,
            long nowMillis) {
        boolean operator = caller.person().is(Role.OPERATOR);
        return Html.of(
                """
                <div class="head"><h1>Agents</h1>{}</div>
                {}
                <section aria-labelledby="grants"><h2 id="grants">Access in force <span class="badge">{}</span></h2>
                {}</section>
                <section aria-labelledby="agents"><h2 id="agents">Agents</h2><ul class="cards">{}</ul></section>
                """,
                Html.when(
                        operator,
                        Html.of(
                                "<a class=\"button\" href=\"/new-agent\">Make an agent</a> <a class=\"button"
                                        + " primary\" href=\"/grants/new\">Give access</a>")),
                requests.isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<section aria-labelledby=\"asked\"><h2 id=\"asked\">Asked for <span"
                                        + " class=\"badge\">{}</span></h2>{}</section>",
                                requests.size(),
                                AccessView.requests(requests, nowMillis)),
                grants.size(),
                grants.isEmpty()
                        ? Html.of("<p class=\"calm\">No grant is in force.</p>")
                        : AccessView.grants(grants, nowMillis),
                agents.stream().map(line -> line(line, nowMillis)).collect(Html.joined()));
    }

    private static Html line(Line line, long nowMillis) {
        AgentFacts agent = line.agent();
        return Html.of(
                """
                <li><a class="card" href="/agents/{}"><span class="figure">{}</span>
                <span class="who">{}</span>
                <span class="foot">{}<span class="dim">{} · {} · policy {} · {}</span></span></a></li>
                """,
                Fields.segment(agent.name()),
                agent.name(),
                reaches(agent),
                state(agent),
                counted(line.sessions(), "session"),
                counted(line.grants(), "grant"),
                agent.policy(),
                seen(line.seenAt(), nowMillis));
    }

    private static Html state(AgentFacts agent) {
        return Html.of(
                "<span class=\"state {}\">{}</span>",
                agent.enabled() ? "allow" : "deny",
                agent.enabled() ? "enabled" : "disabled");
    }

    private static String reaches(AgentFacts agent) {
        return agent.databases().isEmpty()
                ? "nothing without a grant"
                : String.join(", ", agent.databases());
    }

    private static String counted(long number, String what) {
        return Figures.count(number) + " " + what + (number == 1 ? "" : "s");
    }

    private static String seen(long at, long nowMillis) {
        return at == 0 ? "not seen lately" : "seen " + Figures.distance(nowMillis, at);
    }

    private void show(Exchange exchange) throws AccessException, IOException {
        show(exchange, 200, "");
    }

    private void show(Exchange exchange, int status, String problem)
            throws AccessException, IOException {
        AgentFacts agent = agent(exchange);
        List<SessionFacts> live =
                sessions.list(ANSWER_TIME).join().stream()
                        .filter(each -> each.principal().agent().equals(agent.name()))
                        .toList();
        List<Grant> grants =
                book.grants(true).stream()
                        .filter(grant -> grant.agent().equals(agent.name()))
                        .toList();
        page(
                exchange,
                status,
                agent.name(),
                detail(
                        exchange.caller(),
                        agent,
                        grants,
                        live,
                        seen(agent.name(), 1).getOrDefault(agent.name(), 0L),
                        clock.millis(),
                        problem));
    }

    private AgentFacts agent(Exchange exchange) {
        String name = exchange.path("name");
        return book.agents().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> RequestRefused.notFound("this agent"));
    }

    static Html detail(
            Caller caller,
            AgentFacts agent,
            List<Grant> grants,
            List<SessionFacts> live,
            long seenAt,
            long nowMillis,
            String problem) {
        List<Grant> inForce = grants.stream().filter(grant -> grant.endedAt() == 0).toList();
        List<Grant> ended =
                grants.stream().filter(grant -> grant.endedAt() != 0).limit(ENDED_SHOWN).toList();
        return Html.of(
                """
                <p class="crumb"><a href="/agents">Agents</a> / {}</p>
                <h1>{}</h1>{}
                {}
                <section aria-labelledby="sessions"><h2 id="sessions">Sessions</h2>{}</section>
                <section aria-labelledby="grants"><h2 id="grants">Access in force</h2>{}</section>
                {}{}
                """,
                agent.name(),
                agent.name(),
                AccessView.problem(problem),
                facts(agent, seenAt, nowMillis),
                AccessView.sessions(caller, live, nowMillis),
                inForce.isEmpty()
                        ? Html.of("<p class=\"calm\">No grant is in force.</p>")
                        : AccessView.grants(inForce, nowMillis),
                ended.isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<section aria-labelledby=\"ended\"><h2 id=\"ended\">Ended</h2>{}</section>",
                                AccessView.grants(ended, nowMillis)),
                Html.when(caller.person().is(Role.OPERATOR), operate(caller, agent)));
    }

    private static Html facts(AgentFacts agent, long seenAt, long nowMillis) {
        AgentFacts.Disabled disabled = agent.disabled();
        return Html.of(
                """
                <dl class="facts">
                <dt>State</dt><dd>{}{}</dd>
                <dt>Last seen</dt><dd>{}</dd>
                <dt>Reaches</dt><dd>{}</dd>
                <dt>Policy</dt><dd>{}</dd>
                <dt>Sessions at once</dt><dd>at most {}</dd>
                <dt>Stands in</dt><dd>{}</dd>
                </dl>
                """,
                state(agent),
                disabled == null
                        ? Html.NONE
                        : Html.of(
                                " by {}, {}: {}",
                                disabled.by(),
                                Figures.time(disabled.at()),
                                disabled.reason()),
                seenAt == 0
                        ? Html.of("<span class=\"dim\">not in what was recorded lately</span>")
                        : Html.of(
                                "{} <span class=\"dim\">{}</span>",
                                Figures.distance(nowMillis, seenAt),
                                Figures.time(seenAt)),
                reaches(agent),
                agent.policy(),
                Figures.count(agent.sessionsMax()),
                agent.configured() ? "the configuration file" : "the store, made by an order");
    }

    private static Html operate(Caller caller, AgentFacts agent) {
        String path = Fields.segment(agent.name());
        Html form;
        if (agent.enabled()) {
            form =
                    Html.of(
                            """
                            <p><a class="button primary" href="/grants/new?agent={}">Give access</a></p>
                            <details><summary>Disable this agent</summary>
                            <form method="post" action="/agents/{}/disable">{}
                            <label for="reason">Why? It goes on record. Its sessions and its grants end.</label>
                            <input id="reason" name="reason" required maxlength="500">
                            <button class="danger" type="submit">Disable</button></form></details>
                            """,
                            path,
                            path,
                            Layout.csrf(caller));
        } else if (agent.disabled() == null) {
            form =
                    Html.of(
                            "<p>It is disabled in the configuration file, and can only be enabled there.</p>");
        } else {
            form =
                    Html.of(
                            """
                            <form method="post" action="/agents/{}/enable" data-proof="/agents/{}/enable/proof">{}
                            {}</form>
                            <p class="dim">Grants that ended stay ended.</p>
                            """,
                            path,
                            path,
                            Layout.csrf(caller),
                            ProofFields.of("Let it in again", ""));
        }
        return Html.of(
                "<section aria-labelledby=\"operate\"><h2 id=\"operate\">Give and take</h2>{}</section>",
                form);
    }

    private void disable(Exchange exchange) throws AccessException, IOException {
        String name = agent(exchange).name();
        try {
            book.disableAgent(
                    exchange.caller().person().name(), name, Fields.text(exchange, "reason"));
        } catch (AccessException e) {
            show(exchange, AccessProblems.status(e), String.valueOf(e.getMessage()));
            return;
        }
        exchange.redirect("/agents/" + Fields.segment(name));
    }

    private void enable(Exchange exchange) throws AccessException, IOException {
        String name = agent(exchange).name();
        try {
            ProofFields.give(exchange, proven.enable(name));
        } catch (ProofException e) {
            show(exchange, 403, String.valueOf(e.getMessage()));
            return;
        }
        exchange.redirect("/agents/" + Fields.segment(name));
    }
}
