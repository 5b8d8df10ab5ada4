package dev.holdfast.server.composition;

import dev.holdfast.gateway.session.Analyst;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.TableLink;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.catalog.DatabaseCatalog;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.Upstream;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.sql.parser.UnreadableReason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Analyses statements against the catalog of the database that they are for. Without a catalog there
/// is no judgement, and so nothing runs.
final class CatalogAnalyst implements Analyst, AutoCloseable {
    private static final Duration STATEMENT_TIME = Duration.ofSeconds(60);

    private final SqlParser parser;
    private final Map<String, DatabaseCatalog> catalogs = new HashMap<>();

    /// Starts reading the catalogs; returns at once.
    CatalogAnalyst(
            SqlParser parser,
            HoldfastConfiguration configuration,
            AnalysisScope scope,
            InstantSource clock) {
        this.parser = parser;
        for (Database database : configuration.databases()) {
            // A database that no agent may use is not judged either.
            reader(configuration, database.name())
                    .ifPresent(credential ->
                            catalogs.put(
                                    database.name(),
                                    DatabaseCatalog.start(
                                            source(database, credential),
                                            scope,
                                            parser,
                                            database.catalogRefresh(),
                                            clock)));
        }
    }

    /// Waits for the first look at each catalog, so that who connects at once is not refused.
    void awaitFirstTry(Duration limit) {
        catalogs.values().forEach(catalog -> catalog.awaitFirstTry(limit));
    }

    /// Whether statements for a database can be judged.
    boolean knows(String database) {
        DatabaseCatalog catalog = catalogs.get(database);
        return catalog == null || catalog.analyzer() != null;
    }

    @Override
    public CompletionStage<Analysis> analyse(Principal principal, byte[] utf8) {
        StatementAnalyzer analyzer = analyzer(principal);
        return analyzer == null
                ? CompletableFuture.completedFuture(
                        new Analysis.Unreadable(UnreadableReason.CATALOG_UNAVAILABLE))
                : parser.submit(utf8, outcome -> analyzer.analyze(utf8, outcome));
    }

    @Override
    public Object basis(Principal principal) {
        StatementAnalyzer analyzer = analyzer(principal);
        return analyzer == null ? this : analyzer;
    }

    @Override
    public @Nullable String typeHazard(Principal principal, long oid) {
        StatementAnalyzer analyzer = analyzer(principal);
        return analyzer == null ? "cannot be looked up" : analyzer.typeHazard(oid);
    }

    private @Nullable StatementAnalyzer analyzer(Principal principal) {
        DatabaseCatalog catalog = catalogs.get(principal.database());
        return catalog == null ? null : catalog.analyzer();
    }

    /// The catalog of a database as it was last seen; null where it is not known.
    @Nullable CatalogSnapshot snapshot(String database) {
        DatabaseCatalog catalog = catalogs.get(database);
        return catalog == null ? null : catalog.snapshot();
    }

    /// By which ways changes of these tables lead to each other; none where the catalog is not known.
    List<TableLink> links(Principal principal, List<TableEffect> tables) {
        CatalogSnapshot catalog = snapshot(principal.database());
        StatementAnalyzer analyzer = analyzer(principal);
        return catalog == null || analyzer == null
                ? List.of()
                : Cascades.of(catalog, analyzer::follows, tables);
    }

    /// The catalogs that are known.
    List<CatalogSnapshot> snapshots() {
        return catalogs.values().stream()
                .map(DatabaseCatalog::snapshot)
                .filter(Objects::nonNull)
                .toList();
    }

    /// As whom a database's catalog is read; empty where no agent may use it. Where agents get in with
    /// grants only, that is the role which makes them.
    static Optional<AgentDatabase> reader(HoldfastConfiguration configuration, String database) {
        return configuration.agents().stream()
                .flatMap(agent -> agent.databases().stream())
                .filter(grant -> grant.database().equals(database))
                .findFirst()
                .or(() ->
                        configuration.databases().stream()
                                .filter(each -> each.name().equals(database))
                                .map(Database::access)
                                .filter(Objects::nonNull)
                                .map(role ->
                                        new AgentDatabase(database, role.role(), role.password()))
                                .findFirst());
    }

    static CatalogSource source(Database database, AgentDatabase credential) {
        Upstream upstream = database.upstream();
        String host = upstream.host().contains(":") ? "[" + upstream.host() + "]" : upstream.host();
        Map<String, String> properties = new HashMap<>();
        properties.put(
                "sslmode", upstream.sslMode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        if (upstream.rootCertificate() != null) {
            properties.put("sslrootcert", upstream.rootCertificate().toString());
        }
        return new CatalogSource(
                database.name(),
                "jdbc:postgresql://" + host + ":" + upstream.port() + "/",
                upstream.database(),
                properties,
                credential.role(),
                credential.password()::reveal,
                STATEMENT_TIME);
    }

    @Override
    public void close() {
        catalogs.values().forEach(DatabaseCatalog::close);
    }
}
