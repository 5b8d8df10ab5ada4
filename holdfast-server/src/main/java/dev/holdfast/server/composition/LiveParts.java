package dev.holdfast.server.composition;

import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.audit.Traffic;
import dev.holdfast.server.config.ConfigurationException;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.oidc.SignIns;
import dev.holdfast.server.people.People;
import dev.holdfast.server.quarantine.Quarantine;
import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.UnreadableReason;
import java.io.IOException;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The parts of a Holdfast that runs, for what the console serves.
public final class LiveParts {
    private final Running running;
    private final People people;
    private final @Nullable SignIns provider;

    LiveParts(Running running, People people, @Nullable SignIns provider) {
        this.running = running;
        this.people = people;
        this.provider = provider;
    }

    /// Who answers for what agents do.
    public People people() {
        return people;
    }

    /// Sign-ins by an identity provider; null where none is configured.
    public @Nullable SignIns provider() {
        return provider;
    }

    /// Gives and takes access.
    public AccessBook access() {
        return running.access();
    }

    /// What is held, and what people say of it.
    public ApprovalBook approvals() {
        return running.approvals();
    }

    /// What it was started with.
    public HoldfastConfiguration configuration() {
        return running.configuration();
    }

    /// What time it is.
    public InstantSource clock() {
        return running.clock();
    }

    /// The gateway's own record.
    public AuditLog audit() {
        return running.audit();
    }

    /// How much agents send.
    public Traffic traffic() {
        return running.traffic();
    }

    /// Of agents.
    public SessionRegistry sessions() {
        return running.sessions();
    }

    /// What is kept of writes; to be closed by the caller.
    ///
    /// @throws ConfigurationException if the policies cannot be read
    /// @throws IOException if the journal cannot be read
    public OfflineUndo undo() throws ConfigurationException, IOException {
        return OfflineUndo.open(running.configuration(), running.audit());
    }

    /// Judges statements without running them; for one thread, and to be closed by the caller.
    ///
    /// @throws ConfigurationException if the policies cannot be read
    public OfflineJudge judge() throws ConfigurationException {
        return OfflineJudge.beside(
                running.configuration(), running.parser(), running.analyst()::snapshot);
    }

    /// What approved statements destroyed, to look at and to put back: nothing is destroyed through this.
    ///
    /// @throws IOException if it cannot be used
    public Quarantine quarantine() throws IOException {
        return ConfiguredQuarantine.of(
                running.configuration(),
                _ -> new ParseOutcome.Unreadable(UnreadableReason.PARSER_BUSY));
    }
}
