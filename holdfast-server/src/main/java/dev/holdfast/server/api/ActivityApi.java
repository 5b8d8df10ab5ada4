package dev.holdfast.server.api;

import dev.holdfast.server.audit.RecordSearch;
import dev.holdfast.server.audit.RecordSearch.CursorException;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What agents and people did: the record, searched.
final class ActivityApi implements DocumentedRoutes {
    private static final Set<String> PARAMETERS =
            Set.of("agent", "database", "decision", "text", "since", "until", "from", "limit");
    private static final Set<String> DECISIONS = Set.of("allow", "deny", "hold");
    private static final int ENTRIES = 50;
    private static final int ENTRIES_MAX = 500;
    private static final int SEARCHES_AT_ONCE = 2;

    private final RecordSearch search;

    ActivityApi(Path directory) {
        this.search = new RecordSearch(directory);
    }

    @Override
    public String document() {
        return "activity";
    }

    @Override
    public void add(RouteTable table) {
        table.get(
                "/api/v1/activity",
                Allowed.SEE,
                new Limited(SEARCHES_AT_ONCE).handler(this::activity));
    }

    private void activity(Exchange exchange) throws IOException {
        exchange.onlyQuery(PARAMETERS);
        String decision = exchange.query("decision");
        if (decision != null && !DECISIONS.contains(decision)) {
            throw RequestRefused.malformed("decision is none of allow, deny, hold");
        }
        RecordSearch.Found found;
        try {
            found =
                    search.search(
                            new RecordSearch.Wanted(
                                    exchange.query("agent"),
                                    exchange.query("database"),
                                    decision,
                                    exchange.query("text"),
                                    moment(exchange, "since"),
                                    moment(exchange, "until")),
                            exchange.query("from"),
                            (int) exchange.query("limit", 1, ENTRIES_MAX, ENTRIES));
        } catch (CursorException e) {
            throw RequestRefused.malformed("from is " + e.getMessage());
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("entries", found.entries());
        if (found.next() != null) {
            answer.put("next", found.next());
        }
        exchange.answer(answer);
    }

    private static @Nullable Instant moment(Exchange exchange, String name) {
        String text = exchange.query(name);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException _) {
            throw RequestRefused.malformed(
                    name + " is not a time (expected: 2026-01-31T23:59:59Z)");
        }
    }
}
