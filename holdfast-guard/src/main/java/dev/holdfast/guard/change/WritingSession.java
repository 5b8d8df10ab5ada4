package dev.holdfast.guard.change;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The session in which the transaction runs, for questions within it: only there are its changes to be
/// seen. Every method waits for PostgreSQL; used by one thread at a time, never by an event loop.
///
/// Whoever asks qualifies every function, type and operator with `pg_catalog`: the session's search
/// path is the agent's.
public interface WritingSession {

    /// Runs one query.
    ///
    /// @param sql one statement, `$1` for the first parameter
    /// @param parameters in text format; null for NULL
    /// @return the rows, each column in text format
    /// @throws ChangeRefusedException if PostgreSQL refuses it or the connection is lost: the
    ///     transaction cannot commit then
    List<List<@Nullable String>> query(String sql, List<@Nullable String> parameters)
            throws ChangeRefusedException;

    /// Streams the rows of a query by COPY, without ever holding more than a few of them.
    ///
    /// @param query the query within `COPY (…) TO STDOUT`
    /// @param sink takes each row in COPY's text format, without its line end; while it works nothing
    ///     more is read
    /// @throws ChangeRefusedException as [#query], and whatever the sink throws
    void copyOut(String query, RowSink sink) throws ChangeRefusedException;

    /// Takes rows.
    @FunctionalInterface
    interface RowSink {
        void row(byte[] line) throws ChangeRefusedException;
    }
}
