package dev.holdfast.server.config;

import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.ClientTls;
import dev.holdfast.server.config.HoldfastConfiguration.Console;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.Listener;
import dev.holdfast.server.config.HoldfastConfiguration.ServiceRole;
import dev.holdfast.server.config.HoldfastConfiguration.Upstream;
import dev.holdfast.sql.text.Nearest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one setting demands of another: names that must exist and be unique, addresses that need
/// TLS, files that must be there.
final class Consistency {
    /// The policy that exists without being listed.
    static final String READ_ONLY = "read-only";

    private final HoldfastConfiguration configuration;
    private final @Nullable PolicyFile policyFile;
    private final Reading reading;

    /// @param policyFile what the policy file says; null where it cannot be read
    Consistency(
            HoldfastConfiguration configuration, @Nullable PolicyFile policyFile, Reading reading) {
        this.configuration = configuration;
        this.policyFile = policyFile;
        this.reading = reading;
    }

    void check() {
        List<String> databases = configuration.databases().stream().map(Database::name).toList();
        unique("databases", databases);
        unique("agents", configuration.agents().stream().map(Agent::name).toList());
        for (int i = 0; i < configuration.listeners().size(); i++) {
            listener("listeners[" + i + "]", configuration.listeners().get(i));
        }
        for (int i = 0; i < configuration.databases().size(); i++) {
            upstream("databases[" + i + "].upstream", configuration.databases().get(i).upstream());
        }
        for (int i = 0; i < configuration.agents().size(); i++) {
            Agent agent = configuration.agents().get(i);
            policy("agents[" + i + "].policy", agent.policy());
            List<String> granted = agent.databases().stream().map(AgentDatabase::database).toList();
            for (int j = 0; j < granted.size(); j++) {
                String path = "agents[" + i + "].databases[" + j + "].database";
                known(path, granted.get(j), databases, "databases");
            }
            unique("agents[" + i + "].databases", granted);
        }
        new StagingConsistency(configuration, policyFile, reading).check();
        separateRoles();
        for (int i = 0; i < configuration.databases().size(); i++) {
            serviceRoles("databases[" + i + "]", configuration.databases().get(i));
        }
        new UndoConsistency(configuration, reading).check();
        StoreDeclarations.check(configuration, reading);
        console();
        new NotifyConsistency(configuration, reading).check();
    }

    /// Plain HTTP never leaves the machine: a session's secret and a person's word go over it.
    private void console() {
        Console console = configuration.console();
        if (console == null) {
            return;
        }
        Path certificate = console.certificate();
        Path key = console.key();
        if (certificate != null && key != null) {
            readable("console.certificate", certificate);
            if (readable("console.key", key)) {
                notOpenToEveryUser("console.key", key);
            }
            if (console.url().startsWith("http:")) {
                reading.problem(
                        "console.url",
                        "begins with http, and there is a certificate (expected: https://…)");
            }
        } else if (certificate != null || key != null) {
            reading.problem(
                    "console",
                    "\"certificate\" and \"key\" belong together (expected: two PEM files, or none)");
        } else if (!loopback(console.host())) {
            reading.problem(
                    "console.host",
                    "%s would be reached over plain HTTP (expected: certificate and key, or a"
                                    .formatted(console.host())
                            + " loopback host)");
        }
        new OidcConsistency(console, reading).check();
        if (console.url().startsWith("http:") && !loopback(URI.create(console.url()).getHost())) {
            reading.problem(
                    "console.url",
                    "%s is plain HTTP to another machine (expected: https://…, or http to localhost)"
                            .formatted(console.url()));
        }
    }

    private void policy(String path, String name) {
        if (policyFile != null) {
            List<String> policies = new ArrayList<>(List.of(READ_ONLY));
            policyFile.policies().stream().map(PolicyDefinition::name).forEach(policies::add);
            known(path, name, policies, "policy-file");
        }
    }

    private void unique(String path, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            int first = names.indexOf(names.get(i));
            if (first < i) {
                reading.problem(
                        path + "[" + i + "]",
                        "%s is there twice (first as %s[%d])".formatted(names.get(i), path, first));
            }
        }
    }

    private void known(String path, String name, List<String> names, String where) {
        if (!names.contains(name)) {
            String nearest = Nearest.of(name, names);
            String question = nearest == null ? "" : "; did you mean \"" + nearest + "\"?";
            reading.problem(
                    path,
                    "%s is not in `%s` (expected: %s%s)"
                            .formatted(name, where, String.join(", ", names), question));
        }
    }

    private void listener(String path, Listener listener) {
        ClientTls tls = listener.tls();
        if (tls.mode() != ClientTls.Mode.REQUIRE && !loopback(listener.host())) {
            reading.problem(
                    path + ".tls.mode",
                    "%s would carry statements and rows in clear on %s (expected: require, or a"
                                    .formatted(
                                            Declarations.TLS_MODE.shape().written(tls.mode()),
                                            listener.host())
                            + " loopback host)");
        }
        if (tls.mode() == ClientTls.Mode.DISABLE) {
            return;
        }
        if (tls.certificate() == null || tls.key() == null) {
            reading.problem(
                    path + ".tls",
                    "\"certificate\" and \"key\" are both needed (expected: two PEM files, or on a"
                            + " loopback host mode: disable)");
            return;
        }
        readable(path + ".tls.certificate", tls.certificate());
        if (readable(path + ".tls.key", tls.key())) {
            notOpenToEveryUser(path + ".tls.key", tls.key());
        }
    }

    /// An address that no other machine reaches. A name other than `localhost` is not taken for one:
    /// what it resolves to may change.
    static boolean loopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.matches("127(?:\\.[0-9]{1,3}){3}");
    }

    private void upstream(String path, Upstream upstream) {
        String mode = Declarations.UPSTREAM_SSLMODE.shape().written(upstream.sslMode());
        boolean verifies = mode.startsWith("verify");
        if (upstream.rootCertificate() == null) {
            if (verifies) {
                reading.problem(
                        path,
                        "\"root-certificate\" is missing, and sslmode is %s (expected: the"
                                        .formatted(mode)
                                + " authority's certificate; PostgreSQL on this machine may do"
                                + " with sslmode: disable)");
            }
            return;
        }
        if (!verifies) {
            // An authority that is named and then not asked would be a gate that looks closed.
            reading.problem(
                    path + ".root-certificate",
                    "is not used with sslmode %s (expected: sslmode verify-full)".formatted(mode));
        }
        readable(path + ".root-certificate", upstream.rootCertificate());
    }

    private boolean readable(String path, Path file) {
        if (Files.isRegularFile(file) && Files.isReadable(file)) {
            return true;
        }
        reading.problem(path, file + " is not there or cannot be read");
        return false;
    }

    private void notOpenToEveryUser(String path, Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
                reading.problem(
                        path,
                        "%s is open to every user (expected: chmod o-rw %s)".formatted(file, file));
            }
        } catch (IOException e) {
            reading.problem(path, file + " cannot be read: " + e.getClass().getSimpleName());
        }
    }

    /// Two agents with one role could cancel each other's statements, and the database could not
    /// tell them apart.
    private void separateRoles() {
        Map<AgentDatabaseRole, String> owners = new HashMap<>();
        for (int i = 0; i < configuration.agents().size(); i++) {
            Agent agent = configuration.agents().get(i);
            for (int j = 0; j < agent.databases().size(); j++) {
                AgentDatabase grant = agent.databases().get(j);
                Upstream upstream = upstreamOf(grant.database());
                if (upstream == null) {
                    continue;
                }
                String owner =
                        owners.putIfAbsent(
                                new AgentDatabaseRole(
                                        upstream.host(), upstream.port(), grant.role()),
                                agent.name());
                if (owner != null && !owner.equals(agent.name())) {
                    reading.problem(
                            "agents[" + i + "].databases[" + j + "].role",
                            "%s is already the role of agent %s (expected: one role for each agent)"
                                    .formatted(grant.role(), owner));
                }
            }
        }
    }

    /// A role that an agent has would see its own changes, or let the agent do what only Holdfast may.
    private void serviceRoles(String path, Database database) {
        ServiceRole capture = database.capture();
        ServiceRole restore = database.restore();
        if (capture != null) {
            noAgents(path + ".capture", database.upstream(), capture);
        }
        if (restore != null) {
            noAgents(path + ".restore", database.upstream(), restore);
        }
        ServiceRole access = database.access();
        if (access != null) {
            noAgents(path + ".access", database.upstream(), access);
        }
        if (capture != null && restore != null && capture.role().equals(restore.role())) {
            reading.problem(
                    path + ".restore.role",
                    "%s is the capture role too (expected: a role of its own: the one that reads"
                                    .formatted(restore.role())
                            + " before-images must not be able to write)");
        }
    }

    private void noAgents(String path, Upstream upstream, ServiceRole role) {
        for (Agent agent : configuration.agents()) {
            for (AgentDatabase grant : agent.databases()) {
                Upstream other = upstreamOf(grant.database());
                if (other != null
                        && other.host().equals(upstream.host())
                        && other.port() == upstream.port()
                        && grant.role().equals(role.role())) {
                    reading.problem(
                            path + ".role",
                            "%s is the role of agent %s (expected: a role that no agent has)"
                                    .formatted(role.role(), agent.name()));
                    return;
                }
            }
        }
    }

    private record AgentDatabaseRole(String host, int port, String role) {}

    private @Nullable Upstream upstreamOf(String database) {
        return configuration.databases().stream()
                .filter(candidate -> candidate.name().equals(database))
                .map(Database::upstream)
                .findFirst()
                .orElse(null);
    }
}
