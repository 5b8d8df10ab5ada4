package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.server.journal.Journal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A transaction whose images are sealed in the journal.
///
/// @param transactionId PostgreSQL's, 64 bits, in decimal
record JournaledTransaction(Journal journal, String id, String transactionId, TwinPool twins)
        implements KeptTransaction {
    private static final Duration RESOLVE_MAX = Duration.ofSeconds(10);
    private static final Duration ASK_EVERY = Duration.ofMillis(100);

    @Override
    public void committed() {
        journal.outcome(id, Outcome.COMMITTED);
    }

    @Override
    public void rolledBack() {
        journal.outcome(id, Outcome.ROLLED_BACK);
    }

    @Override
    public Outcome resolve() {
        long deadline = System.nanoTime() + RESOLVE_MAX.toNanos();
        Outcome outcome = ask();
        while (outcome == Outcome.AMBIGUOUS && System.nanoTime() < deadline) {
            try {
                Thread.sleep(ASK_EVERY);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
            outcome = ask();
        }
        journal.outcome(id, outcome);
        return outcome;
    }

    /// In progress is ambiguous too: the server may not have noticed yet that nobody waits for it.
    private Outcome ask() {
        try (TwinPool.Lease lease = twins.lease()) {
            List<List<@Nullable String>> rows =
                    lease.session()
                            .query("SELECT pg_xact_status($1::xid8)", List.of(transactionId));
            lease.isSound();
            @Nullable String status = rows.getFirst().getFirst();
            return switch (status == null ? "" : status) {
                case "committed" -> Outcome.COMMITTED;
                case "aborted" -> Outcome.ROLLED_BACK;
                default -> Outcome.AMBIGUOUS;
            };
        } catch (ChangeRefusedException _) {
            twins.forget();
            return Outcome.AMBIGUOUS;
        }
    }
}
