package dev.holdfast.guard.change;

import java.util.List;

/// Is told, before COMMIT is sent, of a transaction that uses people's word: what became of it can then be
/// asked by others too, should whoever ran it never come back.
@FunctionalInterface
public interface CommitNotice {
    /// For what never uses anybody's word.
    CommitNotice OF_NOTHING_APPROVED =
            (approvals, _) -> {
                throw new IllegalStateException(approvals + " cannot be used here");
            };

    /// Returns when it is written down. Waits for a store.
    ///
    /// @param approvals the ids of the words that were taken for it, at least one
    /// @throws ChangeRefusedException if it cannot be, or if a person has closed one of them meanwhile: the
    ///     transaction must be rolled back
    void committing(List<String> approvals, CommitPoint point) throws ChangeRefusedException;
}
