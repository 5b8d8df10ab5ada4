package dev.holdfast.sql.analysis;

/// One thing that a statement would do, with the words that explain it to a person.
///
/// @param kind what sort of thing it is
/// @param operation the SQL command or construct that does it, in upper case: `DELETE`, `SELECT FOR
///     UPDATE`, `FUNCTION CALL`
/// @param object what it is done to, as written and qualified as far as the text tells; empty where
///     there is none
/// @param because why it counts as this kind; one clause, no literal values from the statement
public record Effect(StatementKind kind, String operation, String object, String because) {
    /// The [#operation] of a call to a function, whatever syntax calls it.
    public static final String FUNCTION_CALL = "FUNCTION CALL";

    /// The [#operation] of naming a relation that the catalog does not have.
    public static final String UNKNOWN_NAME = "UNKNOWN NAME";

    /// The [#operation] of naming a schema that the catalog does not have.
    public static final String UNKNOWN_SCHEMA = "UNKNOWN SCHEMA";

    /// The [#operation] of an operator, behind which stands a function.
    public static final String OPERATOR_CALL = "OPERATOR CALL";
}
