package dev.holdfast.guard.change;

/// What a database says of a transaction that was about to commit.
public enum CommitOutcome {
    COMMITTED,
    ROLLED_BACK,
    /// It is open still: it may do either.
    IN_PROGRESS,
    /// The database does not answer now.
    UNREACHABLE,
    /// Nobody can say any more: it was in another cluster or on another timeline, is too long ago, or its
    /// database is not configured any more.
    UNKNOWN
}
