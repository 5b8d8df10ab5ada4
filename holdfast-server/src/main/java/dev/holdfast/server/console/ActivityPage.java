package dev.holdfast.server.console;

import dev.holdfast.server.audit.RecordSearch;
import dev.holdfast.server.audit.RecordSearch.CursorException;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What agents and people did: the record, searched. It has no literal values.
final class ActivityPage implements Routes {
    private static final int ENTRIES = 50;
    private static final Set<String> DECISIONS = Set.of("allow", "deny", "hold");

    private final RecordSearch search;

    ActivityPage(Path directory) {
        this.search = new RecordSearch(directory);
    }

    @Override
    public void add(RouteTable table) {
        table.get("/activity", Roles.SEE, this::page);
    }

    private void page(Exchange exchange) throws IOException {
        @Nullable String decision = exchange.query("decision");
        if (decision != null && !DECISIONS.contains(decision)) {
            throw RequestRefused.malformed("decision is none of allow, deny, hold");
        }
        @Nullable String text = exchange.query("text");
        @Nullable String agent = exchange.query("agent");
        RecordSearch.Found found;
        try {
            found =
                    search.search(
                            new RecordSearch.Wanted(agent, null, decision, text, null, null),
                            exchange.query("from"),
                            ENTRIES);
        } catch (CursorException e) {
            throw RequestRefused.malformed("from is " + e.getMessage());
        }
        Asked asked = new Asked(or(agent), or(decision), or(text));
        exchange.html(
                Layout.page(
                        exchange.caller(),
                        Layout.Place.ACTIVITY,
                        "Activity",
                        content(asked, found)));
    }

    /// What is looked for; empty for anything.
    record Asked(String agent, String decision, String text) {
        String query(String from) {
            return "/activity?agent=%s&decision=%s&text=%s&from=%s"
                    .formatted(coded(agent), coded(decision), coded(text), coded(from));
        }

        private static String coded(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
    }

    private static String or(@Nullable String text) {
        return text == null ? "" : text;
    }

    static Html content(Asked asked, RecordSearch.Found found) {
        String next = found.next();
        return Html.of(
                """
                <h1>Activity</h1>
                <form class="filter" method="get" action="/activity" role="search">
                <label>Contains <input name="text" value="{}" maxlength="200" type="search"></label>
                <label>Agent <input name="agent" value="{}" maxlength="100"></label>
                <label>Decision <select name="decision">{}{}{}{}</select></label>
                <button type="submit">Search</button></form>
                {}{}
                """,
                asked.text(),
                asked.agent(),
                option(asked, "", "any"),
                option(asked, "allow", "allow"),
                option(asked, "hold", "hold"),
                option(asked, "deny", "deny"),
                found.entries().isEmpty()
                        ? Html.of("<p class=\"calm\">Nothing in this part of the record.</p>")
                        : Html.of(
                                "<ul class=\"cards\">{}</ul>",
                                found.entries().stream()
                                        .map(ActivityPage::entry)
                                        .collect(Html.joined())),
                next == null
                        ? Html.NONE
                        : Html.of(
                                "<p><a class=\"button\" href=\"{}\">Older</a></p>",
                                asked.query(next)));
    }

    private static Html option(Asked asked, String value, String text) {
        return Html.of(
                "<option value=\"{}\"{}>{}</option>",
                value,
                asked.decision().equals(value) ? Html.of(" selected") : Html.NONE,
                text);
    }

    private static Html entry(Map<String, Object> entry) {
        String decision = text(entry, "decision");
        String database = text(entry, "database");
        return Html.of(
                """
                <li class="card"><span class="who">{}{}</span>
                <code>{}</code>
                <span class="foot"><span class="state {}">{}</span>
                <span class="dim">{} · {} · {}</span></span></li>
                """,
                text(entry, "agent"),
                // What people do need not concern one.
                Html.when(
                        !database.isEmpty(),
                        Html.of(" <span class=\"dim\">on</span> {}", database)),
                text(entry, "statement"),
                decision,
                decision,
                text(entry, "rule"),
                text(entry, "outcome"),
                time(text(entry, "time")));
    }

    private static Html time(String text) {
        try {
            return Figures.time(Instant.parse(text).toEpochMilli());
        } catch (DateTimeParseException _) {
            // A line that somebody else wrote.
            return Html.text(text);
        }
    }

    private static String text(Map<String, Object> entry, String name) {
        Object value = entry.get(name);
        return value == null ? "–" : value.toString();
    }
}
