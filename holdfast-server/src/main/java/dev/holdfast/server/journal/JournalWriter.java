package dev.holdfast.server.journal;

import dev.holdfast.guard.change.ChangeRefusedException;

/// Writes what one transaction changed, as it arrives. Used by one thread at a time; may wait for the
/// disk. After any exception nothing but [#close] may be called.
///
/// Lines are rows in COPY's text format, without their line end, the row's ctid in front; they belong to
/// the relation that was begun last.
public interface JournalWriter extends AutoCloseable {

    /// The id under which the transaction will be found: `txn_…`.
    String id();

    /// Begins the rows of a relation.
    ///
    /// @throws ChangeRefusedException if it cannot be written, or the transaction or the journal grew
    ///     too large; nothing of it may commit then
    void relation(RelationImage header) throws ChangeRefusedException;

    /// A row as others see it until the transaction commits.
    ///
    /// @throws ChangeRefusedException as [#relation]
    void before(byte[] copyLine) throws ChangeRefusedException;

    /// A row as the transaction leaves it.
    ///
    /// @throws ChangeRefusedException as [#relation]
    void after(byte[] copyLine) throws ChangeRefusedException;

    /// Ends the file and returns when it, and its name, are safe on the disk. From here on the
    /// transaction may commit, and [Journal#outcome] must be told how it ended.
    ///
    /// @throws ChangeRefusedException if that cannot be said for sure
    void seal() throws ChangeRefusedException;

    /// Removes what was written, unless it is sealed.
    @Override
    void close();
}
