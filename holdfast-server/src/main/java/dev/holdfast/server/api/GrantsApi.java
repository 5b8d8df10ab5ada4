package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Access for one task, given on a proof and taken without.
final class GrantsApi implements DocumentedRoutes {
    private final AccessBook book;
    private final ProvenAccess proven;

    GrantsApi(AccessBook book, ProvenAccess proven) {
        this.book = book;
        this.proven = proven;
    }

    @Override
    public String document() {
        return "grants";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/grants", Allowed.SEE, AccessAnswers.handler(this::list));
        table.get("/api/v1/grants/{id}", Allowed.SEE, AccessAnswers.handler(this::show));
        Set<String> order = new HashSet<>(AccessAnswers.TERMS);
        order.addAll(Set.of("agent", "database", "task", "justification", "maximumSeconds"));
        AccessAnswers.addProven(
                table,
                "/api/v1/grants",
                order,
                (_, body) -> proven.grant(order(body)),
                (exchange, issued) -> exchange.answer(201, AccessAnswers.json(issued)));
        AccessAnswers.addProven(
                table,
                "/api/v1/grants/{id}/renew",
                Set.of("ttlSeconds"),
                (exchange, body) -> proven.renew(exchange.path("id"), AccessAnswers.time(body)),
                (exchange, grant) -> exchange.answer(AccessAnswers.json(grant)));
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

    private static GrantOrder order(JsonBody body) throws AccessException {
        Duration time = AccessAnswers.time(body);
        Duration standard =
                time.compareTo(GrantOrder.TIME_MAX_DEFAULT) > 0
                        ? time
                        : GrantOrder.TIME_MAX_DEFAULT;
        return GrantOrder.of(
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
