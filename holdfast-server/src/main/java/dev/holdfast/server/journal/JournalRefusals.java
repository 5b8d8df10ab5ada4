package dev.holdfast.server.journal;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import java.io.IOException;
import java.util.Locale;

/// Why a transaction cannot be kept, in the words that an agent is told.
final class JournalRefusals {
    private static final String ROLLED_BACK =
            "The transaction was rolled back: nothing was changed. ";

    private JournalRefusals() {}

    /// The cause names files and stays in the log.
    static ChangeRefusedException unavailable(IOException cause) {
        return new ChangeRefusedException(
                new Refusal(
                        ErrorCode.IO_ERROR,
                        "undo.journal-unavailable",
                        "the undo journal cannot be written, so nothing can commit",
                        "Rule undo.journal-unavailable: what cannot be undone does not commit",
                        ROLLED_BACK
                                + "Do not retry at once; an operator finds the reason in Holdfast's"
                                + " log."),
                cause);
    }

    static ChangeRefusedException full(long usedBytes, long sizeMaxBytes) {
        return new ChangeRefusedException(
                new Refusal(
                        ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                        "undo.journal-full",
                        "the undo journal is full",
                        "Rule undo.journal-full: it holds %s, and may hold %s"
                                .formatted(mebibytes(usedBytes), mebibytes(sizeMaxBytes)),
                        ROLLED_BACK
                                + "An operator can raise undo.size-max, shorten undo.retention or"
                                + " unpin transactions."));
    }

    static ChangeRefusedException tooLarge(long sizeMaxBytes) {
        return new ChangeRefusedException(
                new Refusal(
                        ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                        "undo.transaction-too-large",
                        "the transaction changed more than can be kept of one",
                        "Rule undo.transaction-too-large: its rows, compressed, take more than %s"
                                .formatted(mebibytes(sizeMaxBytes)),
                        ROLLED_BACK
                                + "Change fewer rows in one transaction, or ask an operator to raise"
                                + " undo.transaction-size-max."));
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
