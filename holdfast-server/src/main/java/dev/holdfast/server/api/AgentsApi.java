package dev.holdfast.server.api;

import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.access.AccessException;
import dev.holdfast.server.access.AgentFacts;
import dev.holdfast.server.access.ProvenAccess;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RouteTable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Agents: who they are, made, kept out and let in again.
final class AgentsApi implements DocumentedRoutes {
    private final AccessBook book;
    private final ProvenAccess proven;

    AgentsApi(AccessBook book, ProvenAccess proven) {
        this.book = book;
        this.proven = proven;
    }

    @Override
    public String document() {
        return "agents";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/agents", Allowed.SEE, AccessAnswers.handler(this::list));
        table.post("/api/v1/agents", Allowed.OPERATE, AccessAnswers.handler(this::create));
        table.post(
                "/api/v1/agents/{name}/disable",
                Allowed.OPERATE,
                AccessAnswers.handler(this::disable));
        AccessAnswers.addProven(
                table,
                "/api/v1/agents/{name}/enable",
                Set.of(),
                (exchange, _) -> proven.enable(exchange.path("name")),
                (exchange, _) -> exchange.answer(Map.of()));
    }

    private void list(Exchange exchange) {
        exchange.onlyQuery(Set.of());
        exchange.answer(Map.of("agents", book.agents().stream().map(AgentsApi::json).toList()));
    }

    private static Map<String, Object> json(AgentFacts agent) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("name", agent.name());
        members.put("policy", agent.policy());
        members.put("configured", agent.configured());
        members.put("enabled", agent.enabled());
        members.put("sessionsMax", agent.sessionsMax());
        members.put("databases", agent.databases());
        AgentFacts.Disabled disabled = agent.disabled();
        members.put("disabledBy", disabled == null ? "" : disabled.by());
        members.put("disabledAt", disabled == null ? "" : AccessAnswers.time(disabled.at()));
        members.put("disabledBecause", disabled == null ? "" : disabled.reason());
        return members;
    }

    private void create(Exchange exchange) throws AccessException {
        JsonBody body = exchange.json(Set.of("name", "policy", "sessionsMax"));
        String name = body.text("name", 63);
        String policy = body.textOrNull("policy", 63);
        String password =
                book.createAgent(
                        exchange.caller().person().name(),
                        name,
                        policy == null ? "read-only" : policy,
                        (int) body.number("sessionsMax", 1, 100_000, 20));
        exchange.answer(201, Map.of("name", name, "password", password));
    }

    private void disable(Exchange exchange) throws AccessException {
        JsonBody body = exchange.json(Set.of("reason"));
        int ended =
                book.disableAgent(
                        exchange.caller().person().name(),
                        exchange.path("name"),
                        body.text("reason", 500));
        exchange.answer(Map.of("sessionsEnded", ended));
    }
}
