package dev.holdfast.server.console;

import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.web.RouteTable;
import dev.holdfast.server.web.Routes;

/// Which agents there are, and what each may reach.
final class AgentsPage implements Routes {
    private final HoldfastConfiguration configuration;

    AgentsPage(HoldfastConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public void add(RouteTable table) {
        table.get(
                "/agents",
                Roles.SEE,
                exchange ->
                        exchange.html(
                                Layout.page(
                                        exchange.caller(),
                                        Layout.Place.AGENTS,
                                        "Agents",
                                        content(configuration))));
    }

    static Html content(HoldfastConfiguration configuration) {
        return Html.of(
                "<h1>Agents</h1><p class=\"dim\">Agents of the configuration file. Grants are given and"
                        + " taken with <code>holdfast grant</code>.</p><ul class=\"cards\">{}</ul>",
                configuration.agents().stream().map(AgentsPage::agent).collect(Html.joined()));
    }

    private static Html agent(Agent agent) {
        return Html.of(
                """
                <li class="card"><span class="figure">{}</span>
                <span class="who">{}</span>
                <span class="foot"><span class="state {}">{}</span> <span class="dim">policy {}</span></span></li>
                """,
                agent.name(),
                String.join(", ", agent.databases().stream().map(AgentDatabase::database).toList()),
                agent.enabled() ? "allow" : "deny",
                agent.enabled() ? "enabled" : "disabled",
                agent.policy());
    }
}
