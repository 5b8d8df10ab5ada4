package dev.holdfast.server.console;

import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.RowSample;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What is held, as people read it: first what would be lost, in figures, then everything that the figures
/// rest on, then the decision.
final class ApprovalView {
    private static final int TABLES_SHOWN_MAX = 100;

    private ApprovalView() {}

    /// The list: what waits first, then what was decided.
    static Html list(List<Held> all, long nowMillis) {
        List<Held> open = all.stream().filter(Held::isOpen).toList();
        List<Held> closed = all.stream().filter(held -> !held.isOpen()).toList();
        return Html.of(
                """
                <h1>Approvals</h1>
                <section aria-labelledby="waiting"><h2 id="waiting">Waiting <span class="badge">{}</span></h2>
                {}</section>
                <section aria-labelledby="decided"><h2 id="decided">Decided</h2>{}</section>
                """,
                open.size(),
                open.isEmpty()
                        ? Html.of("<p class=\"calm\">Nothing waits for a decision.</p>")
                        : cards(open, nowMillis),
                closed.isEmpty()
                        ? Html.of("<p class=\"dim\">Nothing has been decided yet.</p>")
                        : cards(closed, nowMillis));
    }

    /// What waits, in short.
    static Html cards(List<Held> some, long nowMillis) {
        return Html.of(
                "<ul class=\"cards\">{}</ul>",
                some.stream().map(held -> card(held, nowMillis)).collect(Html.joined()));
    }

    private static Html card(Held held, long nowMillis) {
        return Html.of(
                """
                <li><a class="card" href="/approvals/{}">
                <span class="figure">{}</span>
                <span class="who">{} <span class="dim">on</span> {}</span>
                <code>{}</code>
                <span class="foot"><span class="state {}">{}</span> <span class="dim">{}</span></span>
                </a></li>
                """,
                held.id(),
                headline(held),
                held.statement().principal().agent(),
                held.statement().principal().database(),
                // The list shows no literal value; the approval itself does.
                held.statement().redacted(),
                held.state().text(),
                held.state().text().replace('-', ' '),
                held.isOpen()
                        ? "expires " + Figures.distance(nowMillis, held.expiresAtEpochMillis())
                        : "asked " + Figures.distance(nowMillis, held.askedAtEpochMillis()));
    }

    /// The one line that counts.
    static String headline(Held held) {
        MeasuredEffect effect = held.effect();
        if (!effect.things().isEmpty()) {
            String more =
                    effect.things().size() > 1
                            ? " and %d more".formatted(effect.things().size() - 1)
                            : "";
            return "Destroys " + effect.things().getFirst() + more;
        }
        long deleted = sum(effect, Change.DELETED);
        long updated = sum(effect, Change.UPDATED);
        long inserted = sum(effect, Change.INSERTED);
        List<String> parts = new ArrayList<>();
        if (deleted > 0) {
            parts.add("deletes " + Figures.rows(deleted));
        }
        if (updated > 0) {
            parts.add("changes " + Figures.rows(updated));
        }
        if (inserted > 0) {
            parts.add("adds " + Figures.rows(inserted));
        }
        if (parts.isEmpty()) {
            return held.statement().kind() == Decision.Hold.Kind.READ
                    ? "Reads only"
                    : "Changes no rows";
        }
        String line = String.join(", ", parts);
        return Character.toUpperCase(line.charAt(0)) + line.substring(1);
    }

    private enum Change {
        DELETED,
        UPDATED,
        INSERTED
    }

    private static long sum(MeasuredEffect effect, Change change) {
        return effect.tables().stream()
                .mapToLong(table ->
                        switch (change) {
                            case DELETED -> table.deleted();
                            case UPDATED -> table.updated();
                            case INSERTED -> table.inserted();
                        })
                .sum();
    }

    /// The whole of one.
    ///
    /// @param problem why the last try to decide did not count; null where there was none
    static Html detail(Caller caller, Held held, long nowMillis, @Nullable String problem) {
        HeldStatement statement = held.statement();
        return Html.of(
                """
                <p class="crumb"><a href="/approvals">Approvals</a> / {}</p>
                <p class="foot"><span class="state {}">{}</span> <span class="dim">{}</span></p>
                <h1 class="figure big">{}</h1>
                {}{}
                <section aria-labelledby="effect"><h2 id="effect">What would change</h2>{}</section>
                <section aria-labelledby="sql"><h2 id="sql">The statement</h2>
                <pre class="sql" tabindex="0"><code>{}</code></pre>{}</section>
                <section aria-labelledby="why"><h2 id="why">Who, and why it is held</h2>{}</section>
                <section aria-labelledby="rows"><h2 id="rows">Some of the rows</h2>{}</section>
                <section aria-labelledby="facts"><h2 id="facts">Can it be taken back?</h2>{}</section>
                {}{}
                """,
                held.id(),
                held.state().text(),
                held.state().text().replace('-', ' '),
                held.isOpen()
                        ? "expires " + Figures.distance(nowMillis, held.expiresAtEpochMillis())
                        : "asked " + Figures.distance(nowMillis, held.askedAtEpochMillis()),
                headline(held),
                problem == null
                        ? Html.NONE
                        : Html.of("<p class=\"problem\" role=\"alert\">{}</p>", problem),
                Html.when(
                        !held.note().isEmpty(),
                        Html.of("<p class=\"problem\">{}</p>", held.note())),
                effect(held.effect()),
                StatementText.marked(statement.text()),
                parameters(statement),
                asked(held),
                samples(held.effect().samples()),
                reversal(held),
                words(held),
                decision(caller, held));
    }

    private static Html effect(MeasuredEffect effect) {
        Html things =
                effect.things().isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<p>Gone as a whole:</p><ul>{}</ul>",
                                effect.things().stream()
                                        .map(thing ->
                                                Html.of("<li><strong>{}</strong></li>", thing))
                                        .collect(Html.joined()));
        if (effect.tables().isEmpty()) {
            return effect.things().isEmpty() ? Html.of("<p>No row of any table.</p>") : things;
        }
        List<TableEffect> ordered =
                effect.tables().stream()
                        .sorted(Comparator.comparingLong(TableEffect::rows).reversed())
                        .toList();
        Html rows =
                ordered.stream()
                        .limit(TABLES_SHOWN_MAX)
                        .map(ApprovalView::table)
                        .collect(Html.joined());
        int hidden = ordered.size() - TABLES_SHOWN_MAX;
        return Html.of(
                "{}<ul class=\"reach\">{}</ul>{}<p class=\"dim\">Counted by the database while the"
                        + " statement was rehearsed and rolled back; cascades, triggers and partitions"
                        + " included. If more rows than these would change when it runs, it is rolled"
                        + " back.</p>",
                things,
                rows,
                hidden > 0
                        ? Html.of("<p class=\"problem\">And {} more tables.</p>", hidden)
                        : Html.NONE);
    }

    private static Html table(TableEffect table) {
        List<Html> counts = new ArrayList<>();
        if (table.deleted() > 0) {
            counts.add(
                    Html.of("<b class=\"lost\">−{}</b> deleted ", Figures.count(table.deleted())));
        }
        if (table.updated() > 0) {
            counts.add(
                    Html.of("<b class=\"edit\">~{}</b> changed ", Figures.count(table.updated())));
        }
        if (table.inserted() > 0) {
            counts.add(
                    Html.of("<b class=\"more\">+{}</b> added ", Figures.count(table.inserted())));
        }
        long touched = table.deleted() + table.updated();
        boolean known = table.rowsBefore() >= 0;
        return Html.of(
                """
                <li><span class="name">{}</span><span class="counts">{}</span>
                <svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="whole" width="1000" height="10"/>{}</svg>
                <span class="dim">{}</span></li>
                """,
                table.relation(),
                Html.all(counts),
                known && touched > 0
                        ? Html.of(
                                "<rect class=\"{}\" width=\"{}\" height=\"10\"/>",
                                table.deleted() > 0 ? "lost" : "edit",
                                Math.max(6, Figures.tenths(touched, table.rowsBefore())))
                        : Html.NONE,
                known
                        ? "%s of %s"
                                .formatted(
                                        touched == 0
                                                ? "none"
                                                : Figures.share(touched, table.rowsBefore()),
                                        Figures.rows(table.rowsBefore()))
                        : "its size is not known");
    }

    private static Html parameters(HeldStatement statement) {
        List<@Nullable String> values = statement.parameters();
        if (values.isEmpty()) {
            return Html.NONE;
        }
        return Html.of(
                "<dl class=\"facts\">{}</dl>",
                IntStream.range(0, values.size())
                        .mapToObj(at -> {
                            String value = values.get(at);
                            return Html.of(
                                    "<dt>${}</dt><dd>{}</dd>",
                                    at + 1,
                                    value == null
                                            ? Html.of("<em>NULL</em>")
                                            : Html.of("<code>{}</code>", value));
                        })
                        .collect(Html.joined()));
    }

    private static Html asked(Held held) {
        HeldStatement statement = held.statement();
        return Html.of(
                """
                <dl class="facts">
                <dt>Agent</dt><dd>{} on {}</dd>
                <dt>Task</dt><dd>{}</dd>
                <dt>Justification</dt><dd>{}</dd>
                <dt>Held because</dt><dd>{} <span class="dim">rule {}, policy {}</span></dd>
                <dt>Asked</dt><dd>{}</dd>
                <dt>Expires</dt><dd>{}</dd>
                <dt>People needed</dt><dd>{}</dd>
                </dl>
                """,
                statement.principal().agent(),
                statement.principal().database(),
                said(held.purpose().task()),
                said(held.purpose().justification()),
                statement.reason(),
                statement.rule(),
                statement.principal().policy(),
                Figures.time(held.askedAtEpochMillis()),
                Figures.time(held.expiresAtEpochMillis()),
                held.peopleNeeded());
    }

    private static Html said(String text) {
        return text.isEmpty() ? Html.of("<span class=\"dim\">nobody said</span>") : Html.text(text);
    }

    private static Html samples(List<RowSample> samples) {
        if (samples.isEmpty()) {
            return Html.of("<p class=\"dim\">The rehearsal kept none.</p>");
        }
        Map<String, List<RowSample>> alike = new LinkedHashMap<>();
        for (RowSample sample : samples) {
            String kind = sample.after().isEmpty() ? "-" : sample.before().isEmpty() ? "+" : "";
            alike.computeIfAbsent(kind + sample.relation(), _ -> new ArrayList<>()).add(sample);
        }
        return alike.values().stream()
                .map(group ->
                        group.getFirst().before().isEmpty() || group.getFirst().after().isEmpty()
                                ? wholeRows(group)
                                : group.stream().map(ApprovalView::sample).collect(Html.joined()))
                .collect(Html.joined());
    }

    /// Rows that are added, or that are deleted, of one table.
    private static Html wholeRows(List<RowSample> rows) {
        RowSample first = rows.getFirst();
        boolean added = first.before().isEmpty();
        Html head =
                first.columns().stream()
                        .map(column -> Html.of("<th scope=\"col\">{}</th>", column))
                        .collect(Html.joined());
        Html lines =
                rows.stream()
                        .map(row -> {
                            List<@Nullable String> values = added ? row.after() : row.before();
                            Html cells =
                                    IntStream.range(0, values.size())
                                            .mapToObj(at ->
                                                    value(values.get(at), added ? "more" : "lost"))
                                            .collect(Html.joined());
                            return Html.of("<tr>{}</tr>", cells);
                        })
                        .collect(Html.joined());
        return Html.of(
                """
                <div class="scroll" tabindex="0" role="group" aria-label="Rows of {}"><table><caption>{}{}</caption>
                <thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>
                """,
                first.relation(),
                first.relation(),
                added ? ", added" : ", deleted",
                head,
                lines);
    }

    private static Html sample(RowSample sample) {
        boolean before = !sample.before().isEmpty();
        boolean after = !sample.after().isEmpty();
        Html lines =
                IntStream.range(0, sample.columns().size())
                        .mapToObj(at ->
                                Html.of(
                                        "<tr><th scope=\"row\">{}</th>{}{}</tr>",
                                        sample.columns().get(at),
                                        Html.when(
                                                before,
                                                before
                                                        ? value(sample.before().get(at), "lost")
                                                        : Html.NONE),
                                        Html.when(
                                                after,
                                                after
                                                        ? value(sample.after().get(at), "more")
                                                        : Html.NONE)))
                        .collect(Html.joined());
        return Html.of(
                """
                <div class="scroll" tabindex="0" role="group" aria-label="A row of {}"><table><caption>{}{}</caption>
                <thead><tr><th scope="col">column</th>{}{}</tr></thead><tbody>{}</tbody></table></div>
                """,
                sample.relation(),
                sample.relation(),
                before && after ? "" : before ? ", deleted" : ", added",
                Html.when(before, Html.of("<th scope=\"col\">before</th>")),
                Html.when(after, Html.of("<th scope=\"col\">after</th>")),
                lines);
    }

    private static Html value(@Nullable String value, String kind) {
        return value == null
                ? Html.of("<td><em>NULL</em></td>")
                : Html.of("<td class=\"{}\">{}</td>", kind, value);
    }

    private static Html reversal(Held held) {
        MeasuredEffect effect = held.effect();
        String undo =
                switch (held.statement().kind()) {
                    case READ -> "There is nothing to take back: it reads.";
                    case ROWS, NOT_HERE ->
                            "Every row is kept as it was before the statement commits, or it does not"
                                    + " commit. Undo puts them back.";
                    case DESTROY ->
                            "What is destroyed goes to the quarantine first, where it can be put back"
                                    + " from until it is purged.";
                };
        return Html.of(
                """
                <dl class="facts">
                <dt>Undo</dt><dd>{}</dd>
                <dt>Backup</dt><dd>not proven yet <span class="dim">nothing here has restored one</span></dd>
                <dt>Rehearsal took</dt><dd>{}</dd>
                <dt>Locks</dt><dd>{}</dd>
                </dl>{}
                """,
                undo,
                Figures.duration(effect.durationMicros()),
                effect.locks().isEmpty()
                        ? Html.of("<span class=\"dim\">not known</span>")
                        : Html.text(String.join("\n", effect.locks())),
                effect.plan().isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<details><summary>PostgreSQL's plan</summary><pre tabindex=\"0\">{}</pre></details>",
                                String.join("\n", effect.plan())));
    }

    private static Html words(Held held) {
        if (held.words().isEmpty()) {
            return Html.NONE;
        }
        return Html.of(
                "<section aria-labelledby=\"said\"><h2 id=\"said\">What people said</h2><ul "
                        + "class=\"plain\">{}</ul></section>",
                held.words().stream()
                        .map(word ->
                                Html.of(
                                        "<li><strong>{}</strong> {} {}<span class=\"dim\">{} {}</span></li>",
                                        word.person(),
                                        switch (word.said()) {
                                            case APPROVED -> "approved";
                                            case REJECTED -> "rejected";
                                            case CHANGES_REQUESTED -> "asked for changes";
                                            case BROKE_GLASS -> "broke the glass";
                                        },
                                        word.words().isEmpty()
                                                ? Html.NONE
                                                : Html.of("<q>{}</q> ", word.words()),
                                        word.proofKind().isEmpty()
                                                ? Html.NONE
                                                : Html.of(
                                                        "by {} ",
                                                        word.proofKind().equals("PASSKEY")
                                                                ? "passkey"
                                                                : "code"),
                                        Figures.time(word.atEpochMillis())))
                        .collect(Html.joined()));
    }

    private static Html decision(Caller caller, Held held) {
        if (!held.isOpen()) {
            return Html.NONE;
        }
        if (!caller.person().is(Role.REVIEWER)) {
            return Html.of(
                    "<section><p class=\"calm\">A reviewer decides this; you may look.</p></section>");
        }
        return Html.of(
                """
                <section class="decide" aria-labelledby="decide"><h2 id="decide">Decide</h2>
                <form method="post" action="/approvals/{}/approve" data-passkey="/approvals/{}/passkey"
                autocomplete="off">{}
                <input type="hidden" name="digest" value="{}"><input type="hidden" name="assertion">
                <label for="phrase">Type exactly <code class="phrase">{}</code></label>
                <input id="phrase" name="phrase" required maxlength="400" autocapitalize="characters"
                spellcheck="false">
                <div class="row"><button class="primary" type="submit" name="by"
                value="passkey">Approve with passkey</button></div>
                <details><summary>Without a passkey: a code</summary>
                <label for="code">Code of six digits from your app</label>
                <input id="code" name="code" inputmode="numeric" pattern="[0-9]{6}" maxlength="6"
                autocomplete="one-time-code">
                <button type="submit" name="by" value="code">Approve with code</button></details>
                <p class="problem" role="alert" hidden></p>
                </form>
                <details><summary>Ask for changes</summary>
                <form method="post" action="/approvals/{}/changes">{}
                <label for="wish">What should be different? The agent reads this.</label>
                <textarea id="wish" name="words" required maxlength="1000" rows="3"></textarea>
                <button type="submit">Ask for changes</button></form></details>
                <details><summary>Reject</summary>
                <form method="post" action="/approvals/{}/reject">{}
                <label for="reason">Why? The agent reads this.</label>
                <textarea id="reason" name="words" maxlength="1000" rows="3"></textarea>
                <button class="danger" type="submit">Reject</button></form></details>
                <p class="dim">A session alone approves nothing: the passkey signs <code>{}</code>, which stands
                for this statement, its parameters and these figures.</p>
                </section>
                """,
                held.id(),
                held.id(),
                Layout.csrf(caller),
                held.digest(),
                held.phrase(),
                held.id(),
                Layout.csrf(caller),
                held.id(),
                Layout.csrf(caller),
                held.digest().substring(0, 16) + "…");
    }
}
