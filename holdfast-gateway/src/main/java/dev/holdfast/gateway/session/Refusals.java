package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.ProtocolViolation;

/// What a session itself refuses, whatever the policy says.
final class Refusals {
    private Refusals() {}

    static Refusal functionCall() {
        return new Refusal(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "protocol.function-call",
                "the FunctionCall message is not served",
                "Rule protocol.function-call: the message names a function by a number, past every"
                        + " statement that could be judged.",
                "Call the function in a SELECT statement.");
    }

    /// Why people are asked about what a policy allows up to a number of rows.
    static Refusal rowsOver(long rowsOver) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "hold.rows-over",
                "it changes more than " + rowsOver + " rows",
                "Rule hold.rows-over.",
                "");
    }

    static Refusal holdGivenUp() {
        return new Refusal(
                ErrorCode.QUERY_CANCELED,
                "hold.given-up",
                "waiting for a person was given up",
                "Rule hold.given-up: the client asked to cancel, or its session ends. People can still"
                        + " decide.",
                "Nothing was changed. Run exactly the same statement again once it is approved.");
    }

    static Refusal unknownStatement() {
        return new Refusal(
                ErrorCode.INVALID_SQL_STATEMENT_NAME,
                "protocol.unknown-statement",
                "the prepared statement does not exist in this session",
                "Rule protocol.unknown-statement: only a statement that this session has prepared, and"
                        + " that was allowed then, can be run.",
                "Prepare the statement in this session first.");
    }

    static Refusal unknownPortal() {
        return new Refusal(
                ErrorCode.INVALID_CURSOR_NAME,
                "protocol.unknown-portal",
                "the portal does not exist in this session",
                "Rule protocol.unknown-portal: only a portal that this session has bound in its"
                        + " current transaction can be used.",
                "Bind the statement again. For a cursor made by DECLARE, use FETCH.");
    }

    static Refusal ambiguousName() {
        return new Refusal(
                ErrorCode.INVALID_SQL_STATEMENT_NAME,
                "protocol.ambiguous-name",
                "the name of a prepared statement or portal is too long or not plain ASCII",
                "Rule protocol.ambiguous-name: PostgreSQL cuts names at 63 bytes of the database's"
                        + " encoding, so two such names could mean one statement.",
                "Use a name of at most 63 ASCII characters.");
    }

    static Refusal parameterType(String because) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "protocol.parameter-type",
                "a parameter has a type that may not be used",
                "Rule protocol.parameter-type: PostgreSQL reads a parameter by the functions of its type,"
                        + " and this type "
                        + because
                        + ".",
                "Leave the types of parameters open, or declare the type that lies under it.");
    }

    static Refusal outOfDate() {
        return new Refusal(
                ErrorCode.INVALID_SQL_STATEMENT_NAME,
                "catalog.changed",
                "the database's objects have changed since this statement was prepared",
                "Rule catalog.changed: what was judged then may do something else now.",
                "Prepare the statement again.");
    }

    static Refusal tooManyNames(String held) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                "limit.names",
                "this session holds too many or too large prepared statements, portals or cursors",
                "Rule limit.names: " + held + ".",
                "Close statements that are no longer needed, or use unnamed ones.");
    }

    static Refusal recordUnavailable() {
        return new Refusal(
                ErrorCode.IO_ERROR,
                "audit.unavailable",
                "the record cannot be written, so nothing runs",
                "Rule audit.unavailable: every statement must be on record.",
                "Try again in a few seconds. If it persists, tell the operator of the gateway that"
                        + " its audit log cannot be written.");
    }

    static Refusal violation(ProtocolViolation violation) {
        return new Refusal(
                ErrorCode.PROTOCOL_VIOLATION,
                "protocol.violation",
                "the client broke the protocol",
                "Rule protocol.violation: " + violation.getMessage() + ".",
                "Connect again with a client that speaks PostgreSQL's protocol 3; a statement may be"
                        + " too long for the gateway's limits.");
    }

    static Refusal outOfStep() {
        return new Refusal(
                ErrorCode.INTERNAL_ERROR,
                "protocol.out-of-step",
                "PostgreSQL answered something that was not asked",
                "Rule protocol.out-of-step: the connection was closed because its state is unknown.",
                "Connect again. If it persists, report it with the gateway's log.");
    }

    static Refusal pinnedSettingChanged(String name) {
        return new Refusal(
                ErrorCode.INTERNAL_ERROR,
                "settings.changed-upstream",
                "a pinned setting changed in PostgreSQL: " + name,
                "Rule settings.changed-upstream: what was judged under the pinned settings could be"
                        + " read in another way now, so the connection was closed.",
                "Connect again. The operator should find out what changed the setting: a function"
                        + " with a SET clause, or a change of the role.");
    }

    static Refusal upstreamLost() {
        return new Refusal(
                ErrorCode.ADMIN_SHUTDOWN,
                "upstream.lost",
                "the connection to PostgreSQL was lost",
                "Rule upstream.lost: PostgreSQL or the network ended it; a transaction that was open is"
                        + " rolled back.",
                "Connect again and repeat the transaction.");
    }

    static Refusal timedOut(long millis, long millisMax) {
        return new Refusal(
                ErrorCode.QUERY_CANCELED,
                "limit.statement-time",
                "the statement ran too long and was cancelled",
                "Rule limit.statement-time: " + millis + " ms (allowed: " + millisMax + " ms).",
                "Make the statement cheaper: select fewer rows, or use an index.");
    }

    static Refusal cancelIgnored() {
        return new Refusal(
                ErrorCode.QUERY_CANCELED,
                "limit.cancel",
                "a statement over its limit did not end when it was cancelled",
                "Rule limit.cancel: the connection was closed, which ends it.",
                "Connect again and ask for less.");
    }

    static Refusal idleInTransaction(long millis) {
        return new Refusal(
                ErrorCode.IDLE_IN_TRANSACTION,
                "limit.transaction-idle",
                "the transaction waited too long for its client and was ended",
                "Rule limit.transaction-idle: nothing was asked for more than " + millis + " ms.",
                "Connect again. End each transaction when its last answer is there; a single SELECT"
                        + " needs none.");
    }

    static Refusal controlInBatch() {
        return new Refusal(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "guarded.control-in-batch",
                "a transaction cannot be begun or ended within a batch that writes",
                "Rule guarded.control-in-batch: the batch up to Sync is one transaction, which the"
                        + " gateway measures and commits.",
                "Send Sync first.");
    }

    static Refusal chained() {
        return new Refusal(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "guarded.chained",
                "AND CHAIN is not served where transactions are measured",
                "Rule guarded.chained: the next transaction would begin with the counts of this one.",
                "End the transaction, then begin the next one.");
    }

    static Refusal mixedWithControl() {
        return new Refusal(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "guarded.mixed",
                "one query string may not both write and begin or end a transaction",
                "Rule guarded.mixed: what is measured before COMMIT must not commit by itself.",
                "Send BEGIN, the statements and COMMIT one by one.");
    }

    static Refusal foreignTransaction() {
        return new Refusal(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "guarded.transaction",
                "this transaction was not begun in a way that lets it be measured",
                "Rule guarded.transaction: it began within a query string with other statements, or is"
                        + " READ ONLY.",
                "Roll it back; begin with BEGIN alone in its query string.");
    }

    static Refusal reservedName() {
        return new Refusal(
                ErrorCode.INVALID_SQL_STATEMENT_NAME,
                "protocol.reserved-name",
                "names that begin with \"holdfast\" are the gateway's own",
                "Rule protocol.reserved-name: the gateway asks its own questions under such names.",
                "Use another name for the prepared statement, portal or cursor.");
    }

    static Refusal guardedUnavailable() {
        return new Refusal(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "guarded.unavailable",
                "the policy allows this statement, but only measured and undoable, and grants no relation"
                        + " to be written",
                "Rule guarded.unavailable: transactions are measured where the policy has a grant under"
                        + " \"write\".",
                "Nothing was changed. Read with SELECT; tell the person you work for which rows must"
                        + " change and why. Do not retry.");
    }

    static Refusal resultTooLarge(Obligations owed, long rows, long bytes) {
        boolean tooManyRows = owed.resultRowsMax() > 0 && rows > owed.resultRowsMax();
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                tooManyRows ? "limit.result-rows" : "limit.result-bytes",
                "the result is larger than it may be, and the statement was cancelled",
                tooManyRows
                        ? "Rule limit.result-rows: "
                                + rows
                                + " rows or more (allowed: "
                                + owed.resultRowsMax()
                                + ")."
                        : "Rule limit.result-bytes: "
                                + bytes
                                + " bytes or more (allowed: "
                                + owed.resultBytesMax()
                                + ").",
                "What arrived before is incomplete. Select fewer rows or columns, aggregate, or use"
                        + " LIMIT.");
    }

    static Refusal tooManyStatements(int statementsMax, long waitSeconds) {
        return new Refusal(
                ErrorCode.CONFIGURATION_LIMIT_EXCEEDED,
                "limit.statements-per-minute",
                "too many statements within a minute",
                "Rule limit.statements-per-minute: all sessions of this agent together may ask for "
                        + statementsMax
                        + " within any minute.",
                "Wait "
                        + waitSeconds
                        + " s, then go on; do not retry before. Ask for more with one statement"
                        + " instead of for little with many.");
    }

    static Refusal tooManyAtOnce(int statements, int statementsMax) {
        return new Refusal(
                ErrorCode.CONFIGURATION_LIMIT_EXCEEDED,
                "limit.statements-per-minute",
                "more statements in one query string than may run within a minute",
                "Rule limit.statements-per-minute: "
                        + statements
                        + " statements (allowed: "
                        + statementsMax
                        + ").",
                "Send fewer statements in one query string; do not retry this one.");
    }

    static Refusal defect() {
        return new Refusal(
                ErrorCode.INTERNAL_ERROR,
                "internal.defect",
                "the gateway failed and ended the session",
                "Rule internal.defect: the cause is in the gateway's log.",
                "Connect again. If it persists, report it with the gateway's log.");
    }
}
