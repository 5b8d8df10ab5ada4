package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Access for one task, given and taken.
final class GrantsApi implements DocumentedRoutes {
    private final AccessBook book;

    GrantsApi(AccessBook book) {
        this.book = book;
    }

    @Override
    public String document() {
        return "grants";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/grants", Allowed.SEE, AccessAnswers.handler(this::list));
        table.get("/api/v1/grants/{id}", Allowed.SEE, AccessAnswers.handler(this::show));
        table.post("/api/v1/grants", Allowed.OPERATE, AccessAnswers.handler(this::create));
        table.post(
                "/api/v1/grants/{id}/renew", Allowed.OPERATE, AccessAnswers.handler(this::renew));
        table.post(
                "/api/v1/grants/{id}/revoke", Allowed.OPERATE, AccessAnswers.handler(this::revoke));
    }

    private void list(Exchange exchange) throws AccessException {
        exchange.onlyQuery(Set.of("all"));
        String all = exchange.query("all");
        if (all != null && !all.equals("true") && !all.equals("false")) {
            throw RequestRefused.malformed("all is neither true nor false");
        }
        exchange.answer(
                Map.of(
                        "grants",
                        book.grants(Objects.equals(all, "true")).stream()
                                .map(AccessAnswers::json)
                                .toList()));
    }

    private void show(Exchange exchange) throws AccessException {
        exchange.answer(AccessAnswers.json(book.grant(exchange.path("id"))));
    }

    private void create(Exchange exchange) throws AccessException {
        Set<String> known = new HashSet<>(AccessAnswers.TERMS);
        known.addAll(Set.of("agent", "database", "task", "justification", "maximumSeconds"));
        JsonBody body = exchange.json(known);
        Duration time = AccessAnswers.time(body);
        Duration standard =
                time.compareTo(GrantOrder.TIME_MAX_DEFAULT) > 0
                        ? time
                        : GrantOrder.TIME_MAX_DEFAULT;
        GrantOrder order =
                GrantOrder.of(
                        body.text("agent", 63),
                        body.text("database", 63),
                        body.text("task", GrantOrder.TASK_LENGTH_MAX),
                        body.text("justification", GrantOrder.JUSTIFICATION_LENGTH_MAX),
                        AccessAnswers.terms(body),
                        time,
                        Duration.ofSeconds(
                                body.number(
                                        "maximumSeconds",
                                        60,
                                        GrantOrder.TIME_MAX.toSeconds(),
                                        standard.toSeconds())));
        exchange.answer(
                201,
                AccessAnswers.json(book.createGrant(exchange.caller().person().name(), order)));
    }

    private void renew(Exchange exchange) throws AccessException {
        JsonBody body = exchange.json(Set.of("ttlSeconds"));
        exchange.answer(
                AccessAnswers.json(
                        book.renewGrant(
                                exchange.caller().person().name(),
                                exchange.path("id"),
                                AccessAnswers.time(body))));
    }

    private void revoke(Exchange exchange) throws AccessException {
        JsonBody body = exchange.json(Set.of("reason"));
        int ended =
                book.revokeGrant(
                        exchange.caller().person().name(),
                        exchange.path("id"),
                        body.text("reason", 500));
        exchange.answer(Map.of("sessionsEnded", ended));
    }
}
