package dev.holdfast.server.composition;

import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.quarantine.Quarantine;
import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.sql.parser.UnreadableReason;
import java.io.IOException;
import java.time.InstantSource;

/// The parts of a Holdfast that runs, for what the console serves.
public final class LiveParts {
    private final HoldfastConfiguration configuration;
    private final InstantSource clock;
    private final AuditLog audit;
    private final SessionRegistry sessions;
    private final SqlParser parser;
    private final CatalogAnalyst analyst;

    LiveParts(
            HoldfastConfiguration configuration,
            InstantSource clock,
            AuditLog audit,
            SessionRegistry sessions,
            SqlParser parser,
            CatalogAnalyst analyst) {
        this.configuration = configuration;
        this.clock = clock;
        this.audit = audit;
        this.sessions = sessions;
        this.parser = parser;
        this.analyst = analyst;
    }

    /// What it was started with.
    public HoldfastConfiguration configuration() {
        return configuration;
    }

    /// What time it is.
    public InstantSource clock() {
        return clock;
    }

    /// The gateway's own record.
    public AuditLog audit() {
        return audit;
    }

    /// Of agents.
    public SessionRegistry sessions() {
        return sessions;
    }

    /// What is kept of writes; to be closed by the caller.
    ///
    /// @throws ConfigurationException if the policies cannot be read
    /// @throws IOException if the journal cannot be read
    public OfflineUndo undo() throws ConfigurationException, IOException {
        return OfflineUndo.open(configuration, audit);
    }

    /// Judges statements without running them; for one thread, and to be closed by the caller.
    ///
    /// @throws ConfigurationException if the policies cannot be read
    public OfflineJudge judge() throws ConfigurationException {
        return OfflineJudge.beside(configuration, parser, analyst::snapshot);
    }

    /// What approved statements destroyed, to look at and to put back: nothing is destroyed through this.
    ///
    /// @throws IOException if it cannot be used
    public Quarantine quarantine() throws IOException {
        return ConfiguredQuarantine.of(
                configuration, _ -> new ParseOutcome.Unreadable(UnreadableReason.PARSER_BUSY));
    }
}
