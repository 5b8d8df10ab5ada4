package dev.holdfast.sql.analysis;

/// What a statement does to the transaction that it runs in.
public enum TransactionControl {
    /// Nothing.
    NONE,
    /// `BEGIN`, `START TRANSACTION`.
    BEGIN,
    /// `COMMIT`, `END`.
    COMMIT,
    /// `ROLLBACK`, `ABORT`.
    ROLLBACK,
    /// `COMMIT AND CHAIN`, `ROLLBACK AND CHAIN`: ends it and begins another like it.
    CHAIN,
    /// `SAVEPOINT`, `RELEASE`, `ROLLBACK TO`.
    SAVEPOINT,
    /// `PREPARE TRANSACTION` and what follows it.
    TWO_PHASE,
    /// `SET TRANSACTION`.
    CHARACTERISTICS
}
