package dev.holdfast.sql.parser;

/// Why a text was not judged. Whatever the reason, the text is not forwarded.
public enum UnreadableReason {
    /// More bytes than [ParserLimits#textBytesMax].
    TOO_LONG,
    /// Nested too deep, or its syntax tree is too large.
    TOO_COMPLEX,
    /// Not parsed within [ParserLimits#parseTimeMax].
    TOO_SLOW,
    /// Not valid UTF-8. The session's client_encoding is pinned to UTF8.
    NOT_UTF8,
    /// Holds a zero byte, at which the parser, being C, would stop reading.
    CONTAINS_NUL,
    /// The parser failed, or answered with something that its schema does not know.
    PARSER_FAILED,
    /// Every parser is at work and the queue is full, or the parser is closed.
    PARSER_BUSY,
    /// What its names stand for is not known: the database's catalog could not be read.
    CATALOG_UNAVAILABLE
}
