package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/// Why something is not destroyed although a person approved it.
final class DestroyRefusals {
    private static final String TELL =
            "Nothing has changed. Tell the person you work for what DETAIL says; do not retry.";
    private static final int LISTED_MAX = 8;

    private DestroyRefusals() {}

    static ChangeRefusedException notApproved() {
        return refused(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "destroy.not-approved",
                "the approval is not for this statement",
                "what was approved has another digest",
                "Run exactly the statement that was approved, or have this one approved.");
    }

    static ChangeRefusedException grew(List<String> growth) {
        return refused(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "approval.effect-grew",
                "the statement would do more than was approved, and was rolled back",
                String.join(", ", growth.subList(0, Math.min(LISTED_MAX, growth.size()))),
                "The approval is void. Run the statement again: a person is shown the new figures.");
    }

    static ChangeRefusedException notCovered(String command) {
        return refused(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "destroy.not-covered",
                command + " cannot be undone, so it does not run",
                "there is no way to keep what it destroys",
                "TRUNCATE, DROP TABLE, DROP VIEW, DROP SEQUENCE, DROP SCHEMA, DROP COLUMN and a"
                        + " plain ALTER COLUMN TYPE can be approved. Anything else the person you"
                        + " work for must do.");
    }

    static ChangeRefusedException oneColumnAtATime() {
        return refused(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "destroy.not-covered",
                "the ALTER TABLE destroys and does something else, so it does not run",
                "an ALTER TABLE that destroys must have one action",
                "Send one ALTER TABLE for each column, and other actions by themselves.");
    }

    static ChangeRefusedException conversion(String why) {
        return refused(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "destroy.not-covered",
                "this change of a column's type cannot be undone, so it does not run",
                why,
                "Change to one of PostgreSQL's own types, with no USING or USING column::type.");
    }

    static ChangeRefusedException notCoveredHere(String what, String why, String hint) {
        return refused(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "destroy.not-covered",
                what + " cannot be kept, so it is not destroyed",
                why,
                hint);
    }

    static ChangeRefusedException unclear(List<String> name) {
        return refused(
                ErrorCode.UNDEFINED_TABLE,
                "destroy.unclear",
                "it is not clear which relation is meant",
                "for a name of %d parts the analysis knows no single relation"
                        .formatted(name.size()),
                "Write the name with its schema.");
    }

    static ChangeRefusedException missing(String name) {
        return refused(
                ErrorCode.UNDEFINED_TABLE,
                "destroy.missing",
                name + " does not exist, or is of another kind",
                "nothing of that kind has that name",
                "Look at pg_catalog.pg_class for the names that there are.");
    }

    static ChangeRefusedException system(String schema) {
        return refused(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "destroy.system",
                "nothing in " + Sql.quoted(schema) + " may be destroyed",
                "the schema is PostgreSQL's, temporary, or the quarantine itself",
                "Leave it alone; the quarantine is emptied by 'holdfast quarantine purge'.");
    }

    static ChangeRefusedException dependents(List<String> others) {
        return refused(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "destroy.dependents",
                "it would destroy more than can be kept",
                "also destroyed would be: " + listed(others),
                "Remove or change these first, each by a statement of its own. " + TELL);
    }

    static ChangeRefusedException notRestorable(String why) {
        return refused(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "destroy.not-restorable",
                "it could not be put back exactly, so it is not destroyed",
                why,
                TELL);
    }

    static ChangeRefusedException role(String why, String hint) {
        return refused(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "destroy.role",
                "the restore role may not do this",
                why,
                hint);
    }

    static ChangeRefusedException unavailable(String database) {
        return refused(
                ErrorCode.CANNOT_CONNECT_NOW,
                "destroy.unavailable",
                "nothing can be destroyed in " + database,
                "no restore role is configured for the database",
                "The operator of Holdfast gives it one: `restore:` in holdfast.yaml.");
    }

    static ChangeRefusedException storage(Exception cause) {
        return new ChangeRefusedException(
                new Refusal(
                        ErrorCode.IO_ERROR,
                        "destroy.storage",
                        "what would be destroyed cannot be written down, so it is not destroyed",
                        "rule destroy.storage: the quarantine's directory failed",
                        "Tell the operator of Holdfast; its log has the reason."),
                cause);
    }

    static ChangeRefusedException unknownOutcome(String entry, Exception cause) {
        return new ChangeRefusedException(
                new Refusal(
                        ErrorCode.CANNOT_CONNECT_NOW,
                        "destroy.outcome-unknown",
                        "PostgreSQL did not say whether it was done",
                        "rule destroy.outcome-unknown: entry "
                                + entry
                                + " has the transaction; it is asked for until it is known",
                        "Do not retry. Look whether the object is still there; the operator sees"
                                + " 'holdfast quarantine show "
                                + entry
                                + "'."),
                cause);
    }

    /// What PostgreSQL said. Its message may quote values, except where it is about names alone.
    static ChangeRefusedException database(SQLException cause) {
        String state = cause.getSQLState() == null ? "" : cause.getSQLState();
        Refusal refusal =
                switch (state) {
                    case "55P03" ->
                            new Refusal(
                                    ErrorCode.CONFIGURATION_LIMIT_EXCEEDED,
                                    "destroy.locked",
                                    "others use it, so it was not destroyed",
                                    "rule destroy.locked: the lock was not to be had in time",
                                    "Nothing has changed. Try again when its users are done.");
                    case "42501" ->
                            new Refusal(
                                    ErrorCode.INSUFFICIENT_PRIVILEGE,
                                    "destroy.role",
                                    "the restore role may not do this",
                                    "rule destroy.role: " + message(cause),
                                    "The operator makes the restore role a member of the owners.");
                    case "42P01",
                            "3F000",
                            "42703",
                            "42704",
                            "2BP01",
                            "42809",
                            "0A000",
                            "55000",
                            "42P07",
                            "42P06",
                            "42P16",
                            "42804",
                            "42846" ->
                            new Refusal(
                                    ErrorCode.INSUFFICIENT_PRIVILEGE,
                                    "destroy.refused-by-database",
                                    "PostgreSQL refuses it",
                                    "rule destroy.refused-by-database: %s (SQLSTATE %s)"
                                            .formatted(message(cause), state),
                                    "Nothing has changed. Correct the statement and have it"
                                            + " approved.");
                    default ->
                            new Refusal(
                                    ErrorCode.INSUFFICIENT_PRIVILEGE,
                                    "destroy.refused-by-database",
                                    "PostgreSQL refuses it",
                                    "rule destroy.refused-by-database: SQLSTATE " + state,
                                    TELL);
                };
        return new ChangeRefusedException(refusal, cause);
    }

    /// PostgreSQL's message without its context, detail and position.
    static String message(SQLException cause) {
        ServerErrorMessage server =
                cause instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        @Nullable String message = server == null ? null : server.getMessage();
        return message == null ? "no connection" : message;
    }

    private static String listed(List<String> names) {
        return names.size() <= LISTED_MAX
                ? String.join(", ", names)
                : "%s and %d more"
                        .formatted(
                                String.join(", ", names.subList(0, LISTED_MAX)),
                                names.size() - LISTED_MAX);
    }

    private static ChangeRefusedException refused(
            ErrorCode code, String rule, String message, String detail, String hint) {
        return new ChangeRefusedException(
                new Refusal(code, rule, message, "rule " + rule + ": " + detail, hint));
    }
}
