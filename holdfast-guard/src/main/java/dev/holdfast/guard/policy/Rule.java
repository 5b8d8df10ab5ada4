package dev.holdfast.guard.policy;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.sql.analysis.Effect;
import java.util.Arrays;
import java.util.List;

/// The rules of the built-in read-only policy and of policies from a file. Their names are part of the
/// interface: agents and logs match on them. Of several rules that refuse, the agent is told the first
/// in this order.
///
/// One SQLSTATE, 42501, stands for every refusal by policy. PostgreSQL's own 25006 for writes in a
/// read-only transaction would be nearer for some, but drivers and pools read it as "wrong host" and
/// try the next one; 42501 is final everywhere.
public enum Rule {
    READ(
            "read-only.read",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Statements that only read may run.",
            ""),
    SESSION(
            "read-only.session",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Statements that change nothing but this session may run.",
            ""),
    TRANSACTION(
            "read-only.transaction",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Read-only transactions may be begun, marked and ended.",
            ""),
    EXPORT("read-only.export", ErrorCode.INSUFFICIENT_PRIVILEGE, "COPY to the client may run.", ""),
    WRITE(
            "read-only.write",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may change rows.",
            "Use SELECT to find out what you need. If rows must change, tell the person you work"
                    + " for which rows and why; do not retry."),
    DEFINE(
            "read-only.define",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may create or alter objects, temporary ones included.",
            "Use a CTE (WITH …) or a sub-select instead of a temporary table. If the schema must"
                    + " change, tell the person you work for; do not retry."),
    DESTROY(
            "read-only.destroy",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may drop or empty objects.",
            "If something must be removed, tell the person you work for what and why; do not"
                    + " retry."),
    PRIVILEGE(
            "read-only.privilege",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may change roles, grants, owners or row filters.",
            "If a right is missing, tell the person you work for which one; do not retry."),
    LOCK(
            "read-only.lock",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may take locks that others wait for.",
            "Leave out FOR UPDATE, FOR SHARE, LOCK or the advisory lock: a plain SELECT sees a"
                    + " consistent state without them."),
    PROCEDURAL(
            "read-only.procedural",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "No code may run whose effect its text does not show.",
            "Write what you want to read as a plain SELECT."),
    UNSAFE_IO(
            "read-only.unsafe-io",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may reach outside the database: files, programs, the network, the server"
                    + " process.",
            "To get data out use SELECT, or COPY (SELECT …) TO STDOUT."),
    FUNCTION(
            "read-only.function",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Only functions known to be harmless may be called.",
            "PostgreSQL's own reading functions may be called. If this one only reads, ask the"
                    + " person you work for to allow it; do not retry."),
    OPERATOR(
            "read-only.operator",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Only PostgreSQL's own operators may be named by schema.",
            "Write OPERATOR(pg_catalog.…) or use the function that you need."),
    READ_WRITE(
            "transaction.read-write",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "No transaction may be made read-write.",
            "Begin with BEGIN or BEGIN READ ONLY. Connection settings such as readOnly=true make"
                    + " drivers do so."),
    TWO_PHASE(
            "transaction.two-phase",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "No transaction may be prepared for two-phase commit.",
            "End the transaction with COMMIT or ROLLBACK."),
    MIXED(
            "transaction.mixed",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "One query string must not mix statements with the control of transactions.",
            "Send BEGIN, COMMIT and ROLLBACK each as a query of its own."),
    PINNED(
            "settings.pinned",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Settings that change how statements are read, judged or held may not be changed.",
            "Leave the setting as it is. Settings of presentation and planning may be changed, such"
                    + " as DateStyle, TimeZone, application_name, statement_timeout; SHOW shows any."),
    UNKNOWN(
            "statement.unknown",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "What is not understood does not run.",
            "Write it in another way."),
    NAME_UNKNOWN(
            "name.unknown",
            ErrorCode.UNDEFINED_TABLE,
            "What a statement names must be in the catalog.",
            "Look at pg_catalog.pg_class for the names that there are. A relation that was made a"
                    + " moment ago is known after the next look at the catalog."),
    SCHEMA_UNKNOWN(
            "name.unknown-schema",
            ErrorCode.INVALID_SCHEMA_NAME,
            "The schemas that a statement names must be in the catalog.",
            "Look at pg_catalog.pg_namespace for the names that there are. A schema that was made a"
                    + " moment ago is known after the next look at the catalog."),
    MALFORMED(
            "statement.malformed",
            ErrorCode.SYNTAX_ERROR,
            "The text is not PostgreSQL's SQL.",
            "Correct the syntax; the position shows where reading stopped."),
    TOO_LONG(
            "statement.too-long",
            ErrorCode.PROGRAM_LIMIT_EXCEEDED,
            "The text is longer than a statement may be.",
            "Send it in smaller parts, or pass values as parameters."),
    TOO_COMPLEX(
            "statement.too-complex",
            ErrorCode.STATEMENT_TOO_COMPLEX,
            "The statement is nested deeper or is larger than can be judged.",
            "Make it simpler: replace long chains of OR by = ANY($1), and nesting by CTEs."),
    TOO_SLOW(
            "statement.too-slow",
            ErrorCode.QUERY_CANCELED,
            "The statement was not understood within the time given.",
            "Make it shorter or simpler."),
    NOT_TEXT(
            "statement.not-text",
            ErrorCode.CHARACTER_NOT_IN_REPERTOIRE,
            "The text is not valid UTF-8 or holds a zero byte.",
            "Send UTF-8; pass binary data as parameters."),
    JUDGE_FAILED(
            "statement.judge-failed",
            ErrorCode.INTERNAL_ERROR,
            "The statement could not be judged, so it does not run.",
            "This is a defect of Holdfast; tell the person who runs it. Another wording may work."),
    JUDGE_BUSY(
            "statement.judge-busy",
            ErrorCode.TOO_MANY_CONNECTIONS,
            "Too many statements wait to be judged.",
            "Wait a second and send it again."),
    CATALOG_UNAVAILABLE(
            "catalog.unavailable",
            ErrorCode.CANNOT_CONNECT_NOW,
            "What the names of a statement stand for must be known before it runs.",
            "Try again in a few seconds. If it persists, tell the operator of Holdfast that the"
                    + " database's catalog cannot be read."),
    UNSAFE_IO_NEVER(
            "unsafe-io.never",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may reach outside the database: files, programs, the network, the server"
                    + " process.",
            "To get data out use SELECT, or COPY (SELECT …) TO STDOUT."),
    PROCEDURAL_NEVER(
            "procedural.never",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "No code may run whose effect its text does not show.",
            "Write what you want to read or change as plain statements."),
    RESTRICTED(
            "relation.restricted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Restricted relations may not be reached by any way.",
            "Do without this relation; do not retry. If the task needs it, tell the person you work"
                    + " for."),
    REVEALING(
            "relation.reveals",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Catalog relations that show values of rows, or credentials, may not be read.",
            "Read what you need from the relations that are granted. pg_class has estimates of row"
                    + " counts, pg_attribute the columns."),
    COLUMN_DENIED(
            "column.denied",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Denied columns may be neither read nor written, whatever way they are reached.",
            "Name the columns that you need instead of * or whole rows, and leave the denied ones"
                    + " out of conditions, ORDER BY and RETURNING too."),
    WRITE_NOT_GRANTED(
            "write.not-granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Every relation that a write changes must be granted for that operation, whatever way"
                    + " it is reached.",
            "If rows must change, tell the person you work for which rows and why; do not retry."),
    READ_NOT_GRANTED(
            "read.not-granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "What a statement reads by name must be granted.",
            "Read relations that are granted. If the task needs this one, tell the person you work"
                    + " for which and why; do not retry."),
    LOCK_NOT_GRANTED(
            "lock.not-granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Rows may be locked only where they may be updated or deleted; nothing else may be"
                    + " locked.",
            "Leave out FOR UPDATE, FOR SHARE, LOCK or LISTEN: a plain SELECT sees a consistent"
                    + " state without them."),
    FUNCTION_NOT_GRANTED(
            "function.not-granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Only functions known to be harmless, and those that the policy names, may be called.",
            "PostgreSQL's own reading functions may be called. If this one is needed, ask the"
                    + " person you work for to allow it; do not retry."),
    WRITE_NOT_GRANTABLE(
            "write.not-grantable",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Of all writes only INSERT, UPDATE, DELETE, MERGE and COPY FROM STDIN can be granted.",
            "If this must be done, tell the person you work for what and why; do not retry."),
    WRITE_UNFORESEEABLE(
            "write.unforeseeable",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "A write may run only where everything that it would change can be foreseen.",
            "Tell the person you work for what DETAIL says; do not retry."),
    WRITE_UNBOUNDED(
            "write.unbounded",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Updates and deletes must have a condition that is sure to keep rows out.",
            "Add a WHERE clause that names the rows, best by their key: WHERE id IN (…)."
                    + " Tautologies such as WHERE true do not count."),
    DEFINE_DENIED(
            "define.denied",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may create or alter objects, temporary ones included.",
            "Use a CTE (WITH …) or a sub-select instead of a temporary table. If the schema must"
                    + " change, tell the person you work for; do not retry."),
    DESTROY_DENIED(
            "destroy.denied",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may drop or empty objects.",
            "If something must be removed, tell the person you work for what and why; do not"
                    + " retry."),
    PRIVILEGE_DENIED(
            "privilege.denied",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Nothing may change roles, grants, owners or row filters.",
            "If a right is missing, tell the person you work for which one; do not retry."),
    RULE_FAILED(
            "rule.failed",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Where a rule of the policy cannot be evaluated, nothing runs.",
            "Tell the person who runs Holdfast which rule DETAIL names; it must be corrected."
                    + " Another wording of the statement may work."),
    RULE_OWN(
            "rule.NAME",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "A rule of the policy's owner denies or holds it; NAME is the rule's.",
            "Tell the person you work for what you want to do and why; do not retry."),
    HOLD_DEFINE(
            "hold.define",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Creating and altering objects waits for a person.",
            Hints.HOLD),
    HOLD_DESTROY(
            "hold.destroy",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Dropping and emptying objects waits for a person.",
            Hints.HOLD),
    HOLD_PRIVILEGE(
            "hold.privilege",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Changing roles, grants, owners or row filters waits for a person.",
            Hints.HOLD),
    HOLD_UNFORESEEABLE(
            "hold.unforeseeable-write",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Writes that may change more than can be foreseen wait for a person.",
            Hints.HOLD),
    HOLD_UNBOUNDED(
            "hold.unbounded-write",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Updates and deletes without a condition that is sure to keep rows out wait for a"
                    + " person.",
            Hints.HOLD),
    HOLD_CHALLENGE(
            "hold.challenge",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Reaching this relation waits for a person.",
            Hints.HOLD),
    HOLD_WRITE(
            "hold.write",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Writes wait for a person.",
            Hints.HOLD),
    READ_GRANTED(
            "read.granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Everything that the statement reads by name is granted.",
            ""),
    WRITE_GRANTED(
            "write.granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "Every relation that the statement changes is granted.",
            ""),
    FUNCTION_GRANTED(
            "function.granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "The policy names the functions that the statement calls.",
            ""),
    SETTING_GRANTED(
            "setting.granted",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "The policy names the setting that the statement changes.",
            ""),
    SESSION_OWN(
            "session.own",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "The statement changes nothing but this session.",
            ""),
    TRANSACTION_OWN(
            "transaction.own",
            ErrorCode.INSUFFICIENT_PRIVILEGE,
            "The statement begins, marks or ends a transaction.",
            "");

    /// Constants of an enum cannot use its own static fields.
    private static final class Hints {
        static final String HOLD =
                "Nothing has run. Tell the person you work for what you want to do and why; they"
                        + " can approve it or do it themselves. Do not retry meanwhile.";
    }

    private static final List<String> IDS = Arrays.stream(values()).map(Rule::id).toList();

    private final String id;
    private final ErrorCode code;
    private final String sentence;
    private final String hint;

    Rule(String id, ErrorCode code, String sentence, String hint) {
        this.id = id;
        this.code = code;
        this.sentence = sentence;
        this.hint = hint;
    }

    /// The place of a rule among those that refuse; rules of an owner's own come last.
    static int order(String id) {
        int order = IDS.indexOf(id);
        return order < 0 ? IDS.size() : order;
    }

    /// The rule that refuses an effect that is not understood.
    static Rule unknown(Effect effect) {
        return switch (effect.operation()) {
            case Effect.UNKNOWN_NAME -> NAME_UNKNOWN;
            case Effect.UNKNOWN_SCHEMA -> SCHEMA_UNKNOWN;
            default -> UNKNOWN;
        };
    }

    /// The stable name, such as `read-only.write`.
    public String id() {
        return id;
    }

    /// What a refusal by this rule is answered with; without meaning for rules that only allow.
    public ErrorCode code() {
        return code;
    }

    /// The rule for a person.
    public String sentence() {
        return sentence;
    }

    /// What to do when it refused; empty for rules that only allow.
    public String hint() {
        return hint;
    }

    /// Whether it can refuse.
    public boolean refuses() {
        return !hint.isEmpty();
    }
}
