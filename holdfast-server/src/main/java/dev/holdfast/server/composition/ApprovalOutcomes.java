package dev.holdfast.server.composition;

import dev.holdfast.guard.approval.Approvals.Ending;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.approval.Held;
import dev.holdfast.server.journal.Journal;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.quarantine.Entry;
import dev.holdfast.server.quarantine.Quarantine;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out how the transactions ended that approvals were taken for, where nobody was there to say so: the
/// gateway was ended meanwhile, PostgreSQL's answer was lost, or the store could not be told. What did
/// commit is in this gateway's undo journal or in its quarantine, under the approval's id.
final class ApprovalOutcomes implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ApprovalOutcomes.class);
    private static final Duration LOOK = Duration.ofSeconds(5);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final ApprovalBook approvals;
    private final @Nullable Journal journal;
    private final Quarantine quarantine;
    private final Duration retention;
    private final InstantSource clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private ApprovalOutcomes(
            ApprovalBook approvals,
            @Nullable Journal journal,
            Quarantine quarantine,
            Duration retention,
            InstantSource clock) {
        this.approvals = approvals;
        this.journal = journal;
        this.quarantine = quarantine;
        this.retention = retention;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("approval-outcomes").unstarted(this::run);
    }

    /// Finds out what an earlier run of this gateway has left, and goes on looking.
    ///
    /// @param writes whose outcomes are begun to be found out
    /// @param retention for so long at least the journal and the quarantine have what was done
    /// @throws IOException if the journal cannot be read
    static ApprovalOutcomes start(
            ApprovalBook approvals,
            KeptWrites writes,
            Quarantine quarantine,
            Duration retention,
            InstantSource clock)
            throws IOException {
        ApprovalOutcomes outcomes =
                new ApprovalOutcomes(approvals, writes.journal(), quarantine, retention, clock);
        approvals.settleLeftOver(outcomes::ending);
        // Only now: what is found to be rolled back leaves the journal.
        writes.resolveOutcomes((id, taken, outcome) ->
                switch (outcome) {
                    case COMMITTED -> approvals.resolved(taken, true, id);
                    case ROLLED_BACK -> approvals.resolved(taken, false, id);
                    case AMBIGUOUS -> true;
                });
        outcomes.thread.start();
        return outcomes;
    }

    private void run() {
        try {
            while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    approvals.look(this::ending);
                } catch (RuntimeException e) {
                    LOGGER.error("approvals cannot be looked through", e);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Ending ending(Held held) {
        if (clock.millis() - held.askedAtEpochMillis() >= retention.toMillis()) {
            // It may have been removed since.
            return null;
        }
        try {
            return held.destroys()
                    ? destroyed(held.id(), quarantine.list())
                    : changed(held.id(), journal == null ? List.of() : journal.list());
        } catch (IOException e) {
            LOGGER.warn("{}: how it ended cannot be told yet", held.id(), e);
            return null;
        }
    }

    private static @Nullable Ending destroyed(String approval, List<Entry> entries) {
        for (Entry entry : entries) {
            if (entry.approval().equals(approval)) {
                // What was restored or purged since was destroyed too.
                return entry.state() == Entry.State.PREPARED ? null : Ending.COMMITTED;
            }
        }
        return Ending.ABANDONED;
    }

    private static @Nullable Ending changed(String approval, List<JournalEntry> entries) {
        boolean open = false;
        for (JournalEntry entry : entries) {
            boolean illegible =
                    entry.state() == JournalEntry.State.DAMAGED
                            && entry.principal().agent().isEmpty();
            if (illegible) {
                open = true;
            } else if (entry.approvals().contains(approval)) {
                switch (entry.state()) {
                    case COMMITTED -> {
                        return Ending.COMMITTED;
                    }
                    case PENDING, AMBIGUOUS, DAMAGED -> open = true;
                    case UNSEALED -> {
                        // COMMIT was never sent.
                    }
                }
            }
        }
        return open ? null : Ending.ABANDONED;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            // A look that is under way needs the store, which is closed next.
            thread.join(CLOSE_MAX);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
