package dev.holdfast.server.init;

import dev.holdfast.server.init.Proposal.Proposed;
import dev.holdfast.server.init.Proposal.Standing;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/// From an address to a configuration: looks, proposes, writes.
public final class Initialization {
    private static final String CONFIGURATION = "holdfast.yaml";
    private static final String POLICY = "policy.yaml";
    private static final String ROLES = "create-roles.sql";

    private final InitSettings settings;
    private final DatabaseAddress address;
    private final InstantSource clock;

    public Initialization(InitSettings settings, DatabaseAddress address, InstantSource clock) {
        this.settings = settings;
        this.address = address;
        this.clock = clock;
    }

    /// What was seen, proposed and written. Holds no value of the database and no password.
    ///
    /// @param closed the patterns of the policy's restrictions
    /// @param columns how many columns are denied, by what they hold
    /// @param warnings what a person should look at
    /// @param database the name by which agents connect
    public record Report(
            String server,
            int granted,
            List<String> closed,
            int withheld,
            long values,
            Map<String, Integer> columns,
            List<String> warnings,
            List<Path> files,
            List<String> roles,
            String database,
            boolean rolesCreated,
            Duration time) {
        public Report {
            closed = List.copyOf(closed);
            warnings = List.copyOf(warnings);
            files = List.copyOf(files);
            roles = List.copyOf(roles);
        }
    }

    /// Does it.
    ///
    /// @param password for looking, and for making the roles where that was asked for
    /// @throws IOException if files are in the way, cannot be written, or the database cannot be looked
    ///     at; then nothing was written
    public Report run(String password) throws IOException {
        long began = System.nanoTime();
        if (!settings.overwrite()) {
            GeneratedFiles.refuseExisting(
                    settings.output(), List.of(CONFIGURATION, POLICY, ROLES, "secrets"));
        }
        Inspection.Seen seen = look(password);
        Proposal proposal = Proposal.of(seen);
        LocalDate day = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        String database = address.database().replaceAll("[^A-Za-z0-9_.-]", "_");
        String policy = "reading-" + database;
        SecureRandom random = new SecureRandom();
        List<AgentLogin> agents =
                settings.agents().stream().map(agent -> AgentLogin.of(agent, random)).toList();
        GeneratedFiles files =
                new GeneratedFiles(settings.output())
                        .add(
                                CONFIGURATION,
                                ConfigurationText.of(
                                        settings, address, database, policy, agents, day))
                        .add(POLICY, PolicyText.of(proposal, policy, address, day))
                        .add(ROLES, RoleScript.script(proposal, seen, address, agents));
        for (AgentLogin agent : agents) {
            files.add(agent.agentPasswordFile(), agent.agentPassword() + "\n");
            files.add(agent.rolePasswordFile(), agent.rolePassword() + "\n");
        }
        List<Path> written = files.write(settings.overwrite());
        if (settings.createRoles()) {
            createRoles(RoleScript.statements(proposal, address, agents), password);
        }
        return report(seen, proposal, written, agents, database, System.nanoTime() - began);
    }

    private Inspection.Seen look(String password) throws IOException {
        try {
            return Inspection.of(address, password, settings.sample(), clock);
        } catch (SQLException e) {
            throw new IOException(
                    "%s cannot be looked at: %s (SQLSTATE %s); check the address, the password and pg_hba.conf"
                            .formatted(address.description(), firstLine(e), e.getSQLState()),
                    e);
        }
    }

    private void createRoles(String statements, String password) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("PGDBNAME", address.database());
        properties.setProperty("user", address.user());
        properties.setProperty("password", password);
        properties.setProperty("sslmode", address.sslMode());
        if (address.rootCertificate() != null) {
            properties.setProperty("sslrootcert", address.rootCertificate().toString());
        }
        properties.setProperty("ApplicationName", "holdfast init");
        properties.setProperty("options", "-c standard_conforming_strings=on -c lock_timeout=5s");
        try (Connection connection = DriverManager.getConnection(address.server(), properties);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(statements);
            connection.commit();
        } catch (SQLException e) {
            throw new IOException(
                    ("the files are written, but the roles could not be made: %s (SQLSTATE %s);"
                                    + " nothing of it was kept, so run %s as a role that may create"
                                    + " roles")
                            .formatted(
                                    firstLine(e),
                                    e.getSQLState(),
                                    settings.output().resolve(ROLES)),
                    e);
        }
    }

    /// Without DETAIL, which may repeat a row.
    private static String firstLine(SQLException e) {
        String message = e.getMessage();
        return message == null ? "no reason given" : message.lines().findFirst().orElse("").strip();
    }

    private Report report(
            Inspection.Seen seen,
            Proposal proposal,
            List<Path> written,
            List<AgentLogin> agents,
            String database,
            long nanos) {
        Map<Category, Integer> columns = new EnumMap<>(Category.class);
        for (Proposed each : proposal.relations()) {
            if (each.standing() == Standing.GRANTED) {
                each.denied()
                        .values()
                        .forEach(finding -> columns.merge(finding.category(), 1, Integer::sum));
            }
        }
        Map<String, Integer> byWords = new LinkedHashMap<>();
        columns.forEach((category, count) -> byWords.put(category.words(), count));
        TreeSet<String> closed = new TreeSet<>();
        proposal.closedSchemas()
                .keySet()
                .forEach(schema -> closed.add(Identifiers.inPattern(schema) + ".*"));
        proposal.of(Standing.RESTRICTED).forEach(each -> closed.add(each.pattern()));
        List<String> warnings = new ArrayList<>(RoleScript.warnings(proposal, seen));
        if (seen.superuser()) {
            warnings.add(
                    address.user()
                            + " is a superuser; a role with SELECT alone would do for looking.");
        }
        return new Report(
                seen.server(),
                proposal.of(Standing.GRANTED).size(),
                List.copyOf(closed),
                proposal.of(Standing.WITHHELD).size(),
                seen.relations().values().stream().mapToLong(Inspection.LookedAt::values).sum(),
                byWords,
                warnings,
                written,
                agents.stream().map(AgentLogin::role).toList(),
                database,
                settings.createRoles(),
                Duration.ofNanos(nanos));
    }
}
