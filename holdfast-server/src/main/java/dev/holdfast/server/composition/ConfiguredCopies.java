package dev.holdfast.server.composition;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.client.AgentDirectory;
import dev.holdfast.gateway.session.RehearsalCopies;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The staging copies on which held statements are rehearsed, as configured. An agent that logs in by a grant
/// is let into the copy by its own login there.
final class ConfiguredCopies implements RehearsalCopies {
    private final Map<String, DatabaseSettings> copies = new HashMap<>();
    private final AgentDirectory agents;

    ConfiguredCopies(
            HoldfastConfiguration configuration,
            Collection<DatabaseSettings> databases,
            AgentDirectory agents) {
        this.agents = agents;
        for (Database database : configuration.databases()) {
            if (database.rehearseOnStaging()) {
                databases.stream()
                        .filter(each -> each.name().equals(database.staging()))
                        .forEach(copy -> copies.put(database.name(), copy));
            }
        }
    }

    @Override
    public @Nullable Copy of(Principal principal) {
        DatabaseSettings copy = copies.get(principal.database());
        if (copy == null) {
            return null;
        }
        AgentSettings agent = agents.find(principal.agent());
        return new Copy(copy, agent == null ? null : agent.databases().get(copy.name()));
    }
}
