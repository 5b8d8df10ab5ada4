package dev.holdfast.sql.parser;

import java.util.List;

/// What came of parsing one text.
public sealed interface ParseOutcome {

    /// The text is SQL.
    ///
    /// @param statements in their order; empty where the text holds nothing but white space, comments
    ///     and semicolons
    record Parsed(List<Statement> statements) implements ParseOutcome {
        public Parsed {
            statements = List.copyOf(statements);
        }
    }

    /// The text is not PostgreSQL's SQL; PostgreSQL would refuse it with the same message.
    ///
    /// @param message PostgreSQL's own message. It may quote the text, so it is for the client and not
    ///     for a record
    /// @param position 1-based, in characters (code points); 0 where there is none
    record SyntaxError(String message, int position) implements ParseOutcome {}

    /// The text was not parsed and nothing is known about it.
    record Unreadable(UnreadableReason reason) implements ParseOutcome {}

    /// One statement of a text.
    ///
    /// @param tree its syntax tree
    /// @param start offset of the first byte of its first token, 0-based
    /// @param end offset after its last byte, without the semicolon; white space and comments after it
    ///     belong to it
    record Statement(Node tree, int start, int end) {}
}
