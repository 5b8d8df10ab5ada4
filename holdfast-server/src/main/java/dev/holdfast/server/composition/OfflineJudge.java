package dev.holdfast.server.composition;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.DefinedPolicy;
import dev.holdfast.guard.policy.Finding;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.guard.policy.RuleSurroundings;
import dev.holdfast.server.access.GrantsInForce;
import dev.holdfast.server.catalog.CatalogLoader;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.PolicyYaml;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.CatalogScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.parser.SqlParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Judges statements as a running gateway would, without one: by the same configuration, the same
/// catalog and the same policies. Not for several threads.
public final class OfflineJudge implements AutoCloseable {
    private final HoldfastConfiguration configuration;
    private final PolicyFile policyFile;
    private final boolean withCatalog;
    private final AnalysisScope scope;
    private final SqlParser parser;
    private final boolean ownParser;
    private final ConfiguredPolicies policies;
    private final Map<String, CatalogSnapshot> catalogs = new HashMap<>();
    private final Map<String, StatementAnalyzer> analyzers = new HashMap<>();

    /// What came of one text.
    ///
    /// @param findings every rule that applies, the deciding one first; empty for the built-in policy,
    ///     whose decision names its rule
    public record Judged(Analysis analysis, Decision decision, List<Finding> findings) {
        public Judged {
            findings = List.copyOf(findings);
        }
    }

    private OfflineJudge(
            HoldfastConfiguration configuration,
            PolicyFile policyFile,
            boolean withCatalog,
            @Nullable SqlParser parser) {
        this.configuration = configuration;
        this.policyFile = policyFile;
        this.withCatalog = withCatalog;
        this.scope = GatewayMapping.analysis(configuration.analysis());
        this.ownParser = parser == null;
        this.parser =
                parser == null
                        ? new SqlParser(GatewayMapping.parser(configuration.limits()))
                        : parser;
        this.policies =
                new ConfiguredPolicies(
                        new SnapshotView(catalogs::get),
                        RuleSurroundings.none(),
                        GatewayMapping.stagingCopies(configuration),
                        GrantsInForce.NONE);
        policies.use(policyFile);
    }

    /// Reads the configuration and its policies.
    ///
    /// @param withCatalog whether databases are asked for their catalogs when they are needed; otherwise
    ///     everything is judged by its text alone
    /// @throws ConfigurationException with every problem found
    public static OfflineJudge open(Path configuration, boolean withCatalog)
            throws ConfigurationException {
        return of(ConfigurationFile.read(configuration), withCatalog, null);
    }

    /// Judges in the process of a gateway, by the policies as they are in the file now and by the catalogs
    /// that the gateway has.
    ///
    /// @throws ConfigurationException if the policies cannot be read
    static OfflineJudge beside(
            HoldfastConfiguration configuration,
            SqlParser parser,
            Function<String, @Nullable CatalogSnapshot> snapshots)
            throws ConfigurationException {
        OfflineJudge judge = of(configuration, true, parser);
        configuration
                .databases()
                .forEach(database -> {
                    CatalogSnapshot snapshot = snapshots.apply(database.name());
                    if (snapshot != null) {
                        judge.catalogs.put(database.name(), snapshot);
                    }
                });
        return judge;
    }

    private static OfflineJudge of(
            HoldfastConfiguration configuration, boolean withCatalog, @Nullable SqlParser parser)
            throws ConfigurationException {
        Path policies = configuration.policyFile();
        PolicyFile file = policies == null ? PolicyFile.NONE : PolicyYaml.read(policies);
        return new OfflineJudge(configuration, file, withCatalog, parser);
    }

    public HoldfastConfiguration configuration() {
        return configuration;
    }

    public PolicyFile policies() {
        return policyFile;
    }

    /// Who asks, of which database.
    ///
    /// @param database null for the agent's only one
    /// @throws IOException if there is no such agent or database, or it is not clear which is meant
    public Principal principal(String agent, @Nullable String database) throws IOException {
        Optional<Agent> named =
                configuration.agents().stream()
                        .filter(each -> each.name().equals(agent))
                        .findFirst();
        if (named.isEmpty()) {
            String known =
                    configuration.agents().stream()
                            .map(Agent::name)
                            .collect(Collectors.joining(", "));
            throw new IOException("there is no agent " + agent + " (expected: " + known + ")");
        }
        List<String> databases =
                named.get().databases().stream().map(AgentDatabase::database).toList();
        if (database == null && databases.size() > 1) {
            throw new IOException(
                    "agent %s may use several databases; say which: --database %s"
                            .formatted(agent, String.join(" or ", databases)));
        }
        String chosen = database == null ? databases.getFirst() : database;
        if (!databases.contains(chosen)) {
            throw new IOException(
                    "agent %s may not use database %s (expected: %s)"
                            .formatted(agent, chosen, String.join(", ", databases)));
        }
        Principal asked = new Principal(agent, chosen, named.get().policy());
        String routed = policies.routed(asked);
        return databases.contains(routed) ? new Principal(agent, routed, asked.policy()) : asked;
    }

    /// The policy of an agent as its owner wrote it; null for the built-in one.
    public @Nullable PolicyDefinition policy(Principal principal) {
        return policyFile.policy(principal.policy());
    }

    /// Judges a text.
    ///
    /// @throws IOException if the database's catalog cannot be read
    public Judged judge(Principal principal, String sql) throws IOException {
        Analysis analysis = analyse(principal.database(), sql);
        Policy policy = policies.of(principal);
        if (policy instanceof DefinedPolicy defined) {
            DefinedPolicy.Explanation explanation = defined.explain(principal, analysis);
            return new Judged(analysis, explanation.decision(), explanation.findings());
        }
        return new Judged(analysis, policy.decide(principal, analysis), List.of());
    }

    /// Where statements are rehearsed.
    public OfflineRehearsal rehearsal() {
        return new OfflineRehearsal(configuration, parser::parse);
    }

    /// The policy in force for a principal, as it decides.
    public Policy policyOf(Principal principal) {
        return policies.of(principal);
    }

    /// Analyses a text, without deciding.
    ///
    /// @throws IOException if the database's catalog cannot be read
    public Analysis analyse(String database, String sql) throws IOException {
        StatementAnalyzer analyzer = analyzer(database);
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        return parser.submit(utf8, outcome -> analyzer.analyze(utf8, outcome)).join();
    }

    /// The catalog of a database; null where catalogs are not asked for.
    ///
    /// @throws IOException if it cannot be read
    public @Nullable CatalogSnapshot catalog(String database) throws IOException {
        analyzer(database);
        return catalogs.get(database);
    }

    private StatementAnalyzer analyzer(String database) throws IOException {
        StatementAnalyzer known = analyzers.get(database);
        if (known != null) {
            return known;
        }
        StatementAnalyzer made;
        if (withCatalog) {
            CatalogSnapshot catalog = catalogs.get(database);
            if (catalog == null) {
                catalog = load(database);
                catalogs.put(database, catalog);
            }
            made = new StatementAnalyzer(CatalogScope.of(catalog, scope));
        } else {
            made = new StatementAnalyzer(scope);
        }
        analyzers.put(database, made);
        return made;
    }

    private CatalogSnapshot load(String name) throws IOException {
        Database database =
                configuration.databases().stream()
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IOException("there is no database " + name));
        AgentDatabase reader =
                CatalogAnalyst.reader(configuration, name)
                        .orElseThrow(() ->
                                new IOException(
                                        "no agent may use database "
                                                + name
                                                + ", so nothing says as whom to read its catalog"));
        CatalogSource source = CatalogAnalyst.source(database, reader);
        try (Connection connection = source.connect()) {
            return CatalogLoader.load(connection, InstantSource.system());
        } catch (SQLException e) {
            throw new IOException(
                    ("the catalog of database %s cannot be read as %s (SQLSTATE %s); start the"
                                    + " database, check the role and its password, or judge by the"
                                    + " text alone with --no-catalog")
                            .formatted(name, reader.role(), e.getSQLState()),
                    e);
        }
    }

    @Override
    public void close() {
        if (ownParser) {
            parser.close();
        }
    }
}
