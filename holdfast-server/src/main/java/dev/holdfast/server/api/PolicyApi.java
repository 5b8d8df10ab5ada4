package dev.holdfast.server.api;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.explain.Explanation;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.JsonBody;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// What agents may do, and why a statement is decided as it is.
final class PolicyApi implements DocumentedRoutes {
    private static final int POLICY_BYTES_MAX = 1 << 20;
    private static final int NAME_LENGTH_MAX = 100;
    private static final int SQL_LENGTH_MAX = 200_000;
    private static final int JUDGED_AT_ONCE = 2;

    private final LiveParts parts;

    PolicyApi(LiveParts parts) {
        this.parts = parts;
    }

    @Override
    public String document() {
        return "policy";
    }

    @Override
    public void add(RouteTable table) {
        table.get("/api/v1/policy", Allowed.SEE, this::policy);
        table.post(
                "/api/v1/policy/explain",
                Allowed.SEE,
                new Limited(JUDGED_AT_ONCE).handler(this::explain));
    }

    private void policy(Exchange exchange) throws IOException {
        exchange.onlyQuery(Set.of());
        Map<String, Object> answer = new LinkedHashMap<>();
        Path file = parts.configuration().policyFile();
        if (file != null) {
            answer.put("text", text(file));
        }
        answer.put(
                "agents", parts.configuration().agents().stream().map(PolicyApi::agent).toList());
        exchange.answer(answer);
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(POLICY_BYTES_MAX + 1);
            if (bytes.length > POLICY_BYTES_MAX) {
                throw RequestRefused.conflict(
                        "policy_too_large", "the policy file is larger than 1 MiB", "");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static Map<String, Object> agent(Agent agent) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", agent.name());
        json.put("policy", agent.policy());
        json.put("enabled", agent.enabled());
        json.put("databases", agent.databases().stream().map(AgentDatabase::database).toList());
        return json;
    }

    private void explain(Exchange exchange) throws IOException {
        JsonBody body = exchange.json(Set.of("agent", "database", "sql"));
        String agent = body.text("agent", NAME_LENGTH_MAX);
        String database = body.textOrNull("database", NAME_LENGTH_MAX);
        String sql = body.text("sql", SQL_LENGTH_MAX);
        try (OfflineJudge judge = parts.judge()) {
            Principal principal;
            try {
                principal = judge.principal(agent, database);
            } catch (IOException e) {
                throw new RequestRefused(400, "no_such_agent", String.valueOf(e.getMessage()), "");
            }
            exchange.answer(new Explanation(principal, judge.judge(principal, sql), true).json());
        } catch (ConfigurationException e) {
            throw Unreadable.policies(e);
        }
    }
}
