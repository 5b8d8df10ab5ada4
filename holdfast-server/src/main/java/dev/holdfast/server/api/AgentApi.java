package dev.holdfast.server.api;

import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.ApprovalException;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// An agent's own door: it looks at what is held of its own statements, and decides nothing.
final class AgentApi implements DocumentedRoutes {
    private static final Pattern ID = Pattern.compile("apr_[0-9A-Za-z]{1,64}");
    private static final int LISTED = 100;
    private static final int SEARCHED = 1_000;

    private final ApprovalBook book;

    AgentApi(ApprovalBook book) {
        this.book = book;
    }

    @Override
    public String document() {
        return "agent";
    }

    @Override
    public void add(RouteTable table) {
        table.agentGet("/api/v1/agent/holds", this::list);
        table.agentGet("/api/v1/agent/holds/{id}", this::show);
    }

    private void list(Exchange exchange) {
        exchange.onlyQuery(Set.of());
        try {
            exchange.answer(
                    Map.of(
                            "holds",
                            book.list(SEARCHED).stream()
                                    .filter(held -> isOf(held, exchange.agent()))
                                    .limit(LISTED)
                                    .map(AgentApi::json)
                                    .toList()));
        } catch (ApprovalException e) {
            throw RequestRefused.conflict(
                    "approvals_unavailable", String.valueOf(e.getMessage()), "");
        }
    }

    private void show(Exchange exchange) {
        String id = exchange.path("id");
        try {
            Held held = ID.matcher(id).matches() ? book.find(id) : null;
            // Another agent's is as little there as one that never was.
            if (held == null || !isOf(held, exchange.agent())) {
                throw RequestRefused.notFound("this hold");
            }
            exchange.answer(json(held));
        } catch (ApprovalException e) {
            throw RequestRefused.conflict(
                    "approvals_unavailable", String.valueOf(e.getMessage()), "");
        }
    }

    private static boolean isOf(Held held, String agent) {
        return held.statement().principal().agent().equals(agent);
    }

    /// Neither rows of the database nor who proved what by which means: the agent may not read the first, and
    /// the second is not its business. What people say to it, it hears.
    private static Map<String, Object> json(Held held) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", held.id());
        json.put("state", held.state().text());
        json.put("database", held.statement().principal().database());
        json.put("statement", held.statement().redacted());
        json.put("rule", held.statement().rule());
        json.put("because", held.statement().reason());
        json.put("asked", HeldJson.moment(held.askedAtEpochMillis()));
        json.put("expires", HeldJson.moment(held.expiresAtEpochMillis()));
        json.put("note", held.note());
        json.put(
                "said",
                held.words().stream()
                        .filter(word -> !word.words().isEmpty())
                        .map(Held.Word::words)
                        .toList());
        return json;
    }
}
