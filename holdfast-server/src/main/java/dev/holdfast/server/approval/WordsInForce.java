package dev.holdfast.server.approval;

import dev.holdfast.server.approval.Held.Word.Said;
import dev.holdfast.server.people.Role;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Whether those who approved something may decide still: whoever was disabled or lost the role since, because
/// they left or because somebody else used their account, has approved nothing that is still to run.
final class WordsInForce {
    private WordsInForce() {}

    /// Why the words for an approval do not count any more; null where they do.
    static @Nullable String lapsed(Handle handle, Held held, ApprovalBook.RolesNow roles) {
        for (Held.Word word : held.words()) {
            Role needed =
                    switch (word.said()) {
                        case APPROVED -> Role.REVIEWER;
                        case BROKE_GLASS -> Role.OWNER;
                        case REJECTED,
                                CHANGES_REQUESTED,
                                CLOSED,
                                SAID_IT_RAN,
                                SAID_IT_DID_NOT_RUN ->
                                null;
                    };
            if (needed != null && !roles.of(handle, word.person()).contains(needed)) {
                return word.said() == Said.APPROVED
                        ? word.person() + ", who approved it, may not decide any more"
                        : word.person() + ", who broke the glass, is no owner any more";
            }
        }
        return null;
    }
}
