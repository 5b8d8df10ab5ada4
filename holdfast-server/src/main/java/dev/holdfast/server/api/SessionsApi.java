package dev.holdfast.server.api;

import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.server.access.SessionEnding;
import dev.holdfast.server.audit.Traffic;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What agents do at this moment, and ending it.
final class SessionsApi implements DocumentedRoutes {
    private static final Duration ANSWER_TIME = Duration.ofSeconds(1);

    private final SessionRegistry sessions;
    private final Traffic traffic;
    private final SessionEnding ending;

    SessionsApi(SessionRegistry sessions, Traffic traffic, SessionEnding ending) {
        this.sessions = sessions;
        this.traffic = traffic;
        this.ending = ending;
    }

    @Override
    public String document() {
        return "sessions";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/sessions", Allowed.SEE, this::list);
        table.get("/api/v1/traffic", Allowed.SEE, this::traffic);
        table.delete("/api/v1/sessions/{id}", Allowed.OPERATE, this::end);
    }

    private void list(Exchange exchange) {
        exchange.onlyQuery(Set.of("agent", "database"));
        @Nullable String agent = exchange.query("agent");
        @Nullable String database = exchange.query("database");
        exchange.answer(
                Map.of(
                        "sessions",
                        sessions.list(ANSWER_TIME).join().stream()
                                .filter(each ->
                                        agent == null || agent.equals(each.principal().agent()))
                                .filter(each ->
                                        database == null
                                                || database.equals(each.principal().database()))
                                .map(SessionsApi::json)
                                .toList()));
    }

    private static Map<String, Object> json(SessionFacts facts) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", facts.id());
        json.put("agent", facts.principal().agent());
        json.put("database", facts.principal().database());
        json.put("policy", facts.principal().policy());
        json.put("grant", facts.principal().grant());
        json.put(
                "since",
                Instant.ofEpochMilli(facts.sinceEpochMillis())
                        .truncatedTo(ChronoUnit.SECONDS)
                        .toString());
        json.put("state", facts.activity().state().name().toLowerCase(Locale.ROOT));
        json.put("statement", facts.activity().statement());
        return json;
    }

    private void traffic(Exchange exchange) {
        exchange.answer(
                Map.of(
                        "statementsPerSecond",
                        traffic.statementsPerSecond(),
                        "refusedLastHour",
                        traffic.refused()));
    }

    private void end(Exchange exchange) {
        SessionFacts session = ending.find(exchange.path("id"));
        if (session == null) {
            throw RequestRefused.notFound("this session");
        }
        if (!ending.end(exchange.caller().person().name(), session)) {
            throw RequestRefused.recordUnavailable();
        }
    }
}
