package dev.holdfast.server.composition;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.GatewaySettings;
import dev.holdfast.gateway.ListenerSettings;
import dev.holdfast.gateway.PoolSettings;
import dev.holdfast.gateway.StartupLimits;
import dev.holdfast.gateway.TlsSettings;
import dev.holdfast.gateway.TransportSettings;
import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.gateway.scram.MockSecret;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.gateway.session.SessionSettings;
import dev.holdfast.pgwire.BackendLimits;
import dev.holdfast.pgwire.FrontendLimits;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.Agent;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.ClientTls;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.Limits;
import dev.holdfast.server.config.HoldfastConfiguration.Listener;
import dev.holdfast.server.config.HoldfastConfiguration.Upstream;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.parser.ParserLimits;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// What `holdfast.yaml` says, in the terms of the parts that are told it.
final class GatewayMapping {
    private static final int POOL_RESET_MILLIS_MAX = 2_000;

    private GatewayMapping() {}

    static GatewaySettings gateway(HoldfastConfiguration configuration, MockSecret mockSecret) {
        Limits limits = configuration.limits();
        StartupLimits startup =
                new StartupLimits(
                        (int) limits.startupTimeout().toMillis(),
                        limits.loginFailuresPerAddressMax(),
                        (int) limits.loginFailureWindow().toMillis(),
                        limits.startingMax(),
                        limits.connectionsMax());
        return new GatewaySettings(
                configuration.listeners().stream().map(each -> listener(each, startup)).toList(),
                configuration.databases().stream().map(GatewayMapping::database).toList(),
                configuration.agents().stream().map(GatewayMapping::agent).toList(),
                transport(configuration.transport()),
                (int) configuration.shutdown().drainTimeout().toMillis(),
                mockSecret);
    }

    private static ListenerSettings listener(Listener listener, StartupLimits startup) {
        ClientTls tls = listener.tls();
        TlsSettings.Mode mode =
                switch (tls.mode()) {
                    case REQUIRE -> TlsSettings.Mode.REQUIRED;
                    case PREFER -> TlsSettings.Mode.OPTIONAL;
                    case DISABLE -> TlsSettings.Mode.OFF;
                };
        return new ListenerSettings(
                listener.host(),
                listener.port(),
                new TlsSettings(mode, tls.certificate(), tls.key()),
                startup);
    }

    private static DatabaseSettings database(Database database) {
        Upstream upstream = database.upstream();
        DatabaseSettings.SslMode mode =
                switch (upstream.sslMode()) {
                    case DISABLE -> DatabaseSettings.SslMode.DISABLE;
                    case PREFER -> DatabaseSettings.SslMode.PREFER;
                    case REQUIRE -> DatabaseSettings.SslMode.REQUIRE;
                    case VERIFY_CA -> DatabaseSettings.SslMode.VERIFY_CA;
                    case VERIFY_FULL -> DatabaseSettings.SslMode.VERIFY_FULL;
                };
        return new DatabaseSettings(
                database.name(),
                upstream.host(),
                upstream.port(),
                upstream.database(),
                mode,
                upstream.rootCertificate(),
                (int) upstream.connectTimeout().toMillis(),
                new PoolSettings(
                        database.pool().idleMax(),
                        database.pool().profilesMax(),
                        (int) database.pool().idleTimeout().toMillis(),
                        POOL_RESET_MILLIS_MAX));
    }

    /// The names of staging copies, by those of the databases of which they are.
    static Map<String, String> stagingCopies(HoldfastConfiguration configuration) {
        Map<String, String> copies = new LinkedHashMap<>();
        for (Database database : configuration.databases()) {
            if (database.staging() != null) {
                copies.put(database.name(), database.staging());
            }
        }
        return copies;
    }

    private static AgentSettings agent(Agent agent) {
        Map<String, UpstreamCredential> databases = new LinkedHashMap<>();
        for (AgentDatabase grant : agent.databases()) {
            databases.put(
                    grant.database(),
                    new UpstreamCredential(
                            grant.role(), () -> grant.password().reveal().toCharArray()));
        }
        return new AgentSettings(
                agent.name(),
                ScramVerifier.parse(agent.verifier().reveal()),
                agent.policy(),
                databases,
                agent.sessionsMax(),
                agent.enabled());
    }

    private static TransportSettings transport(HoldfastConfiguration.Transport transport) {
        TransportSettings.Kind kind =
                switch (transport.kind()) {
                    case AUTO -> TransportSettings.Kind.AUTO;
                    case IO_URING -> TransportSettings.Kind.IO_URING;
                    case EPOLL -> TransportSettings.Kind.EPOLL;
                    case NIO -> TransportSettings.Kind.NIO;
                };
        int loops = transport.eventLoops();
        return new TransportSettings(
                kind, loops == 0 ? TransportSettings.defaults().eventLoops() : loops);
    }

    static SessionSettings sessions(Limits limits) {
        FrontendLimits frontend = FrontendLimits.defaults();
        return new SessionSettings(
                new FrontendLimits(
                        (int) limits.statementSizeMaxBytes(),
                        (int) limits.bindSizeMaxBytes(),
                        frontend.copyDataBytesMax(),
                        frontend.authenticationBytesMax(),
                        frontend.nameBytesMax()),
                BackendLimits.defaults(),
                limits.verdictCacheSizeMaxBytes(),
                SessionSettings.CACHED_TEXT_BYTES_DEFAULT,
                limits.preparedStatementsMax(),
                limits.preparedStatementsSizeMaxBytes(),
                loopNamesBytesMax(Runtime.getRuntime().maxMemory()),
                SessionSettings.PIPELINE_DEPTH_DEFAULT,
                limits.statementTimeout().toMillis());
    }

    /// At most an eighth of the heap for what a connection may keep.
    private static long loopNamesBytesMax(long heapBytesMax) {
        return Math.min(SessionSettings.LOOP_NAMES_BYTES_DEFAULT, heapBytesMax / 8);
    }

    static ParserLimits parser(Limits limits) {
        ParserLimits defaults = ParserLimits.defaults();
        int threads = limits.parserInstances();
        return new ParserLimits(
                threads == 0 ? defaults.threads() : threads,
                defaults.queueLength(),
                (int) limits.statementSizeMaxBytes(),
                defaults.outputBytesMax(),
                limits.parseTimeout());
    }

    static AnalysisScope analysis(HoldfastConfiguration.Analysis analysis) {
        AnalysisScope builtIn = AnalysisScope.BUILT_IN;
        Set<String> schemas = new HashSet<>(builtIn.searchPathSchemas());
        schemas.addAll(analysis.searchPathSchemas());
        return new AnalysisScope(
                Set.copyOf(analysis.functions()),
                builtIn.shadowedFunctions(),
                builtIn.shadowedOperators(),
                builtIn.attributeFunctions(),
                builtIn.rowFunctions(),
                schemas);
    }
}
