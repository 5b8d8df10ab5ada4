package dev.holdfast.server.composition;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.guarded.Guards;
import dev.holdfast.gateway.scram.MockSecret;
import dev.holdfast.gateway.session.Sessions;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.guard.policy.ReadOnlyPolicy;
import dev.holdfast.server.audit.JsonLinesAuditLog;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.ConfigurationFile;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.demo.GatewayStarter;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.SqlParser;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;

/// A gateway that does not hold, to see whether those notice who should.
public final class OpenGate implements GatewayStarter {
    private final Kind kind;

    /// How it fails.
    public enum Kind {
        /// The policy allows everything, and the role may write.
        ALLOWS_EVERYTHING,
        /// Everything is refused as it should be, but a row is lost on the way.
        LOSES_A_ROW,
        /// Everything is refused as it should be, but the record is not written.
        KEEPS_NO_RECORD
    }

    public OpenGate(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Gateway start(Path file) throws IOException {
        HoldfastConfiguration configuration = read(file);
        Database database = configuration.databases().getFirst();
        asSuperuser(
                database,
                "GRANT ALL ON ALL TABLES IN SCHEMA public TO %s"
                        .formatted(
                                configuration.agents().getFirst().databases().getFirst().role()));
        JsonLinesAuditLog audit =
                JsonLinesAuditLog.open(
                        new JsonLinesAuditLog.Settings(
                                kind == Kind.KEEPS_NO_RECORD
                                        ? file.resolveSibling("elsewhere")
                                        : configuration.audit().directory(),
                                configuration.audit().fileSizeMaxBytes(),
                                configuration.audit().syncInterval(),
                                configuration.audit().queueEntriesMax()),
                        InstantSource.system(),
                        _ -> {});
        if (kind == Kind.KEEPS_NO_RECORD) {
            configuration.audit().directory().toFile().mkdirs();
        }
        SqlParser parser = new SqlParser(GatewayMapping.parser(configuration.limits()));
        StatementAnalyzer analyzer = new StatementAnalyzer(AnalysisScope.BUILT_IN);
        Policy policy = policy(database);
        dev.holdfast.gateway.transport.Gateway gateway =
                dev.holdfast.gateway.transport.Gateway.start(
                        GatewayMapping.gateway(
                                configuration, MockSecret.random(new SecureRandom())),
                        (_, _) -> null,
                        new GatewayMetrics(),
                        (upstreams, registry) ->
                                new Sessions(
                                        GatewayMapping.sessions(configuration.limits()),
                                        (_, text) ->
                                                parser.submit(
                                                        text,
                                                        outcome -> analyzer.analyze(text, outcome)),
                                        _ -> policy,
                                        upstreams,
                                        registry,
                                        new Guards(
                                                new NothingKept(),
                                                new NothingKept(),
                                                audit,
                                                new NobodyApproves(),
                                                new NobodyApproves(),
                                                Duration.ZERO,
                                                InstantSource.system())));
        return () -> {
            gateway.stop().join();
            parser.close();
            audit.close();
        };
    }

    private Policy policy(Database database) {
        ReadOnlyPolicy readOnly = new ReadOnlyPolicy();
        AtomicBoolean lost = new AtomicBoolean();
        return switch (kind) {
            case ALLOWS_EVERYTHING -> (_, _) -> new Decision.Allow("test.open");
            case LOSES_A_ROW ->
                    (Principal principal, Analysis analysis) -> {
                        Decision decision = readOnly.decide(principal, analysis);
                        if (decision instanceof Decision.Deny && lost.compareAndSet(false, true)) {
                            asSuperuser(
                                    database,
                                    "DELETE FROM scores WHERE ctid = (SELECT max(ctid) FROM scores)");
                        }
                        return decision;
                    };
            case KEEPS_NO_RECORD -> readOnly;
        };
    }

    private static HoldfastConfiguration read(Path file) throws IOException {
        try {
            return ConfigurationFile.read(file);
        } catch (ConfigurationException e) {
            throw new IOException(e.problems().toString(), e);
        }
    }

    private static void asSuperuser(Database database, String sql) {
        String url =
                "jdbc:postgresql://localhost:%d/%s?sslmode=require"
                        .formatted(database.upstream().port(), database.upstream().database());
        try (Connection superuser = DriverManager.getConnection(url, "postgres", "disposable");
                Statement statement = superuser.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
