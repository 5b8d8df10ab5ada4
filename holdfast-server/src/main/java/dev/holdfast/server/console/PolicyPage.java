package dev.holdfast.server.console;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.composition.LiveParts;
import dev.holdfast.server.composition.OfflineJudge;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.explain.Explanation;
import dev.holdfast.server.web.Caller;
import dev.holdfast.server.web.Exchange;
import dev.holdfast.server.web.RequestRefused;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The policies as they are written, and why a statement would be decided as it is.
final class PolicyPage implements Routes {
    private static final int BYTES_MAX = 1 << 20;
    private static final int SQL_LENGTH_MAX = 200_000;
    private static final long WAIT_SECONDS = 5;

    private final LiveParts parts;
    private final Semaphore turns = new Semaphore(2);

    PolicyPage(LiveParts parts) {
        this.parts = parts;
    }

    @Override
    public void add(RouteTable table) {
        table.get("/policy", Roles.SEE, exchange -> page(exchange, "", "", Html.NONE));
        table.post("/policy", Roles.SEE, this::explain);
    }

    private void page(Exchange exchange, String agent, String sql, Html answer) throws IOException {
        exchange.html(
                Layout.page(
                        exchange.caller(),
                        Layout.Place.POLICY,
                        "Policy",
                        content(
                                exchange.caller(),
                                parts.configuration().agents().stream().map(Agent::name).toList(),
                                new Question(agent, sql),
                                answer,
                                text())));
    }

    /// What was asked last.
    record Question(String agent, String sql) {}

    private String text() throws IOException {
        Path file = parts.configuration().policyFile();
        if (file == null) {
            return "";
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(BYTES_MAX + 1);
            return bytes.length > BYTES_MAX
                    ? "The policy file is larger than 1 MiB."
                    : new String(bytes, StandardCharsets.UTF_8);
        }
    }

    static Html content(
            Caller caller, List<String> agents, Question question, Html answer, String policies) {
        return Html.of(
                """
                <h1>Policy</h1>
                <section aria-labelledby="explain"><h2 id="explain">What would happen to a statement?</h2>
                <form method="post" action="/policy">{}
                <label for="agent">Agent</label><select id="agent" name="agent">{}</select>
                <label for="sql">Statement</label>
                <textarea id="sql" name="sql" rows="4" required maxlength="200000" spellcheck="false">{}</textarea>
                <button class="primary" type="submit">Explain</button>
                <span class="dim">Nothing is run.</span></form>{}</section>
                <section aria-labelledby="file"><h2 id="file">The policy file</h2>{}</section>
                """,
                Layout.csrf(caller),
                agents.stream()
                        .map(agent ->
                                Html.of(
                                        "<option{}>{}</option>",
                                        agent.equals(question.agent())
                                                ? Html.of(" selected")
                                                : Html.NONE,
                                        agent))
                        .collect(Html.joined()),
                question.sql(),
                answer,
                policies.isEmpty()
                        ? Html.of(
                                "<p class=\"calm\">There is none: agents read what their role may.</p>")
                        : Html.of("<pre tabindex=\"0\">{}</pre>", policies));
    }

    private void explain(Exchange exchange) throws IOException, InterruptedException {
        String agent = Fields.text(exchange, "agent");
        String sql = Fields.text(exchange, "sql");
        if (sql.isBlank() || sql.length() > SQL_LENGTH_MAX) {
            throw RequestRefused.malformed("the statement is empty or too long");
        }
        if (!turns.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new RequestRefused(
                    503, "busy", "too much of this is going on", "Try again in a moment.");
        }
        try {
            page(exchange, agent, sql, judged(agent, sql));
        } finally {
            turns.release();
        }
    }

    private Html judged(String agent, String sql) {
        try (OfflineJudge judge = parts.judge()) {
            Principal principal = judge.principal(agent, null);
            Explanation explanation = new Explanation(principal, judge.judge(principal, sql), true);
            return Html.of(
                    "<div role=\"status\"><p class=\"foot\"><span class=\"state {}\">{}</span></p><pre "
                            + "tabindex=\"0\">{}</pre></div>",
                    explanation.decision(),
                    explanation.decision(),
                    explanation.text());
        } catch (ConfigurationException e) {
            return problem("The policy file cannot be read: " + e.problems().size() + " problems.");
        } catch (IOException e) {
            return problem(String.valueOf(e.getMessage()));
        }
    }

    private static Html problem(String text) {
        return Html.of("<p class=\"problem\" role=\"alert\">{}</p>", text);
    }
}
