package dev.holdfast.server.console;

import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.server.access.SessionEnding;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.audit.Traffic;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.EventSink;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/// What happens at this moment: who is connected and what they run, and what waits for a person. A browser is
/// told when to look again; what it then gets is what whoever asks may see.
final class NowPage implements Routes {
    private static final Duration ANSWER_TIME = Duration.ofSeconds(1);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    private static final int SESSIONS_SHOWN_MAX = 200;

    private final SessionRegistry sessions;
    private final ApprovalBook book;
    private final Traffic traffic;
    private final SessionEnding ending;
    private final InstantSource clock;
    private final StopSwitch stopSwitch;

    NowPage(
            SessionRegistry sessions,
            ApprovalBook book,
            Traffic traffic,
            SessionEnding ending,
            InstantSource clock,
            StopSwitch stopSwitch) {
        this.stopSwitch = stopSwitch;
        this.sessions = sessions;
        this.book = book;
        this.traffic = traffic;
        this.ending = ending;
        this.clock = clock;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/", Roles.SEE, this::page);
        table.get("/now", Roles.SEE, this::part);
        table.events("/now/events", Roles.SEE, this::tell);
        table.post("/sessions/{id}/end", Roles.OPERATE, this::end);
    }

    private Html now(Caller caller) throws ApprovalException {
        return Html.of(
                "{}{}",
                stopSwitch.stopped(caller),
                content(
                        caller,
                        new Moment(
                                sessions.list(ANSWER_TIME).join(),
                                book.pending(),
                                traffic.statementsPerSecond(),
                                traffic.refused(),
                                clock.millis())));
    }

    private void page(Exchange exchange) throws ApprovalException {
        exchange.html(
                Layout.page(
                        exchange.caller(),
                        Layout.Place.NOW,
                        "Now",
                        Html.of(
                                "<div data-live=\"/now\" data-events=\"/now/events\">{}</div>{}",
                                now(exchange.caller()),
                                stopSwitch.form(exchange.caller()))));
    }

    private void part(Exchange exchange) throws ApprovalException {
        exchange.html(now(exchange.caller()).toString());
    }

    /// Says at each change of an approval, and else every two seconds, that it is time to look again.
    private AutoCloseable tell(Caller caller, EventSink sink) {
        AutoCloseable holds = book.onChange(_ -> sink.send("look", ""));
        AtomicBoolean over = new AtomicBoolean();
        Thread clockwork =
                Thread.ofVirtual()
                        .name("console-now")
                        .start(() -> {
                            try {
                                while (!over.get()) {
                                    Thread.sleep(LOOK_EVERY);
                                    sink.send("look", "");
                                }
                            } catch (InterruptedException _) {
                                // The listener is gone.
                                Thread.currentThread().interrupt();
                            }
                        });
        return () -> {
            over.set(true);
            clockwork.interrupt();
            holds.close();
        };
    }

    private void end(Exchange exchange) {
        SessionFacts session = ending.find(exchange.path("id"));
        if (session == null) {
            throw RequestRefused.notFound("this session");
        }
        if (!ending.end(exchange.caller().person().name(), session)) {
            throw RequestRefused.recordUnavailable();
        }
        exchange.redirect("/");
    }

    /// What there is to see.
    ///
    /// @param statements a second
    /// @param refused statements, within the last hour
    record Moment(
            List<SessionFacts> sessions,
            List<Held> waiting,
            double statements,
            long refused,
            long nowMillis) {}

    static Html content(Caller caller, Moment moment) {
        List<SessionFacts> sessions = moment.sessions();
        List<Held> waiting = moment.waiting();
        long agents = sessions.stream().map(each -> each.principal().agent()).distinct().count();
        long active =
                sessions.stream()
                        .filter(each -> each.activity().state() == SessionFacts.State.ACTIVE)
                        .count();
        return Html.of(
                """
                <h1>Now</h1>
                <dl class="figures">
                <div><dt>waiting for you</dt><dd class="{}">{}</dd></div>
                <div><dt>agents</dt><dd>{}</dd></div>
                <div><dt>sessions</dt><dd>{}</dd></div>
                <div><dt>running</dt><dd>{}</dd></div>
                <div><dt>statements a second</dt><dd>{}</dd></div>
                <div><dt><a href="/activity?decision=deny">refused</a> within an hour</dt><dd>{}</dd></div>
                </dl>
                {}
                <section aria-labelledby="sessions"><h2 id="sessions">Sessions</h2>{}</section>
                """,
                waiting.isEmpty() ? "calm" : "lost",
                waiting.size(),
                agents,
                sessions.size(),
                active,
                Figures.rate(moment.statements()),
                Figures.count(moment.refused()),
                waiting.isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<section aria-labelledby=\"holds\"><h2 id=\"holds\">Held</h2>{}</section>",
                                ApprovalView.cards(waiting, moment.nowMillis())),
                sessions.isEmpty()
                        ? Html.of("<p class=\"calm\">No agent is connected.</p>")
                        : table(caller, sessions, moment.nowMillis()));
    }

    private static Html table(Caller caller, List<SessionFacts> sessions, long nowMillis) {
        boolean operator = caller.person().is(Role.OPERATOR);
        int hidden = sessions.size() - SESSIONS_SHOWN_MAX;
        return Html.of(
                "<ul class=\"cards\">{}</ul>{}",
                sessions.stream()
                        .limit(SESSIONS_SHOWN_MAX)
                        .map(each -> session(caller, each, nowMillis, operator))
                        .collect(Html.joined()),
                hidden > 0 ? Html.of("<p class=\"dim\">And {} more.</p>", hidden) : Html.NONE);
    }

    static Html session(Caller caller, SessionFacts session, long nowMillis, boolean operator) {
        String state = session.activity().state().name().toLowerCase(Locale.ROOT);
        return Html.of(
                """
                <li class="card"><span class="who">{} <span class="dim">on</span> {}</span>
                <code>{}</code>
                <span class="foot"><span class="state {}">{}</span>
                <span class="dim">since {}</span>{}</span></li>
                """,
                session.principal().agent(),
                session.principal().database(),
                session.activity().statement(),
                state.replace('_', '-'),
                state.replace('_', ' '),
                Figures.distance(nowMillis, session.sinceEpochMillis()).replace(" ago", ""),
                operator
                        ? Html.of(
                                "<form method=\"post\" action=\"/sessions/{}/end\">{}<button class=\"danger "
                                        + "small\" type=\"submit\">End</button></form>",
                                session.id(),
                                Layout.csrf(caller))
                        : Html.NONE);
    }
}
