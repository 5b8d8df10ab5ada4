package dev.holdfast.server.composition;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewaySettings;
import dev.holdfast.gateway.client.SettingJudge;
import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.scram.MockSecret;
import dev.holdfast.gateway.session.Sessions;
import dev.holdfast.gateway.transport.Gateway;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.guard.policy.RuleSurroundings;
import dev.holdfast.server.access.Access;
import dev.holdfast.server.admin.AdminServer;
import dev.holdfast.server.admin.Metrics;
import dev.holdfast.server.admin.Readiness;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.audit.JsonLinesAuditLog;
import dev.holdfast.server.audit.Traffic;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.people.People;
import dev.holdfast.server.quarantine.Quarantine;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.SessionSettings;
import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.SqlParser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running Holdfast: parser, analysis, record, admin port, policies and gateway. The gate opens last,
/// when every other part runs, and closes first.
public final class HoldfastServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HoldfastServer.class);
    private static final String LOGIN_SECRET = "login.secret";
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final Duration CATALOG_WAIT = Duration.ofSeconds(5);
    private static final Duration STOP_MARGIN = Duration.ofSeconds(5);

    private final HoldfastConfiguration configuration;
    private final JsonLinesAuditLog audit;
    private final SqlParser parser;
    private final CatalogAnalyst analyst;
    private final UpstreamReachability reachability;
    private final @Nullable PolicyWatch policyWatch;
    private final AdminServer admin;
    private final Unwinding keeping;
    private final ApprovalBook approvals;
    private final Gateway gateway;
    private final ConfiguredConsole.@Nullable Open console;

    private HoldfastServer(
            HoldfastConfiguration configuration,
            JsonLinesAuditLog audit,
            SqlParser parser,
            CatalogAnalyst analyst,
            UpstreamReachability reachability,
            @Nullable PolicyWatch policyWatch,
            AdminServer admin,
            Unwinding keeping,
            ApprovalBook approvals,
            Gateway gateway,
            ConfiguredConsole.@Nullable Open console) {
        this.configuration = configuration;
        this.audit = audit;
        this.parser = parser;
        this.analyst = analyst;
        this.reachability = reachability;
        this.policyWatch = policyWatch;
        this.admin = admin;
        this.keeping = keeping;
        this.approvals = approvals;
        this.gateway = gateway;
        this.console = console;
    }

    /// Starts everything; agents can connect when this returns.
    ///
    /// @throws IOException if the record cannot be written, a port is taken or a certificate cannot
    ///     be used; then nothing runs
    public static HoldfastServer start(HoldfastConfiguration configuration) throws IOException {
        return start(configuration, ConsoleParts.NONE);
    }

    /// Starts everything, the console's pages and interface too, if the configuration has a console.
    ///
    /// @throws IOException as the other
    public static HoldfastServer start(HoldfastConfiguration configuration, ConsoleParts parts)
            throws IOException {
        Unwinding started = new Unwinding();
        try {
            return start(configuration, parts, started);
        } catch (IOException | RuntimeException | Error e) {
            // An Error too: threads that were started would keep the process alive, serving nobody.
            started.close();
            throw e;
        }
    }

    private static HoldfastServer start(
            HoldfastConfiguration configuration, ConsoleParts parts, Unwinding started)
            throws IOException {
        InstantSource clock = InstantSource.system();
        SqlParser parser =
                started.add(new SqlParser(GatewayMapping.parser(configuration.limits())));
        // The grammar and the catalogs take longest of all; the rest starts meanwhile.
        CompletableFuture<Boolean> parses =
                parser.submit(
                        "SELECT 1".getBytes(StandardCharsets.UTF_8),
                        outcome -> outcome instanceof ParseOutcome.Parsed);
        AnalysisScope scope = GatewayMapping.analysis(configuration.analysis());
        CatalogAnalyst analyst =
                started.add(new CatalogAnalyst(parser, configuration, scope, clock));
        GatewayMetrics gatewayMetrics = new GatewayMetrics();
        Metrics metrics = new Metrics();
        Traffic traffic = new Traffic(clock);
        HoldfastConfiguration.Audit record = configuration.audit();
        JsonLinesAuditLog audit =
                started.add(
                        JsonLinesAuditLog.open(
                                new JsonLinesAuditLog.Settings(
                                        record.directory(),
                                        record.fileSizeMaxBytes(),
                                        record.syncInterval(),
                                        record.queueEntriesMax()),
                                clock,
                                entry -> {
                                    metrics.statement(entry);
                                    traffic.count(entry);
                                }));
        UpstreamReachability reachability =
                started.add(new UpstreamReachability(configuration.databases()));
        Readiness readiness = new Readiness();
        readiness.require("audit", audit::available);
        configuration
                .databases()
                .forEach(database ->
                        readiness.require(
                                "database " + database.name(),
                                () -> reachability.reachable(database.name())));
        configuration
                .databases()
                .forEach(database ->
                        readiness.require(
                                "catalog " + database.name(),
                                () -> analyst.knows(database.name())));
        AdminServer admin =
                started.add(
                        AdminServer.start(
                                configuration.admin().host(),
                                configuration.admin().port(),
                                readiness,
                                metrics));
        GatewaySettings settings =
                GatewayMapping.gateway(
                        configuration,
                        MockSecret.keptIn(
                                record.directory().resolve(LOGIN_SECRET), new SecureRandom()));
        if (!parses.join()) {
            // A parser that does not parse must stop the start, not refuse everything afterwards.
            throw new IOException("the SQL parser does not work: it cannot read SELECT 1");
        }
        analyst.awaitFirstTry(CATALOG_WAIT);
        AgentHistory history = new AgentHistory(audit, clock);
        Unwinding keeping = started.add(new Unwinding());
        ControlStore store = keeping.add(ConfiguredAccess.store(configuration));
        Access access =
                ConfiguredAccess.open(configuration, settings.agents(), store, audit, clock);
        // Known when the directory of the journal is there; nothing runs before.
        CompletableFuture<CommitNotice> commits = new CompletableFuture<>();
        CommitNotice notice = (taken, point) -> commits.join().committing(taken, point);
        KeptWrites writes = KeptWrites.open(configuration, audit, clock, store, notice, keeping);
        RuleAlarm alarm = new RuleAlarm(clock);
        ConfiguredPolicies policies =
                new ConfiguredPolicies(
                        new SnapshotView(analyst::snapshot),
                        new RuleSurroundings(clock, history, alarm),
                        GatewayMapping.stagingCopies(configuration),
                        access.live());
        PolicyWatch watch = watch(configuration, policies, analyst);
        if (watch != null) {
            started.add(watch);
            metrics.policies(watch::reloads, watch::failures);
        }
        metrics.ruleFailures(alarm::failures);
        Quarantine quarantine = ConfiguredQuarantine.of(configuration, parser::parse, notice);
        metrics.purgeFailures(
                keeping.add(ConfiguredQuarantine.purging(quarantine, audit, clock))::failures);
        ApprovalBook approvals =
                ConfiguredApprovals.of(
                        configuration,
                        store,
                        policies::of,
                        principal -> ConfiguredAccess.purpose(access.live(), principal),
                        audit,
                        clock);
        commits.complete(approvals.commits());
        ConfiguredNotices.start(configuration, store, approvals, clock, keeping);
        keeping.add(
                ApprovalOutcomes.start(
                        approvals, writes, quarantine, configuration.undo().retention(), clock));
        Gateway gateway =
                Gateway.start(
                        settings,
                        access.live(),
                        settingJudge(scope),
                        gatewayMetrics,
                        (upstreams, registry) ->
                                new Sessions(
                                        GatewayMapping.sessions(configuration.limits()),
                                        analyst,
                                        policies,
                                        upstreams,
                                        registry,
                                        new Guards(
                                                writes.keeper(),
                                                writes.ledger(),
                                                history,
                                                new LinkedApprovals(
                                                        approvals.desk(), analyst::links),
                                                quarantine,
                                                configuration.approvals().patience(),
                                                clock),
                                        new ConfiguredCopies(
                                                configuration,
                                                settings.databases(),
                                                access.live())));
        keeping.add(access.enforce(gateway.registry(), gateway::closeUnusableConnections));
        readiness.require("listeners", () -> !gateway.registry().stopping());
        metrics.gateway(gatewayMetrics, gateway.registry()::count);
        metrics.audit(audit);
        parser.warmUp(WARM_UP);
        ConfiguredConsole.@Nullable Open console =
                ConfiguredConsole.start(
                        parts,
                        new Running(
                                configuration,
                                clock,
                                audit,
                                traffic,
                                store,
                                approvals,
                                access.live(),
                                access.book(),
                                gateway.registry(),
                                parser,
                                analyst),
                        started);
        return new HoldfastServer(
                configuration,
                audit,
                parser,
                analyst,
                reachability,
                watch,
                admin,
                keeping,
                approvals,
                gateway,
                console);
    }

    /// Puts the policy file in force; null where there is none.
    private static @Nullable PolicyWatch watch(
            HoldfastConfiguration configuration,
            ConfiguredPolicies policies,
            CatalogAnalyst analyst)
            throws IOException {
        Path file = configuration.policyFile();
        if (file == null) {
            return null;
        }
        List<String> needed =
                configuration.agents().stream().map(HoldfastConfiguration.Agent::policy).toList();
        try {
            return PolicyWatch.start(
                    file,
                    needed,
                    read -> {
                        PolicyNames.unmatched(read, analyst.snapshots())
                                .forEach(line -> LOGGER.warn("{}: {}", file, line));
                        policies.use(read);
                    });
        } catch (ConfigurationException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static SettingJudge settingJudge(AnalysisScope scope) {
        SessionSettings settings = new SessionSettings(scope.searchPathSchemas());
        return (name, value) -> {
            SessionSettings.Verdict verdict = settings.judge(name, value);
            return verdict.allowed() ? null : verdict.because();
        };
    }

    /// What is held, and what people say of it.
    public ApprovalBook approvals() {
        return approvals;
    }

    /// Where agents connect, with the ports really taken.
    public List<InetSocketAddress> addresses() {
        return gateway.addresses();
    }

    /// Where health and metrics are told, with the port really taken.
    InetSocketAddress adminAddress() {
        return admin.address();
    }

    /// What the listeners, the admin port and the transport are, in one line.
    public String description() {
        String listeners =
                configuration.listeners().stream()
                        .map(listener ->
                                "postgres %s (tls %s)"
                                        .formatted(
                                                text(
                                                        gateway.addresses()
                                                                .get(
                                                                        configuration
                                                                                .listeners()
                                                                                .indexOf(
                                                                                        listener))),
                                                switch (listener.tls().mode()) {
                                                    case REQUIRE -> "required";
                                                    case PREFER -> "optional";
                                                    case DISABLE -> "off";
                                                }))
                        .collect(Collectors.joining(", "));
        String transport =
                switch (gateway.transport()) {
                    case AUTO -> "auto";
                    case IO_URING -> "io_uring";
                    case EPOLL -> "epoll";
                    case NIO -> "nio";
                };
        return "%s, admin %s%s, transport %s"
                .formatted(
                        listeners,
                        text(admin.address()),
                        console == null ? "" : ", console " + console.server().url(),
                        transport);
    }

    /// Under which address people reach the console; null where there is none.
    public @Nullable String consoleUrl() {
        return console == null ? null : console.server().url();
    }

    /// Who uses the console; null where there is none.
    public @Nullable People people() {
        return console == null ? null : console.people();
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /// Accepts nobody any more, lets sessions finish within the drain time, writes the record to its
    /// end and stops.
    @Override
    public void close() {
        if (console != null) {
            console.server().close();
        }
        Duration limit = configuration.shutdown().drainTimeout().plus(STOP_MARGIN);
        try {
            gateway.stop().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.warn("The gateway did not stop in order within {}", limit, e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (policyWatch != null) {
            policyWatch.close();
        }
        admin.close();
        keeping.close();
        reachability.close();
        analyst.close();
        parser.close();
        audit.close();
    }
}
