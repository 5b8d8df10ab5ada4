package dev.holdfast.server.console;

import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.people.Role;
import dev.holdfast.server.web.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What is held, as people read it: first what would be lost, in figures, then everything that the figures
/// rest on, then the decision.
final class ApprovalView {
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
                <span class="foot"><span class="state {}">{}</span>{} <span class="dim">{}</span></span>
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
                counted(held),
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

    /// How many of those who have to have approved; nothing where one is enough.
    private static Html counted(Held held) {
        if (held.peopleNeeded() < 2) {
            return Html.NONE;
        }
        return Html.of(
                " <span class=\"state\">{} of {} people</span>",
                approved(held).size(),
                held.peopleNeeded());
    }

    private static List<String> approved(Held held) {
        return held.words().stream()
                .filter(word -> word.said() == Held.Word.Said.APPROVED)
                .map(Held.Word::person)
                .toList();
    }

    /// What its state means, where the state's name does not say all.
    private static Html meaning(Held held) {
        String meaning =
                switch (held.state()) {
                    case PENDING, REJECTED, CHANGES_REQUESTED, VOID -> "";
                    case APPROVED -> "It may run once, until the time is over. It has not run yet.";
                    case EXPIRED ->
                            "Its time is over: nothing was changed. Who wants it still has to send it again,"
                                    + " and people are asked anew.";
                    case USED -> "It has run. It cannot run a second time on this word.";
                    case AMBIGUOUS ->
                            "It was taken to be run, and how that ended is not known yet. It is looked for.";
                };
        return meaning.isEmpty() ? Html.NONE : Html.of("<p class=\"dim\">{}</p>", meaning);
    }

    /// The whole of one.
    ///
    /// @param problem why the last try to decide did not count; null where there was none
    /// @param closing how to close it where it is in doubt
    static Html detail(
            Caller caller, Held held, long nowMillis, @Nullable String problem, Html closing) {
        HeldStatement statement = held.statement();
        return Html.of(
                """
                <p class="crumb"><a href="/approvals">Approvals</a> / {}</p>
                <p class="foot"><span class="state {}">{}</span>{} <span class="dim">{}</span></p>
                <h1 class="figure big">{}</h1>
                {}{}{}
                <div class="case"><div>
                <section aria-labelledby="effect"><h2 id="effect">What would change</h2>{}</section>
                <section aria-labelledby="sql"><h2 id="sql">The statement</h2>
                {}<pre class="sql" tabindex="0"><code>{}</code></pre>{}{}</section>
                <section aria-labelledby="why"><h2 id="why">Who, and why it is held</h2>{}</section>
                <section aria-labelledby="rows"><h2 id="rows">Some of the rows</h2>{}</section>
                <section aria-labelledby="facts"><h2 id="facts">Can it be taken back?</h2>{}</section>
                <section aria-labelledby="waits"><h2 id="waits">Who has to wait meanwhile?</h2>{}{}</section>
                </div><div class="verdict">{}{}{}</div></div>
                """,
                held.id(),
                held.state().text(),
                held.state().text().replace('-', ' '),
                counted(held),
                held.isOpen()
                        ? "expires " + Figures.distance(nowMillis, held.expiresAtEpochMillis())
                        : "asked " + Figures.distance(nowMillis, held.askedAtEpochMillis()),
                headline(held),
                meaning(held),
                problem == null
                        ? Html.NONE
                        : Html.of("<p class=\"problem\" role=\"alert\">{}</p>", problem),
                Html.when(
                        !held.note().isEmpty(),
                        Html.of("<p class=\"problem\">{}</p>", held.note())),
                EffectView.changes(held.effect()),
                StatementText.length(statement.text()),
                StatementText.marked(statement.text()),
                StatementText.letters(statement.text()),
                parameters(statement),
                asked(held),
                SampleView.samples(held.effect().samples()),
                reversal(held),
                EffectView.waiting(held.effect()),
                EffectView.plan(held.effect()),
                words(held),
                closing,
                decision(caller, held));
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

    private static Html reversal(Held held) {
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
                </dl>
                """,
                undo);
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
                                            case CLOSED -> "closed it";
                                            case SAID_IT_RAN -> "closed it, saying that it ran";
                                            case SAID_IT_DID_NOT_RUN ->
                                                    "closed it, saying that it did not run";
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
        List<String> approved = approved(held);
        if (approved.contains(caller.person().name())) {
            return Html.of(
                    """
                    <section><p class="calm" role="status">
                    <strong>You have approved. One more person has to.</strong>
                    It runs when somebody else, with a passkey or codes of their own, has looked at it
                    too.</p></section>
                    """);
        }
        return Html.of(
                """
                <section class="decide" aria-labelledby="decide"><h2 id="decide">Decide</h2>{}
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
                others(held, approved),
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

    /// What else it takes where one person is not enough.
    private static Html others(Held held, List<String> approved) {
        if (held.peopleNeeded() < 2) {
            return Html.NONE;
        }
        return Html.of(
                "<p>{}</p>",
                approved.isEmpty()
                        ? "Two people have to approve this. You would be the first; it does not run yet."
                        : "%s has approved. With you it is enough, and it runs."
                                .formatted(String.join(", ", approved)));
    }
}
