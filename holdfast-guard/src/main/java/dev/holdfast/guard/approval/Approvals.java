package dev.holdfast.guard.approval;

import dev.holdfast.guard.change.Approval;
import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.MeasuredEffect;
import java.time.Duration;

/// Where people's word is asked for, and used. Every method may wait for a store: called on virtual
/// threads, never on an event loop. What cannot be read or written is refused.
public interface Approvals {

    /// How far the identical statement has come.
    ///
    /// @throws ChangeRefusedException if the store does not answer
    Standing standing(HeldStatement statement) throws ChangeRefusedException;

    /// Asks people, and tells them. Where the policy needs nobody it is approved at once.
    ///
    /// @param effect what a rehearsal measured
    /// @throws ChangeRefusedException if nobody can be asked: too much waits already, or the store does
    ///     not answer
    Standing ask(HeldStatement statement, MeasuredEffect effect) throws ChangeRefusedException;

    /// Waits until somebody has decided, or the time is over.
    ///
    /// @return how far it is then
    /// @throws InterruptedException if whoever waits is to give up
    /// @throws ChangeRefusedException if the store does not answer
    Standing await(HeldStatement statement, Duration max)
            throws InterruptedException, ChangeRefusedException;

    /// Takes the word: nobody else can take it, and it is in doubt until [#ended] says how it ended.
    ///
    /// @param id of [Standing.Approved]
    /// @throws ChangeRefusedException if it was not given for exactly this, is over, was used, or rests on
    ///     another policy or another catalog
    Approval take(String id, HeldStatement statement) throws ChangeRefusedException;

    /// How the transaction ended for which the word was taken. What cannot be written down now is found
    /// out later, from the undo journal.
    ///
    /// @param transaction under which the undo journal or the quarantine has it; empty where nothing is
    ///     kept
    void ended(String id, Ending ending, String transaction);

    /// How a transaction ended.
    enum Ending {
        /// It is committed: the word is used.
        COMMITTED,
        /// Nothing happened: the word stands.
        ROLLED_BACK,
        /// It would have done more than was approved, and was rolled back: the word is void.
        GREW,
        /// The program ended while it ran, and nothing happened: the word is void.
        ABANDONED,
        /// Nobody knows yet.
        UNKNOWN
    }
}
