package dev.holdfast.server.journal;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.guard.change.KeptTransaction.Outcome;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out how transactions ended whose COMMIT was sent and never answered: the answer was lost, or
/// this process was killed. What [OutcomeQuestion] cannot tell is ambiguous, kept, and asked for again.
public final class OutcomeResolver implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OutcomeResolver.class);

    private static final Duration PROGRESS_TIME_MAX = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(15);
    private static final Duration CLOSE_TIME_MAX = Duration.ofSeconds(5);

    private final FileJournal journal;
    private final OutcomeQuestion question;
    private final AuditLog audit;
    private final InstantSource clock;
    private volatile Listener listener = (_, _, _) -> true;
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    /// Is told how a transaction ended that nobody waited for any more, before the journal is.
    @FunctionalInterface
    public interface Listener {
        /// Is told of one.
        ///
        /// @param id the transaction's
        /// @param approvals the ids of people's words that were taken for it
        /// @param outcome never [Outcome#AMBIGUOUS]
        /// @return false if it cannot be noted now: then the outcome is asked for, and told, again
        boolean ended(String id, List<String> approvals, Outcome outcome);
    }

    public OutcomeResolver(
            FileJournal journal, OutcomeQuestion question, AuditLog audit, InstantSource clock) {
        this.journal = journal;
        this.question = question;
        this.audit = audit;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("holdfast-undo-outcomes").unstarted(this::run);
    }

    /// Begins to ask for everything of which no outcome is known, in the background.
    ///
    /// @param told of each outcome that is found out there
    /// @throws IOException if the journal cannot be read
    public void begin(Listener told) throws IOException {
        listener = told;
        waiting.addAll(journal.unresolved());
        if (!waiting.isEmpty()) {
            LOGGER.warn("undo: of {} transactions the outcome is to be found out", waiting.size());
        }
        thread.start();
    }

    /// Finds out how one transaction ended, within seconds, and writes it down. What cannot be told yet is
    /// asked for again in the background.
    public Outcome resolve(String id) {
        return resolve(id, (_, _, _) -> true);
    }

    private Outcome resolve(String id, Listener told) {
        try {
            JournalFile file = journal.file(id);
            JournalHead head = file.head();
            if (head == null) {
                LOGGER.error("undo: {} is damaged: its outcome cannot be asked for", id);
                waiting.remove(id);
                return Outcome.AMBIGUOUS;
            }
            long began = System.nanoTime();
            Outcome outcome = ask(head);
            long micros = (System.nanoTime() - began) / 1_000;
            if (outcome != Outcome.AMBIGUOUS && !told.ended(id, head.approvals(), outcome)) {
                return Outcome.AMBIGUOUS;
            }
            note(file, head, outcome, micros);
            return outcome;
        } catch (NoSuchFileException _) {
            // Removed meanwhile by whoever knew that it was rolled back.
            waiting.remove(id);
            return Outcome.ROLLED_BACK;
        } catch (IOException e) {
            LOGGER.error("undo: {} cannot be read: {}", id, e.toString());
            waiting.add(id);
            return Outcome.AMBIGUOUS;
        }
    }

    private void note(JournalFile file, JournalHead head, Outcome outcome, long micros)
            throws IOException {
        boolean first = journal.entryOf(head.id()).state() != JournalEntry.State.AMBIGUOUS;
        if (outcome == Outcome.AMBIGUOUS) {
            waiting.add(head.id());
            if (!first || file.end() == null) {
                return;
            }
        } else {
            waiting.remove(head.id());
        }
        if (outcome == Outcome.COMMITTED && file.end() == null) {
            LOGGER.error("undo: {} committed, and its file is damaged: no undo", head.id());
        }
        journal.outcome(head.id(), outcome);
        LOGGER.info("undo: the outcome of {}: {}", head.id(), written(outcome));
        boolean recorded = audit.recordDurably(entry(head, outcome, micros));
        if (!recorded) {
            LOGGER.error("undo: the outcome of {} is not on record", head.id());
        }
    }

    private AuditEntry entry(JournalHead head, Outcome outcome, long micros) {
        Instant now = clock.instant();
        // transaction_rollback, transaction_resolution_unknown
        String sqlState =
                switch (outcome) {
                    case COMMITTED -> "00000";
                    case ROLLED_BACK -> "40000";
                    case AMBIGUOUS -> "08007";
                };
        String ended =
                switch (outcome) {
                    case COMMITTED -> "ok";
                    case ROLLED_BACK -> "error";
                    case AMBIGUOUS -> "lost";
                };
        return new AuditEntry(
                now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000,
                head.session(),
                head.principal().agent(),
                head.principal().database(),
                "-- outcome of %s: %s".formatted(head.id(), written(outcome)),
                "allow",
                "undo.outcome",
                ended,
                sqlState,
                outcome == Outcome.COMMITTED ? head.measured().rows() : -1,
                micros);
    }

    private static String written(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private Outcome ask(JournalHead head) {
        CommitPoint point =
                new CommitPoint(
                        head.measured().transactionId(),
                        head.cluster().system(),
                        head.cluster().timeline());
        return switch (question.ask(head.principal().database(), point, PROGRESS_TIME_MAX)) {
            case COMMITTED -> Outcome.COMMITTED;
            case ROLLED_BACK -> Outcome.ROLLED_BACK;
            // A cluster that is put back, or a database that is configured again, may tell later.
            case IN_PROGRESS, UNREACHABLE, UNKNOWN -> Outcome.AMBIGUOUS;
        };
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                for (String id : Set.copyOf(waiting)) {
                    resolve(id, listener);
                }
                Thread.sleep(RETRY);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Of how many transactions the outcome is still to be found out.
    public int waiting() {
        return waiting.size();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            if (thread.isAlive()) {
                thread.join(CLOSE_TIME_MAX);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
