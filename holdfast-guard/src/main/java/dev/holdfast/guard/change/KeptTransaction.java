package dev.holdfast.guard.change;

/// A transaction whose images are in the journal and whose outcome is not yet known. Exactly one of
/// its methods besides [#id] is called, once.
public interface KeptTransaction {

    /// Under which the journal has it, and a person can undo it: `txn_…`.
    String id();

    /// PostgreSQL confirmed COMMIT.
    void committed();

    /// PostgreSQL rolled it back, or COMMIT was never sent.
    void rolledBack();

    /// COMMIT was sent and its answer was lost: asks PostgreSQL on another connection, for a bounded
    /// time.
    Outcome resolve();

    /// How a transaction ended.
    enum Outcome {
        COMMITTED,
        ROLLED_BACK,
        /// Not known yet; it is asked again until it is, at the next start too.
        AMBIGUOUS
    }
}
