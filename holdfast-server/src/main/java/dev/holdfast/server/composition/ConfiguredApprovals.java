package dev.holdfast.server.composition;

import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.journal.OutcomeQuestion;
import dev.holdfast.server.store.ControlStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;

/// The approvals as the configuration has them.
public final class ConfiguredApprovals {
    /// A person waits for the answer.
    private static final Duration PROGRESS_MAX = Duration.ofSeconds(2);

    private ConfiguredApprovals() {}

    /// Makes the book.
    ///
    /// @param policies in force now
    /// @param purposes what principals work for
    /// @throws IOException if the gateway's id cannot be kept beside its journal
    public static ApprovalBook of(
            HoldfastConfiguration configuration,
            ControlStore store,
            Function<Principal, Policy> policies,
            Function<Principal, Held.Purpose> purposes,
            AuditLog audit,
            InstantSource clock)
            throws IOException {
        HoldfastConfiguration.Approvals settings = configuration.approvals();
        SecureRandom random = new SecureRandom();
        OutcomeQuestion question = KeptWrites.question(configuration);
        return new ApprovalBook(
                store,
                new ApprovalBook.Settings(
                        settings.decideWithin(),
                        settings.useWithin(),
                        settings.waitingMax(),
                        GatewayIdentity.keptIn(configuration.undo().directory(), random)),
                policies,
                purposes,
                (person, database, action, rule) ->
                        audit.recordDurably(
                                ActionEntry.of(
                                        clock,
                                        person,
                                        database,
                                        action,
                                        rule,
                                        ActionEntry.Outcome.OK)),
                ConfiguredPeople.roles(configuration)::of,
                (database, point) -> question.ask(database, point, PROGRESS_MAX),
                clock,
                random);
    }
}
