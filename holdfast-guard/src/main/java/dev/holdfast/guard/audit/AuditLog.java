package dev.holdfast.guard.audit;

/// Where entries go. Implementations are called from event loops and never block.
public interface AuditLog {

    /// Takes an entry for writing.
    ///
    /// @return false if the entry cannot be recorded (queue full, disk full, log failed); the caller
    ///     must then refuse the statement or end the session
    boolean record(AuditEntry entry);

    /// Whether entries can be recorded now. Asked before a statement is forwarded: while false,
    /// every statement is refused.
    boolean available();

    /// Whether the entries of an agent are written about as fast as it makes them. While false the
    /// agent must not make more: what it may have waiting is nearly used up, and beyond that
    /// [#record] says no. Other agents are not concerned.
    default boolean keepsUp(String agent) {
        return true;
    }

    /// Writes an entry and returns when it is safe on the disk. Waits: never called on an event loop.
    ///
    /// @return false if it cannot be recorded; the transaction that it is about must not commit
    boolean recordDurably(AuditEntry entry);
}
