package dev.holdfast.server.init;

import java.time.LocalDate;
import java.util.List;

/// `holdfast.yaml` for one database and its agents.
final class ConfigurationText {
    private ConfigurationText() {}

    /// @param database the name by which agents connect to it
    static String of(
            InitSettings settings,
            DatabaseAddress address,
            String database,
            String policy,
            List<AgentLogin> agents,
            LocalDate day) {
        YamlText out = new YamlText();
        out.comment(
                "", "Made by `holdfast init` on " + day + " for " + address.description() + ".");
        out.comment(
                "",
                "Every setting: docs/reference/configuration.md. Check it with `holdfast config check`.");
        out.line("listeners:");
        out.comment(
                "  ",
                "Clear text is accepted on this machine only. For other machines: host 0.0.0.0 and");
        out.comment("  ", "tls: {certificate: server.crt, key: server.key}");
        out.line(
                "  - {host: %s, port: %d, tls: {mode: disable}}"
                        .formatted(YamlText.quoted(settings.listenHost()), settings.listenPort()));
        out.line("databases:");
        out.line("  - name: " + YamlText.quoted(database));
        out.line("    upstream:");
        out.line("      host: " + YamlText.quoted(address.host()));
        out.line("      port: " + address.port());
        out.line("      database: " + YamlText.quoted(address.database()));
        out.line("      sslmode: " + address.sslMode());
        if (address.rootCertificate() != null) {
            out.line(
                    "      root-certificate: "
                            + YamlText.quoted(
                                    address.rootCertificate().toAbsolutePath().toString()));
        }
        out.comment(
                "    ",
                "Before an agent can write, Holdfast needs a role of its own that may SELECT all that"
                        + " the agent may write:");
        out.comment(
                "    ",
                "capture: {role: holdfast_capture, password: \"${file:capture-password}\"}");
        out.line("agents:");
        for (AgentLogin agent : agents) {
            out.line("  - name: " + YamlText.quoted(agent.agent()));
            out.line("    verifier: " + YamlText.quoted(agent.agentVerifier()));
            out.line("    policy: " + policy);
            out.line("    databases:");
            out.line("      - database: " + YamlText.quoted(database));
            out.line("        role: " + YamlText.quoted(agent.role()));
            out.line(
                    "        password: "
                            + YamlText.quoted("${file:" + agent.rolePasswordFile() + "}"));
        }
        out.line("policy-file: policy.yaml");
        out.line("audit: {directory: audit}");
        out.line("undo: {directory: undo, retention: 30d}");
        out.line("store: {file: holdfast.db}");
        out.line("admin: {port: " + settings.adminPort() + "}");
        return out.toString();
    }
}
