package dev.holdfast.sql.analysis;

/// What sort of thing a statement does, from harmless to not understood.
///
/// The order is the order of gravity: the kind of a statement is the gravest kind of anything in it.
public enum StatementKind {
    /// Reads rows or catalog data; nothing is left behind.
    READ,
    /// Begins, ends or marks a transaction.
    TRANSACTION,
    /// Changes this session only: settings, prepared statements, cursors.
    SESSION,
    /// Sends data somewhere other than a plain result set: `COPY … TO STDOUT`.
    EXPORT,
    /// Takes locks that others wait for.
    LOCK,
    /// Inserts, updates, deletes or merges rows, or calls a function that may.
    WRITE,
    /// Creates or alters objects.
    DEFINE,
    /// Drops or truncates objects.
    DESTROY,
    /// Changes roles, grants, ownership or policies.
    PRIVILEGE,
    /// Runs code whose effect the text does not show: `DO`, `CALL`.
    PROCEDURAL,
    /// Reaches outside the database: server files, programs, the network, the server process itself.
    UNSAFE_IO,
    /// Changes what the judgement and its enforcement rest on: pinned settings, the acting role, the
    /// read-only mode.
    SAFEGUARD,
    /// Not understood, therefore refused.
    UNKNOWN
}
