package dev.holdfast.server.capture;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import org.jspecify.annotations.Nullable;

/// What is refused because it could not be undone.
final class CaptureRefusals {
    private static final String ASK =
            "Nothing was committed. Tell the person you work for; do not retry.";

    private CaptureRefusals() {}

    static Refusal noCaptureRole(String database) {
        return unavailable(
                "The database %s has no capture role, so nothing could be undone."
                        .formatted(database),
                "Nothing has run. Tell the person who runs Holdfast that writing takes a role that reads"
                        + " before-images: capture.role of the database in its configuration"
                        + " (docs/operating/capture.md).");
    }

    static Refusal captureRoleUnfit(String database, String why) {
        return unavailable(
                "The capture role of the database %s %s.".formatted(database, why),
                "Nothing has run. Tell the person who runs Holdfast what DETAIL says"
                        + " (docs/operating/capture.md).");
    }

    static Refusal twinUnreachable(String database) {
        return unavailable(
                "The capture role cannot connect to the database %s, or all of its connections are in use."
                        .formatted(database),
                "Nothing was committed. Try again in a few seconds. If it persists, tell the person who"
                        + " runs Holdfast.");
    }

    static Refusal noPrimaryKey(String relation) {
        return refusal(
                "guarded.no-key",
                "rows of %s cannot be changed: it has no primary key".formatted(relation),
                "Without one, the rows that were changed cannot be found again to be undone.",
                "Nothing was committed. Tell the person you work for: %s needs a primary key before agents"
                                .formatted(relation)
                        + " can write to it.");
    }

    /// @param column which one, and of which type
    static Refusal oneWayType(String relation, String column) {
        return refusal(
                "guarded.not-restorable",
                "rows of %s cannot be changed: they could not be put back".formatted(relation),
                "The %s, whose text PostgreSQL does not read back as the same value."
                        .formatted(column),
                "Nothing was committed. Tell the person you work for: what it holds should be kept as text,"
                        + " or as an oid.");
    }

    /// @param constraint which one, and of what
    static Refusal unvalidated(String relation, String constraint) {
        return refusal(
                "guarded.not-restorable",
                "rows of %s were changed that could not be put back".formatted(relation),
                "The %s is NOT VALID: rows that are older than it may break it, and PostgreSQL would not take"
                                .formatted(constraint)
                        + " them again.",
                "Nothing was committed. Leave such rows alone. Tell the person who runs the database: where"
                        + " no row breaks it, VALIDATE CONSTRAINT lets agents change every row again.");
    }

    static Refusal temporary(String relation) {
        return refusal(
                "guarded.temporary",
                "rows of the temporary table %s cannot be changed".formatted(relation),
                "No other session can read it, so no before-image can be kept.",
                ASK);
    }

    static Refusal rowSecurity(String relation) {
        return refusal(
                "guarded.row-security",
                "rows of %s cannot be changed: row security hides rows of it".formatted(relation),
                "Whether all before-images are there can be proven only for tables that are seen whole.",
                ASK);
    }

    /// The agent's role may not read a table that it changed, directly or by a cascade or trigger.
    static Refusal notReadableToAgent(String relation) {
        return refusal(
                "guarded.not-readable",
                "rows of %s were changed, and its changes cannot be read".formatted(relation),
                "The role that the agent works as may not SELECT the whole of %s, where changed rows are"
                                .formatted(relation)
                        + " looked up.",
                "Nothing was committed. Tell the person who runs the database: GRANT SELECT ON %s TO the"
                                .formatted(relation)
                        + " agent's role. What agents see is still decided by Holdfast's policy.");
    }

    static Refusal notReadableToTwin(String relation, String role) {
        return refusal(
                "guarded.not-captured",
                "rows of %s were changed, and no before-image of them can be read"
                        .formatted(relation),
                "The capture role may not SELECT the whole of %s, or not use its schema."
                        .formatted(relation),
                "Nothing was committed. Tell the person who runs the database: GRANT SELECT ON %s TO %s;"
                                .formatted(relation, role)
                        + " and USAGE on its schema.");
    }

    static Refusal rowSecurityForTwin(String relation, String role) {
        return refusal(
                "guarded.not-captured",
                "rows of %s were changed, and no before-image of them can be read"
                        .formatted(relation),
                "Row security hides rows of %s from the capture role.".formatted(relation),
                "Nothing was committed. Tell the person who runs the database: ALTER ROLE %s BYPASSRLS."
                        .formatted(role));
    }

    static Refusal otherServer(String database) {
        return refusal(
                "guarded.not-captured",
                "no before-image of what was changed can be read",
                "The capture role's session does not see this transaction: it is on another server, a"
                        + " standby, or in another database than the agents of %s."
                                .formatted(database),
                "Nothing was committed. Tell the person who runs Holdfast what DETAIL says.");
    }

    static Refusal hidden(String relation, long before, long after) {
        return refusal(
                "guarded.hidden-change",
                "rows of %s were changed without being counted".formatted(relation),
                "Counted were none, changed were %d and added or changed %d: a function or trigger switches"
                                .formatted(before, after)
                        + " track_counts off.",
                ASK);
    }

    static Refusal incomplete(String relation, Tally tally) {
        return refusal(
                "guarded.incomplete",
                "the before-images of %s are not proven to be complete".formatted(relation),
                "PostgreSQL counted %d inserted, %d updated, %d deleted; found were %d rows as they were"
                                .formatted(
                                        tally.inserted(),
                                        tally.updated(),
                                        tally.deleted(),
                                        tally.before())
                        + " before and %d as they are now.".formatted(tally.after()),
                "Nothing was committed. Run the transaction once more; if it is refused again, tell the"
                        + " person who runs Holdfast.");
    }

    static Refusal tooManyRows(long rowsMax) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                "guarded.too-many-rows",
                "the transaction changed more rows of one table than can be kept",
                "Rule guarded.too-many-rows: more than %d rows.".formatted(rowsMax),
                "Nothing was committed. Change fewer rows in one transaction.");
    }

    static Refusal sessionFailed(@Nullable String sqlState) {
        return new Refusal(
                ErrorCode.CANNOT_CONNECT_NOW,
                "guarded.capture-failed",
                "what the transaction changed could not be read",
                "Rule guarded.capture-failed: SQLSTATE %s%s."
                        .formatted(sqlState, meaning(sqlState)),
                "Nothing was committed. Run the transaction again; if it is refused again, tell the person"
                        + " who runs Holdfast.");
    }

    private static String meaning(@Nullable String sqlState) {
        return switch (sqlState == null ? "" : sqlState) {
            case "55P03" -> " (waited too long for a lock)";
            case "57014" -> " (took too long)";
            case "42501" -> " (may not be read)";
            default -> "";
        };
    }

    private static Refusal unavailable(String detail, String hint) {
        return new Refusal(
                ErrorCode.CANNOT_CONNECT_NOW,
                "guarded.unavailable",
                "nothing can be written: it could not be undone",
                "Rule guarded.unavailable: " + detail,
                hint);
    }

    private static Refusal refusal(String rule, String message, String detail, String hint) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                rule,
                message,
                "Rule %s: %s".formatted(rule, detail),
                hint);
    }
}
