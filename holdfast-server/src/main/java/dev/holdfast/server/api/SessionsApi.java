package dev.holdfast.server.api;

import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.audit.Traffic;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What agents do at this moment, and ending it.
final class SessionsApi implements DocumentedRoutes {
    private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Duration ANSWER_TIME = Duration.ofSeconds(1);
    private static final Refusal ENDED =
            new Refusal(
                    ErrorCode.ADMIN_SHUTDOWN,
                    "session.ended",
                    "a person ended this session",
                    "",
                    "Ask the people who operate this gateway before you connect again.");

    private final SessionRegistry sessions;
    private final Traffic traffic;
    private final ActionRecord record;

    SessionsApi(SessionRegistry sessions, Traffic traffic, ActionRecord record) {
        this.sessions = sessions;
        this.traffic = traffic;
        this.record = record;
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

    private List<SessionFacts> facts() {
        return sessions.list(ANSWER_TIME).join();
    }

    private void list(Exchange exchange) {
        exchange.onlyQuery(Set.of("agent", "database"));
        @Nullable String agent = exchange.query("agent");
        @Nullable String database = exchange.query("database");
        exchange.answer(
                Map.of(
                        "sessions",
                        facts().stream()
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
        String id = exchange.path("id");
        SessionFacts found =
                ID.matcher(id).matches()
                        ? facts().stream()
                                .filter(each -> each.id() == Long.parseLong(id))
                                .findFirst()
                                .orElse(null)
                        : null;
        if (found == null) {
            throw RequestRefused.notFound("this session");
        }
        SessionFacts session = Objects.requireNonNull(found);
        record.tell(
                exchange,
                new ActionRecord.Action(
                        session.principal().database(),
                        "end session " + id + " of " + session.principal().agent(),
                        "person.session"),
                ActionEntry.Outcome.OK);
        sessions.end(session.id(), ENDED);
    }
}
