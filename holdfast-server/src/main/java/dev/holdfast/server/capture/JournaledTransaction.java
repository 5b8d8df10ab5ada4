package dev.holdfast.server.capture;

import dev.holdfast.guard.change.KeptTransaction;
import dev.holdfast.server.journal.ImageJournal;
import java.util.function.Function;

/// A transaction whose images are sealed in the journal.
///
/// @param resolver finds out how a transaction of the journal ended, and writes it down there
record JournaledTransaction(ImageJournal journal, String id, Function<String, Outcome> resolver)
        implements KeptTransaction {

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
        return resolver.apply(id);
    }
}
