package dev.holdfast.server.config;

import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Whether staging copies are there, and what they are said to be: other databases than those of which
/// they are. Agents of a policy in sandbox mode must be able to get to one, and so must those whose statements
/// are rehearsed there.
final class StagingConsistency {
    private final HoldfastConfiguration configuration;
    private final @Nullable PolicyFile policyFile;
    private final Reading reading;

    /// @param policyFile what the policy file says; null where it cannot be read
    StagingConsistency(
            HoldfastConfiguration configuration, @Nullable PolicyFile policyFile, Reading reading) {
        this.configuration = configuration;
        this.policyFile = policyFile;
        this.reading = reading;
    }

    void check() {
        Map<String, Database> databases = new HashMap<>();
        configuration.databases().forEach(each -> databases.put(each.name(), each));
        for (int i = 0; i < configuration.databases().size(); i++) {
            Database database = configuration.databases().get(i);
            if (database.staging() != null) {
                copy(
                        "databases[" + i + "].staging",
                        database,
                        database.staging(),
                        databases.get(database.staging()));
            }
            if (database.rehearseOnStaging()) {
                rehearsed("databases[" + i + "].rehearse-on-staging", database, databases);
            }
        }
        for (int i = 0; i < configuration.agents().size(); i++) {
            Agent agent = configuration.agents().get(i);
            PolicyDefinition policy = policyFile == null ? null : policyFile.policy(agent.policy());
            if (policy != null && policy.mode() == Mode.SANDBOX) {
                sandboxed("agents[" + i + "]", agent, databases);
            } else if (policy != null && !policy.write().isEmpty()) {
                rehearsing("agents[" + i + "]", agent, databases);
            }
        }
    }

    private void copy(String path, Database database, String name, @Nullable Database copy) {
        if (copy == null) {
            reading.problem(path, name + " is not in `databases` (expected: the name of an entry)");
        } else if (copy.staging() != null) {
            reading.problem(
                    path, name + " has a staging copy itself (expected: a database without one)");
        } else if (copy.upstream().host().equals(database.upstream().host())
                && copy.upstream().port() == database.upstream().port()
                && copy.upstream().database().equals(database.upstream().database())) {
            reading.problem(
                    path,
                    "%s is the same database on the same server (expected: a copy of it)"
                            .formatted(name));
        }
    }

    private void rehearsed(String path, Database database, Map<String, Database> databases) {
        String staging = database.staging();
        if (staging == null) {
            reading.problem(path, "there is no staging copy (expected: `staging` beside it)");
            return;
        }
        Database copy = databases.get(staging);
        if (copy != null && copy.capture() == null) {
            reading.problem(
                    path,
                    staging
                            + " has no capture role, so what changes there cannot be read (expected: one)");
        }
    }

    /// Whoever may write may be held.
    private void rehearsing(String path, Agent agent, Map<String, Database> databases) {
        List<String> granted = agent.databases().stream().map(AgentDatabase::database).toList();
        for (int i = 0; i < granted.size(); i++) {
            Database database = databases.get(granted.get(i));
            if (database != null
                    && database.rehearseOnStaging()
                    && database.staging() != null
                    && !granted.contains(database.staging())) {
                reading.problem(
                        "%s.databases[%d]".formatted(path, i),
                        "statements for %s are tried out on %s, and the agent has no login there (expected:"
                                        .formatted(database.name(), database.staging())
                                + " an entry for it beside this one)");
            }
        }
    }

    private void sandboxed(String path, Agent agent, Map<String, Database> databases) {
        List<String> granted = agent.databases().stream().map(AgentDatabase::database).toList();
        List<String> copies =
                databases.values().stream()
                        .map(Database::staging)
                        .filter(name -> name != null)
                        .toList();
        for (int i = 0; i < granted.size(); i++) {
            Database database = databases.get(granted.get(i));
            if (database == null || copies.contains(database.name())) {
                continue;
            }
            String staging = database.staging();
            String at = "%s.databases[%d]".formatted(path, i);
            if (staging == null) {
                reading.problem(
                        at,
                        "policy %s is in sandbox mode, and %s has no staging copy (expected: `staging`"
                                        .formatted(agent.policy(), database.name())
                                + " in its entry of `databases`)");
            } else if (!granted.contains(staging)) {
                reading.problem(
                        at,
                        "policy %s is in sandbox mode, and the agent has no login for %s (expected: an"
                                        .formatted(agent.policy(), staging)
                                + " entry for it beside this one)");
            }
        }
    }
}
