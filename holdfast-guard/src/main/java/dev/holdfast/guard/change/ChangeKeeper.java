package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keeps what a transaction is about to change, so that it can be undone. Every method may wait for
/// databases and disks: called on virtual threads, never on an event loop.
public interface ChangeKeeper {

    /// Why nothing that is written to the principal's database can be kept; null where it can. Asked
    /// before a write runs, on event loops: waits for nothing.
    @Nullable Refusal unavailable(Principal principal);

    /// Collects before- and after-images of everything that the transaction changed, proves that they
    /// are complete, and writes them to the undo journal, synced to the disk. Called after the last
    /// statement, with the settled measurement, before COMMIT.
    ///
    /// @throws ChangeRefusedException if anything is missing or cannot be written: the transaction must
    ///     be rolled back
    default KeptTransaction keep(
            WriteTransaction transaction, Measurement measured, WritingSession writer)
            throws ChangeRefusedException {
        return keep(transaction, measured, writer, _ -> {});
    }

    /// The same, with something else that must be on the disk before COMMIT and may get there at the same
    /// time.
    ///
    /// @param also called once, on another thread, with the id under which the journal has the transaction,
    ///     when everything is collected and proven and is about to be synced; not called if it comes to
    ///     nothing before
    KeptTransaction keep(
            WriteTransaction transaction, Measurement measured, WritingSession writer, Also also)
            throws ChangeRefusedException;

    /// What a transaction that is to be rolled back has done, as a person wants to see it: each table with
    /// how many rows it had, and some of the rows before and after. Refuses what [#keep] would refuse, as
    /// far as that is known before images are read.
    ///
    /// @param principal who
    /// @param measured what was done
    /// @param writer the session in which it was done
    /// @throws ChangeRefusedException if it could not be kept, or the rows cannot be read
    Examined examine(Principal principal, Measurement measured, WritingSession writer)
            throws ChangeRefusedException;

    /// What an examination found.
    ///
    /// @param tables in the order of the measurement
    /// @param samples some rows of each
    record Examined(List<TableEffect> tables, List<RowSample> samples) {
        public Examined {
            tables = List.copyOf(tables);
            samples = List.copyOf(samples);
        }
    }

    /// What else is made durable.
    @FunctionalInterface
    interface Also {
        /// Returns when it is.
        ///
        /// @param id in the journal
        /// @throws ChangeRefusedException if it cannot be: the transaction must be rolled back
        void durably(String id) throws ChangeRefusedException;
    }
}
