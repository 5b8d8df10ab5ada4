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
}
