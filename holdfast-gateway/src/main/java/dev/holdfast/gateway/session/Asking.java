package dev.holdfast.gateway.session;

import dev.holdfast.guard.approval.Approvals;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.Standing;
import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeRefusedException;
import org.jspecify.annotations.Nullable;

/// A statement that people are asked about, or would be.
///
/// @param statement as they see it
/// @param approval under which they let it run; null where they have not, and need not unless it changes
///     too many rows
record Asking(HeldStatement statement, @Nullable String approval) {

    /// People's word for the statement, which is used with that; null where none is needed. Waits for the
    /// store.
    @Nullable Approval taken(Approvals approvals) throws ChangeRefusedException {
        String id = approval;
        if (id == null
                && approvals.standing(statement) instanceof Standing.Approved(String known)) {
            id = known;
        }
        return id == null ? null : approvals.take(id, statement);
    }
}
