package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AccessRequest;
import dev.holdfast.server.access.GrantOrder;
import dev.holdfast.server.access.IssuedGrant;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.access.RequestBook;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// What agents ask for, and what people answer. An agent asks by its own name and sees only its own.
final class RequestsApi implements DocumentedRoutes {
    private final RequestBook requests;
    private final ProvenAccess proven;

    RequestsApi(RequestBook requests, ProvenAccess proven) {
        this.requests = requests;
        this.proven = proven;
    }

    @Override
    public String document() {
        return "requests";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/requests", Allowed.SEE, AccessAnswers.handler(this::list));
        table.get("/api/v1/requests/{id}", Allowed.SEE, AccessAnswers.handler(this::show));
        Set<String> answer = new HashSet<>(AccessAnswers.TERMS);
        answer.add("words");
        AccessAnswers.addProven(
                table,
                "/api/v1/requests/{id}/approve",
                answer,
                this::approval,
                (exchange, issued) -> exchange.answer(AccessAnswers.json(issued)));
        table.post(
                "/api/v1/requests/{id}/reject",
                Allowed.OPERATE,
                AccessAnswers.handler(this::reject));
        table.agentPost("/api/v1/agent/requests", AccessAnswers.handler(this::ask));
        table.agentGet("/api/v1/agent/requests/{id}", AccessAnswers.handler(this::look));
    }

    private void list(Exchange exchange) throws AccessException {
        exchange.onlyQuery(Set.of("all"));
        String all = exchange.query("all");
        exchange.answer(
                Map.of(
                        "requests",
                        requests.requests(Objects.equals(all, "true")).stream()
                                .map(AccessAnswers::json)
                                .toList()));
    }

    private void show(Exchange exchange) throws AccessException {
        exchange.answer(AccessAnswers.json(requests.request(exchange.path("id"))));
    }

    /// What is not said stays as it was asked for.
    private ProvenAccess.Wish<IssuedGrant> approval(Exchange exchange, JsonBody body)
            throws AccessException {
        AccessRequest request = requests.request(exchange.path("id"));
        boolean narrowed = body.has("tables") || body.has("operations") || body.has("rows");
        String words = body.textOrNull("words", 500);
        return proven.approve(
                request,
                narrowed ? AccessAnswers.terms(body) : request.terms(),
                body.has("ttlSeconds")
                        ? AccessAnswers.time(body)
                        : Duration.ofMillis(request.timeMillis()),
                words == null ? "" : words);
    }

    private void reject(Exchange exchange) throws AccessException {
        JsonBody body = exchange.json(Set.of("reason"));
        requests.reject(
                exchange.caller().person().name(), exchange.path("id"), body.text("reason", 500));
        exchange.answer(Map.of());
    }

    private void ask(Exchange exchange) throws AccessException {
        Set<String> known = new HashSet<>(AccessAnswers.TERMS);
        known.addAll(Set.of("database", "task", "justification"));
        JsonBody body = exchange.json(known);
        Duration time = AccessAnswers.time(body);
        AccessRequest request =
                requests.request(
                        GrantOrder.of(
                                exchange.agent(),
                                body.text("database", 63),
                                body.text("task", GrantOrder.TASK_LENGTH_MAX),
                                body.text("justification", GrantOrder.JUSTIFICATION_LENGTH_MAX),
                                AccessAnswers.terms(body),
                                time,
                                time));
        exchange.answer(201, AccessAnswers.json(request));
    }

    private void look(Exchange exchange) throws AccessException {
        AccessRequest request = requests.request(exchange.path("id"));
        if (!request.agent().equals(exchange.agent())) {
            throw RequestRefused.notFound("this request");
        }
        exchange.answer(AccessAnswers.json(request));
    }
}
