package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import java.util.Comparator;
import java.util.stream.Collectors;

/// What is said when a write may not go on. The transaction is rolled back in each case.
public final class GuardedRefusals {
    static final String OUT_OF_STEP = "guarded.out-of-step";

    private static final String NOTHING_CHANGED = "Nothing was changed. ";
    private static final int TABLES_SHOWN = 5;

    private GuardedRefusals() {}

    static Refusal upstreamLost() {
        return new Refusal(
                ErrorCode.ADMIN_SHUTDOWN,
                "upstream.lost",
                "the connection to PostgreSQL was lost",
                "Rule upstream.lost: PostgreSQL or the network ended it before COMMIT was sent; the"
                        + " transaction is rolled back.",
                "Connect again and repeat the transaction.");
    }

    static Refusal outOfStep() {
        return new Refusal(
                ErrorCode.INTERNAL_ERROR,
                OUT_OF_STEP,
                "the transaction is not in the state in which the gateway left it",
                "Rule guarded.out-of-step: PostgreSQL answered something else than was asked, or the"
                        + " transaction ended without a COMMIT of the gateway's.",
                "Connect again. If it persists, report it with the gateway's log.");
    }

    static Refusal messageTooLong(long bytes, long bytesMax) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                "guarded.row-too-large",
                "a row is too large to be kept",
                "Rule guarded.row-too-large: " + bytes + " bytes (allowed: " + bytesMax + ").",
                NOTHING_CHANGED + "Leave rows of this size alone.");
    }

    static Refusal questionFailed(String sqlState) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "guarded.not-measurable",
                "what the transaction changed cannot be measured",
                "Rule guarded.not-measurable: PostgreSQL refused the gateway's own question with"
                        + " SQLSTATE "
                        + sqlState
                        + ".",
                NOTHING_CHANGED
                        + "The operator should look whether the agent's role may SELECT every table"
                        + " that it changes; it may also have been cancelled: then try again.");
    }

    static Refusal settling(int rounds) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                "guarded.not-settling",
                "deferred triggers go on changing rows",
                "Rule guarded.not-settling: after " + rounds + " rounds the counts still grew.",
                NOTHING_CHANGED + "Change fewer rows at a time.");
    }

    static Refusal unforeseen(Measurement measured) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "guarded.unforeseen",
                "the transaction changed rows although none of its statements may write",
                "Rule guarded.unforeseen: measured by the database: " + tables(measured) + ".",
                NOTHING_CHANGED
                        + "Tell the person you work for which statements it had; the operator should"
                        + " report it: a statement was taken for a read that is none.");
    }

    /// By code that the analysis did not see, or saw as it was before.
    static Refusal notGranted(String relation, Measurement measured) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "write.not-granted",
                "rows of " + relation + " were changed, which is not granted",
                "Rule write.not-granted: measured by the database: " + tables(measured) + ".",
                NOTHING_CHANGED
                        + "What changed them was a trigger, a default or another code of the database."
                        + " Tell the person you work for; do not retry.");
    }

    static Refusal tooManyRows(
            String rule, String subject, long rows, long rowsMax, Measurement measured) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                rule,
                "the " + subject + " changes more rows than it may",
                "Rule "
                        + rule
                        + ": "
                        + rows
                        + " rows (allowed: "
                        + rowsMax
                        + "), measured by the database: "
                        + tables(measured)
                        + ".",
                NOTHING_CHANGED
                        + "Narrow the condition, and look first with SELECT count(*) what it meets,"
                        + " cascades included. Do not split it to get around the limit: the"
                        + " transaction, the hour and the task are counted too.");
    }

    static Refusal held(long rows, long rowsOver, Measurement measured) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "hold.rows-over",
                "the transaction changes so many rows that a person has to approve it",
                "Rule hold.rows-over: "
                        + rows
                        + " rows (without a person: "
                        + rowsOver
                        + "), measured by the database: "
                        + tables(measured)
                        + ".",
                NOTHING_CHANGED
                        + "Tell the person you work for which rows must change and why; do not retry.");
    }

    static Refusal shadow(Measurement measured) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "shadow.rolled-back",
                "shadow mode: the transaction was measured and rolled back",
                "Rule shadow.rolled-back: it would have changed "
                        + measured.rows()
                        + " rows: "
                        + tables(measured)
                        + ".",
                NOTHING_CHANGED + "This is how the policy has it; do not retry.");
    }

    static Refusal recordUnavailable() {
        return new Refusal(
                ErrorCode.IO_ERROR,
                "audit.unavailable",
                "the record cannot be written, so nothing commits",
                "Rule audit.unavailable: every write must be on record before it commits.",
                NOTHING_CHANGED
                        + "Try again in a few seconds. If it persists, tell the operator of the"
                        + " gateway that its audit log cannot be written.");
    }

    static Refusal committedButLost(String id) {
        return new Refusal(
                ErrorCode.ADMIN_SHUTDOWN,
                "guarded.committed",
                "the connection was lost behind COMMIT; the transaction is committed",
                "Rule guarded.committed: PostgreSQL confirms it; it is kept as " + id + ".",
                "Connect again. Do not repeat the transaction: it has happened.");
    }

    static Refusal ambiguous(String id) {
        return new Refusal(
                ErrorCode.TRANSACTION_RESOLUTION_UNKNOWN,
                "guarded.ambiguous",
                "the answer to COMMIT was lost; whether the transaction committed is not known yet",
                "Rule guarded.ambiguous: it is kept as "
                        + id
                        + ", and PostgreSQL is asked until it is known.",
                "Connect again and look with SELECT whether it has happened before you repeat it.");
    }

    static Refusal rolledBackAfterLoss() {
        return new Refusal(
                ErrorCode.ADMIN_SHUTDOWN,
                "upstream.lost",
                "the connection to PostgreSQL was lost; the transaction is rolled back",
                "Rule upstream.lost: the answer to COMMIT was lost, and PostgreSQL confirms that"
                        + " it did not commit.",
                "Connect again and repeat the transaction.");
    }

    /// Tables by rows, most first, for people: `shop.orders 3 deleted`.
    static String tables(Measurement measured) {
        String shown =
                measured.tables().stream()
                        .sorted(Comparator.comparingLong(TableChange::rows).reversed())
                        .limit(TABLES_SHOWN)
                        .map(GuardedRefusals::figures)
                        .collect(Collectors.joining(", "));
        int more = measured.tables().size() - TABLES_SHOWN;
        return more > 0 ? shown + " and " + more + " tables more" : shown;
    }

    private static String figures(TableChange table) {
        StringBuilder out = new StringBuilder(table.relation());
        append(out, table.inserted(), "inserted");
        append(out, table.updated(), "updated");
        append(out, table.deleted(), "deleted");
        return out.toString();
    }

    private static void append(StringBuilder out, long rows, String what) {
        if (rows > 0) {
            out.append(' ').append(rows).append(' ').append(what);
        }
    }
}
