package dev.holdfast.server.console;

import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.Grant;
import dev.holdfast.server.access.GrantTerms;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import java.util.List;
import java.util.Locale;

/// Access as people read it: in one line first, then for how long, then the words for it.
final class AccessView {
    private static final int SHOWN_MAX = 200;

    private AccessView() {}

    /// `select, delete on shop.orders`.
    static String allows(GrantTerms terms) {
        List<String> tables = terms.tableTexts();
        int more = tables.size() - 3;
        return "%s on %s%s"
                .formatted(
                        String.join(", ", terms.operationWords()),
                        String.join(", ", tables.subList(0, Math.min(3, tables.size()))),
                        more > 0 ? " and %d more".formatted(more) : "");
    }

    static String rows(GrantTerms terms) {
        return terms.writes() ? "up to " + Figures.rows(terms.rowsMax()) : "changes nothing";
    }

    static String minutes(long millis) {
        long minutes = millis / 60_000;
        return minutes % 60 == 0 && minutes > 0
                ? minutes / 60 + " h"
                : minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
    }

    static Html requests(List<AccessRequest> requests, long nowMillis) {
        return Html.of(
                "<ul class=\"cards\">{}</ul>{}",
                requests.stream()
                        .limit(SHOWN_MAX)
                        .map(each -> request(each, nowMillis))
                        .collect(Html.joined()),
                more(requests.size()));
    }

    private static Html request(AccessRequest request, long nowMillis) {
        return Html.of(
                """
                <li><a class="card" href="/requests/{}"><span class="figure">{}</span>
                <span class="who">{} <span class="dim">on</span> {}</span><code>{}</code>
                <span class="foot"><span class="state {}">{}</span>
                <span class="dim">{} · for {} · asked {}</span></span></a></li>
                """,
                request.id(),
                request.task(),
                request.agent(),
                request.database(),
                allows(request.terms()),
                state(request.state()),
                state(request.state()),
                rows(request.terms()),
                minutes(request.timeMillis()),
                Figures.distance(nowMillis, request.createdAt()));
    }

    static Html grants(List<Grant> grants, long nowMillis) {
        return Html.of(
                "<ul class=\"cards\">{}</ul>{}",
                grants.stream()
                        .limit(SHOWN_MAX)
                        .map(each -> grant(each, nowMillis))
                        .collect(Html.joined()),
                more(grants.size()));
    }

    private static Html grant(Grant grant, long nowMillis) {
        boolean over = grant.endedAt() != 0;
        return Html.of(
                """
                <li><a class="card" href="/grants/{}"><span class="figure">{}</span>
                <span class="who">{} <span class="dim">on</span> {}</span><code>{}</code>
                <span class="foot"><span class="state {}">{}</span>
                <span class="dim">{} · {} {}</span></span></a></li>
                """,
                grant.id(),
                grant.task(),
                grant.agent(),
                grant.database(),
                allows(grant.terms()),
                state(grant.state()),
                state(grant.state()),
                rows(grant.terms()),
                over ? "ended" : "ends",
                Figures.distance(nowMillis, over ? grant.endedAt() : grant.expiresAt()));
    }

    private static Html more(int all) {
        return all <= SHOWN_MAX
                ? Html.NONE
                : Html.of("<p class=\"dim\">And {} more.</p>", all - SHOWN_MAX);
    }

    static String state(Grant.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static String state(AccessRequest.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /// What there is to know about a grant.
    static Html facts(Grant grant, long nowMillis) {
        boolean over = grant.endedAt() != 0;
        return Html.of(
                """
                <dl class="facts">
                <dt>Agent</dt><dd><a href="/agents/{}">{}</a> on {}</dd>
                <dt>Allows</dt><dd>{}</dd>
                <dt>Rows</dt><dd>{}</dd>
                <dt>Justification</dt><dd>{}</dd>
                <dt>Given by</dt><dd>{}, {}</dd>
                {}
                <dt>Logs in as</dt><dd><code>{}</code></dd>
                <dt>PostgreSQL role</dt><dd>{}</dd>
                </dl>
                """,
                Fields.segment(grant.agent()),
                grant.agent(),
                grant.database(),
                list(grant.terms()),
                rows(grant.terms()),
                grant.justification(),
                grant.createdBy(),
                Figures.time(grant.createdAt()),
                over
                        ? Html.of(
                                "<dt>Ended</dt><dd>{}{}{}</dd>",
                                Figures.time(grant.endedAt()),
                                grant.endedBy().isEmpty() ? "" : " by " + grant.endedBy(),
                                grant.endReason().isEmpty() ? "" : ": " + grant.endReason())
                        : Html.of(
                                "<dt>Ends</dt><dd>{} <span class=\"dim\">{}; can be renewed until {}</span></dd>",
                                Figures.time(grant.expiresAt()),
                                Figures.distance(nowMillis, grant.expiresAt()),
                                Figures.time(grant.renewableUntil())),
                grant.id(),
                grant.role().isEmpty()
                        ? Html.of("<span class=\"dim\">the agent's own</span>")
                        : Html.of("<code>{}</code>, made for this grant", grant.role()));
    }

    /// All that is allowed, a table a line.
    static Html list(GrantTerms terms) {
        return Html.of(
                "<strong>{}</strong> on{}",
                String.join(", ", terms.operationWords()),
                terms.tableTexts().stream()
                        .map(table -> Html.of("\n<code>{}</code>", table))
                        .collect(Html.joined()));
    }

    /// What the agent logs in with: shown in the answer to the form that gave it, and kept nowhere.
    static Html issued(IssuedGrant issued) {
        Grant grant = issued.grant();
        return Html.of(
                """
                <p class="crumb"><a href="/agents">Agents</a> / <a href="/grants/{}">{}</a></p>
                <h1>{} may work now</h1>
                <p class="note" role="status">Hand this on now. The password is shown this once and kept
                nowhere: who loses it needs another grant.</p>
                <dl class="facts">
                <dt>User</dt><dd><code class="phrase" id="user">{}</code></dd>
                <dt>Password</dt><dd><code class="phrase" id="password">{}</code></dd>
                <dt>Database</dt><dd>{}</dd>
                <dt>Allows</dt><dd>{}</dd>
                <dt>Rows</dt><dd>{}</dd>
                <dt>Ends</dt><dd>{}</dd>
                </dl>{}
                <p><a class="button" href="/grants/{}">To the grant</a></p>
                """,
                grant.id(),
                grant.id(),
                grant.agent(),
                grant.id(),
                issued.password(),
                grant.database(),
                list(grant.terms()),
                rows(grant.terms()),
                Figures.time(grant.expiresAt()),
                issued.warnings().isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<h2>The database allows this besides</h2><ul>{}</ul>",
                                issued.warnings().stream()
                                        .map(warning -> Html.of("<li>{}</li>", warning))
                                        .collect(Html.joined())),
                grant.id());
    }

    /// Live sessions, each of which an operator can end.
    static Html sessions(Caller caller, List<SessionFacts> sessions, long nowMillis) {
        if (sessions.isEmpty()) {
            return Html.of("<p class=\"calm\">Nobody is connected.</p>");
        }
        boolean operator = caller.person().is(Role.OPERATOR);
        return Html.of(
                "<ul class=\"cards\">{}</ul>{}",
                sessions.stream()
                        .limit(SHOWN_MAX)
                        .map(each -> NowPage.session(caller, each, nowMillis, operator))
                        .collect(Html.joined()),
                more(sessions.size()));
    }

    static Html problem(String problem) {
        return problem.isEmpty()
                ? Html.NONE
                : Html.of("<p class=\"problem\" role=\"alert\">{}</p>", problem);
    }
}
