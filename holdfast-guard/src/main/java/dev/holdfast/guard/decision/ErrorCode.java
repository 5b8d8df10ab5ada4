package dev.holdfast.guard.decision;

/// Every reason for which Holdfast itself answers with an error, with its SQLSTATE
/// (PostgreSQL manual, appendix A).
public enum ErrorCode {
    /// The policy does not allow the statement.
    INSUFFICIENT_PRIVILEGE("42501", Kind.POLICY),
    /// PostgreSQL's grammar rejects the text.
    SYNTAX_ERROR("42601", Kind.CLIENT),
    /// The client broke the wire protocol.
    PROTOCOL_VIOLATION("08P01", Kind.CLIENT),
    /// A feature that Holdfast does not offer.
    FEATURE_NOT_SUPPORTED("0A000", Kind.CLIENT),
    /// The session has no prepared statement of that name.
    INVALID_SQL_STATEMENT_NAME("26000", Kind.CLIENT),
    /// No relation of that name is known.
    UNDEFINED_TABLE("42P01", Kind.CLIENT),
    /// No schema of that name is known.
    INVALID_SCHEMA_NAME("3F000", Kind.CLIENT),
    /// The session has no portal of that name.
    INVALID_CURSOR_NAME("34000", Kind.CLIENT),
    /// The text is not valid UTF-8.
    CHARACTER_NOT_IN_REPERTOIRE("22021", Kind.CLIENT),
    /// Wrong credential, unknown agent or unknown database: deliberately one code for all.
    INVALID_PASSWORD("28P01", Kind.CLIENT),
    /// TLS is required and was not used, or the client may not connect.
    INVALID_AUTHORIZATION("28000", Kind.CLIENT),
    /// The text is too long or too deep to be judged.
    STATEMENT_TOO_COMPLEX("54001", Kind.RESOURCE),
    /// A limit of Holdfast was exceeded.
    PROGRAM_LIMIT_EXCEEDED("54000", Kind.RESOURCE),
    /// No further connection or memory is to be had.
    TOO_MANY_CONNECTIONS("53300", Kind.RESOURCE),
    /// More was asked within a time than may be.
    CONFIGURATION_LIMIT_EXCEEDED("53400", Kind.RESOURCE),
    /// The judgement did not end in time.
    QUERY_CANCELED("57014", Kind.RESOURCE),
    /// A transaction was left open without a word.
    IDLE_IN_TRANSACTION("25P03", Kind.RESOURCE),
    /// The record cannot be written, so nothing runs.
    IO_ERROR("58030", Kind.INTERNAL),
    /// Holdfast is shutting down, or the session was ended by a person.
    ADMIN_SHUTDOWN("57P01", Kind.UPSTREAM),
    /// Whether a transaction committed is not known.
    TRANSACTION_RESOLUTION_UNKNOWN("08007", Kind.UPSTREAM),
    /// PostgreSQL cannot be reached.
    CANNOT_CONNECT_NOW("57P03", Kind.UPSTREAM),
    /// A defect of Holdfast.
    INTERNAL_ERROR("XX000", Kind.INTERNAL);

    /// Whose matter the error is.
    public enum Kind {
        CLIENT,
        POLICY,
        RESOURCE,
        UPSTREAM,
        INTERNAL
    }

    private final String sqlState;
    private final Kind kind;

    ErrorCode(String sqlState, Kind kind) {
        this.sqlState = sqlState;
        this.kind = kind;
    }

    /// The five characters sent in the error's `C` field.
    public String sqlState() {
        return sqlState;
    }

    public Kind kind() {
        return kind;
    }
}
