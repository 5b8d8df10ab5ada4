package dev.holdfast.sql.parser;

import java.util.List;
import java.util.SortedSet;

/// What came of parsing the body of a PL/pgSQL function.
public sealed interface PlpgsqlOutcome {

    /// The body is PL/pgSQL.
    ///
    /// @param statementTypes the types of the statements in it, such as `PLpgSQL_stmt_dynexecute`
    ///     (`EXECUTE`, whose SQL is only known when it runs)
    /// @param dynamic whether it runs SQL that is put together when it runs, by `EXECUTE` in any statement
    /// @param queries every piece of SQL in it, statements and bare expressions alike, in no order
    record Parsed(SortedSet<String> statementTypes, boolean dynamic, List<String> queries)
            implements PlpgsqlOutcome {
        public Parsed {
            queries = List.copyOf(queries);
        }
    }

    /// The body is not PL/pgSQL, or the text around it not SQL.
    ///
    /// @param message PostgreSQL's own message; may quote the text
    record SyntaxError(String message) implements PlpgsqlOutcome {}

    /// The body was not parsed and nothing is known about it.
    record Unreadable(UnreadableReason reason) implements PlpgsqlOutcome {}
}
