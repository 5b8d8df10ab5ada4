package dev.holdfast.server.composition;

import dev.holdfast.guard.approval.Approvals.Ending;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.Policy;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.audit.ActionEntry;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.journal.Journal;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.quarantine.Entry;
import dev.holdfast.server.quarantine.Quarantine;
import dev.holdfast.server.store.ControlStore;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The approvals as the configuration has them.
public final class ConfiguredApprovals {
    private ConfiguredApprovals() {}

    /// Makes the book.
    ///
    /// @param policies in force now
    /// @param purposes what principals work for
    public static ApprovalBook of(
            HoldfastConfiguration configuration,
            ControlStore store,
            Function<Principal, Policy> policies,
            Function<Principal, Held.Purpose> purposes,
            AuditLog audit,
            InstantSource clock) {
        HoldfastConfiguration.Approvals settings = configuration.approvals();
        return new ApprovalBook(
                store,
                new ApprovalBook.Settings(
                        settings.decideWithin(), settings.useWithin(), settings.waitingMax()),
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
                clock,
                new SecureRandom());
    }

    /// How the transaction ended for which an approval had been taken when the program ended: what did
    /// commit is in the undo journal or in the quarantine, under the approval's id.
    ///
    /// @return null where nobody knows yet
    static @Nullable Ending ending(Held held, @Nullable Journal journal, Quarantine quarantine)
            throws IOException {
        if (held.destroys()) {
            for (Entry entry : quarantine.list()) {
                if (entry.approval().equals(held.id())) {
                    return entry.pending().nothing() ? Ending.COMMITTED : null;
                }
            }
            return Ending.ABANDONED;
        }
        if (journal != null) {
            for (JournalEntry entry : journal.list()) {
                if (entry.statements().stream()
                        .anyMatch(statement -> statement.rule().contains(held.id()))) {
                    return switch (entry.state()) {
                        case COMMITTED -> Ending.COMMITTED;
                        case UNSEALED -> Ending.ABANDONED;
                        case PENDING, AMBIGUOUS, DAMAGED -> null;
                    };
                }
            }
        }
        return Ending.ABANDONED;
    }
}
