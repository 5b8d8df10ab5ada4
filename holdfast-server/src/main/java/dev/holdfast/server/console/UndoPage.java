package dev.holdfast.server.console;

import dev.holdfast.guard.change.TableChange;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.composition.OfflineUndo;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.undo.UndoDiff;
import dev.holdfast.server.undo.UndoRefusedException;
import dev.holdfast.server.undo.UndoReport;
import dev.holdfast.server.undo.UndoText;
import dev.holdfast.server.undo.UndoWish;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestHandler;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What agents wrote, and putting it back: tried first, then done.
final class UndoPage implements Routes {
    private static final Pattern ID = Pattern.compile("txn_[0-9A-Za-z]{1,64}");
    private static final int LISTED = 100;
    private static final int ROWS = 20;
    private static final int AT_ONCE = 2;
    private static final long WAIT_SECONDS = 5;

    private final LiveParts parts;
    private final Semaphore turns = new Semaphore(AT_ONCE);

    UndoPage(LiveParts parts) {
        this.parts = parts;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/undo", Roles.SEE, inTurn(this::list));
        table.get("/undo/{id}", Roles.SEE, inTurn(exchange -> show(exchange, null)));
        table.post("/undo/{id}/try", Roles.OPERATE, inTurn(exchange -> apply(exchange, true)));
        table.post("/undo/{id}/apply", Roles.OPERATE, inTurn(exchange -> apply(exchange, false)));
    }

    /// So many at once: the journal's files are large, and the gateway needs its disk.
    private RequestHandler inTurn(RequestHandler handler) {
        return exchange -> {
            if (!turns.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new RequestRefused(
                        503, "busy", "too much of this is going on", "Try again in a moment.");
            }
            try {
                handler.handle(exchange);
            } finally {
                turns.release();
            }
        };
    }

    private OfflineUndo opened() throws IOException {
        try {
            return parts.undo();
        } catch (ConfigurationException e) {
            throw new RequestRefused(
                    503,
                    "policies_unreadable",
                    "the policy file cannot be read: " + e.problems().size() + " problems",
                    "Run 'holdfast policy check' where the gateway runs.");
        }
    }

    private void list(Exchange exchange) throws IOException {
        try (OfflineUndo undo = opened()) {
            List<JournalEntry> entries = undo.journal().list().stream().limit(LISTED).toList();
            exchange.html(Layout.page(exchange.caller(), Layout.Place.UNDO, "Undo", list(entries)));
        }
    }

    static Html list(List<JournalEntry> entries) {
        if (entries.isEmpty()) {
            return Html.of("<h1>Undo</h1><p class=\"calm\">No agent has written anything yet.</p>");
        }
        return Html.of(
                "<h1>Undo</h1><p class=\"dim\">What agents wrote, newest first. Each can be put back.</p><ul "
                        + "class=\"cards\">{}</ul>",
                entries.stream().map(UndoPage::card).collect(Html.joined()));
    }

    private static Html card(JournalEntry entry) {
        return Html.of(
                """
                <li><a class="card" href="/undo/{}"><span class="figure">{}</span>
                <span class="who">{} <span class="dim">on</span> {}</span><code>{}</code>
                <span class="foot"><span class="state {}">{}</span> <span class="dim">{}</span></span></a></li>
                """,
                entry.id(),
                Figures.rows(entry.measured().rows()),
                entry.principal().agent(),
                entry.principal().database(),
                entry.statements().isEmpty() ? "" : entry.statements().getFirst().redacted(),
                UndoText.state(entry),
                UndoText.state(entry),
                Figures.time(UndoText.instant(entry.keptAtEpochMicros()).toEpochMilli()));
    }

    private static JournalEntry entry(OfflineUndo undo, Exchange exchange) throws IOException {
        String id = exchange.path("id");
        if (!ID.matcher(id).matches()) {
            throw RequestRefused.notFound("this transaction");
        }
        return undo.journal().list().stream()
                .filter(entry -> entry.id().equals(id))
                .findFirst()
                .orElseThrow(() -> RequestRefused.notFound("this transaction"));
    }

    private void show(Exchange exchange, @Nullable Html news) throws IOException {
        try (OfflineUndo undo = opened()) {
            JournalEntry entry = entry(undo, exchange);
            Caller caller = exchange.caller();
            exchange.html(
                    Layout.page(
                            caller,
                            Layout.Place.UNDO,
                            "Undo " + entry.id(),
                            Html.of(
                                    "{}{}{}",
                                    head(entry, news),
                                    diff(undo, entry, caller),
                                    buttons(caller, entry))));
        }
    }

    private static Html head(JournalEntry entry, @Nullable Html news) {
        return Html.of(
                """
                <p class="crumb"><a href="/undo">Undo</a> / {}</p>
                <h1 class="big">{}</h1>{}
                <p class="who">{} <span class="dim">on</span> {} <span class="dim">{}</span></p>
                <ul class="reach">{}</ul>
                <section aria-labelledby="sql"><h2 id="sql">Statements, without their values</h2>
                <pre class="sql" tabindex="0"><code>{}</code></pre></section>
                """,
                entry.id(),
                Figures.rows(entry.measured().rows()) + " changed",
                news == null ? Html.NONE : news,
                entry.principal().agent(),
                entry.principal().database(),
                Figures.time(UndoText.instant(entry.keptAtEpochMicros()).toEpochMilli()),
                entry.measured().tables().stream().map(UndoPage::table).collect(Html.joined()),
                entry.statements().stream()
                        .map(statement ->
                                Html.of("{}\n", StatementText.marked(statement.redacted())))
                        .collect(Html.joined()));
    }

    private static Html table(TableChange change) {
        return Html.of(
                "<li class=\"node\"><span class=\"name\">{}</span><span class=\"counts\">{}</span></li>",
                change.relation(),
                EffectView.counts(change.deleted(), change.updated(), change.inserted()));
    }

    private static Html diff(OfflineUndo undo, JournalEntry entry, Caller caller)
            throws IOException {
        if (entry.encrypted()) {
            return Html.of(
                    "<p class=\"calm\">The journal is encrypted, and the gateway has no key. Run"
                            + " <code>holdfast undo</code> with <code>--identity</code>, where the key is.</p>");
        }
        if (!caller.person().is(Role.REVIEWER) && !caller.person().is(Role.OPERATOR)) {
            return Html.of("<p class=\"dim\">Rows are shown to reviewers and operators.</p>");
        }
        UndoDiff diff = new UndoDiff(undo::masks, entry.principal().policy(), "", ROWS);
        try (JournalReader reader = undo.journal().open(entry.id(), List.of())) {
            diff.read(reader);
        }
        return Html.of(
                "<section aria-labelledby=\"diff\"><h2 id=\"diff\">Some of the rows</h2><pre "
                        + "tabindex=\"0\">{}</pre></section>",
                diff.text());
    }

    private static Html buttons(Caller caller, JournalEntry entry) {
        if (!caller.person().is(Role.OPERATOR) || entry.encrypted()) {
            return Html.NONE;
        }
        return Html.of(
                """
                <section class="decide" aria-labelledby="back"><h2 id="back">Put it back</h2>
                <p>First a trial: everything is done and rolled back, and you see what would happen. Rows that
                were changed since are left alone and named.</p>
                <form method="post" action="/undo/{}/try">{}<button type="submit">Try it</button></form>
                <form method="post" action="/undo/{}/apply">{}
                <button class="primary" type="submit">Put the rows back</button></form></section>
                """,
                entry.id(),
                Layout.csrf(caller),
                entry.id(),
                Layout.csrf(caller));
    }

    private void apply(Exchange exchange, boolean dryRun) throws IOException {
        String person = exchange.caller().person().name();
        UndoWish wish =
                new UndoWish(person, List.of(), List.of(), false, dryRun, UndoWish.Triggers.AUTO);
        Html news;
        try (OfflineUndo undo = opened()) {
            JournalEntry entry = entry(undo, exchange);
            if (entry.encrypted()) {
                throw RequestRefused.conflict(
                        "encrypted",
                        "the journal is encrypted, and the gateway has no key",
                        "Run 'holdfast undo' with --identity, where the key is.");
            }
            String action = (dryRun ? "try undo " : "undo ") + entry.id();
            String database = entry.principal().database();
            try {
                UndoReport report = undo.undo(entry.id(), List.of(), wish);
                record(person, database, action, ActionEntry.Outcome.OK);
                news = report(report);
            } catch (UndoRefusedException e) {
                record(person, database, action, ActionEntry.Outcome.ERROR);
                news =
                        Html.of(
                                "<p class=\"problem\" role=\"alert\">{} {}</p>",
                                String.valueOf(e.getMessage()),
                                e.hint());
            }
        }
        show(exchange, news);
    }

    private static Html report(UndoReport report) {
        return Html.of(
                "<div class=\"{}\" role=\"status\"><pre>{}</pre></div>",
                report.conflicting() > 0 ? "problem" : "good",
                UndoText.text(report));
    }

    private void record(
            String person, String database, String action, ActionEntry.Outcome outcome) {
        boolean recorded =
                parts.audit()
                        .recordDurably(
                                ActionEntry.of(
                                        parts.clock(),
                                        person,
                                        database,
                                        action,
                                        "person.undo",
                                        outcome));
        if (!recorded) {
            throw RequestRefused.recordUnavailable();
        }
    }
}
