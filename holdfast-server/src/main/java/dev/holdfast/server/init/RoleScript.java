package dev.holdfast.server.init;

import dev.holdfast.server.init.Proposal.Proposed;
import dev.holdfast.server.init.Proposal.Standing;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The SQL that makes the agents' roles, with the privileges that the proposal needs and no other: what
/// the gate would let through by mistake, PostgreSQL itself refuses.
final class RoleScript {
    private RoleScript() {}

    /// Statements without comments, to be run in one transaction.
    static String statements(Proposal proposal, DatabaseAddress address, List<AgentLogin> agents) {
        StringBuilder out = new StringBuilder();
        for (AgentLogin agent : agents) {
            String role = Identifiers.quoted(agent.role());
            line(
                    out,
                    ("CREATE ROLE %s LOGIN PASSWORD %s NOSUPERUSER NOCREATEDB NOCREATEROLE"
                                    + " NOREPLICATION NOBYPASSRLS")
                            .formatted(role, Identifiers.literal(agent.roleVerifier())));
            line(out, "ALTER ROLE %s SET default_transaction_read_only = on".formatted(role));
            line(
                    out,
                    "GRANT CONNECT ON DATABASE %s TO %s"
                            .formatted(Identifiers.quoted(address.database()), role));
        }
        String roles =
                agents.stream()
                        .map(agent -> Identifiers.quoted(agent.role()))
                        .collect(Collectors.joining(", "));
        List<Proposed> granted = proposal.of(Standing.GRANTED);
        Set<String> schemas = new LinkedHashSet<>();
        granted.forEach(each -> schemas.add(each.relation().schema()));
        for (String schema : schemas) {
            line(
                    out,
                    "GRANT USAGE ON SCHEMA %s TO %s".formatted(Identifiers.quoted(schema), roles));
        }
        for (Proposed each : granted) {
            line(out, "GRANT SELECT%s ON %s TO %s".formatted(columns(each), name(each), roles));
        }
        return out.toString();
    }

    /// The statements with what a person should know before running them.
    static String script(
            Proposal proposal,
            Inspection.Seen seen,
            DatabaseAddress address,
            List<AgentLogin> agents) {
        StringBuilder out =
                new StringBuilder(
                        """
                        -- Makes the roles with which Holdfast works for its agents. Run it once, as a role
                        -- that may create roles and grant on these relations:
                        --   psql -v ON_ERROR_STOP=1 -f create-roles.sql DATABASE
                        -- The passwords stand here as SCRAM verifiers; Holdfast has them in secrets/.
                        -- A role of an earlier run goes first: DROP OWNED BY role; DROP ROLE role;
                        """);
        warnings(proposal, seen).forEach(warning -> out.append("-- ").append(warning).append('\n'));
        out.append("BEGIN;\nSET LOCAL standard_conforming_strings = on;\n");
        return out.append(statements(proposal, address, agents)).append("COMMIT;\n").toString();
    }

    /// What every role of the database may do, and the agents' with them.
    static List<String> warnings(Proposal proposal, Inspection.Seen seen) {
        Set<String> granted = new LinkedHashSet<>();
        for (Proposed each : proposal.of(Standing.GRANTED)) {
            if (each.denied().isEmpty()) {
                granted.add(each.relation().qualified());
            }
        }
        return seen.openToAll().stream()
                .filter(open ->
                        !open.privilege().equals("SELECT")
                                || !granted.contains(open.schema() + "." + open.relation()))
                .map(open ->
                        open.relation().isEmpty()
                                ? ("Every role may create objects in schema %1$s; consider:"
                                                + " REVOKE CREATE ON SCHEMA %1$s FROM PUBLIC;")
                                        .formatted(plain(Identifiers.quoted(open.schema())))
                                : ("Every role has a privilege on %2$s; consider:"
                                                + " REVOKE %1$s ON %2$s FROM PUBLIC;")
                                        .formatted(
                                                open.privilege(),
                                                plain(
                                                        Identifiers.sql(
                                                                open.schema(), open.relation()))))
                .toList();
    }

    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static String name(Proposed each) {
        return Identifiers.sql(each.relation().schema(), each.relation().name());
    }

    private static String columns(Proposed each) {
        return each.denied().isEmpty()
                ? ""
                : each.open().stream()
                        .map(Identifiers::quoted)
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private static void line(StringBuilder out, String statement) {
        out.append(statement).append(";\n");
    }
}
