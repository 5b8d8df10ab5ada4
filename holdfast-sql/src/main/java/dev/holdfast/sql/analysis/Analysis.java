package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.UnreadableReason;
import java.util.List;

/// The outcome of analysing one query string.
public sealed interface Analysis {

    /// The text was understood whole.
    ///
    /// @param statements the statements in their order; empty for an empty query string
    /// @param normalized the text with every literal replaced by `$n`, safe to record
    /// @param literalsMatter whether some finding depends on the value of a literal; only where it does
    ///     not may the result serve other texts of the same shape
    record Understood(List<StatementEffects> statements, String normalized, boolean literalsMatter)
            implements Analysis {
        public Understood {
            statements = List.copyOf(statements);
        }
    }

    /// The text is not PostgreSQL's SQL. PostgreSQL itself would refuse it with this message.
    ///
    /// @param message PostgreSQL's own message
    /// @param position 1-based position in characters; 0 where there is none
    record Malformed(String message, int position) implements Analysis {}

    /// The text was not judged: too long, too deep, too slow, not valid UTF-8, or the parser failed.
    ///
    /// @param reason why; no literal values from the statement
    record Unreadable(UnreadableReason reason) implements Analysis {}
}
