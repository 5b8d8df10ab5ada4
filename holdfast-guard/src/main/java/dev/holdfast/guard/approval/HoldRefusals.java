package dev.holdfast.guard.approval;

import dev.holdfast.guard.decision.ErrorCode;
import dev.holdfast.guard.decision.Refusal;
import java.time.Duration;
import java.util.List;

/// What an agent is told about a statement that waits for a person, or has waited in vain.
public final class HoldRefusals {
    /// What people write is passed on up to this length, characters.
    private static final int WORDS_MAX = 1_000;

    private static final int TABLES_SHOWN = 5;

    private HoldRefusals() {}

    /// Nobody has decided within the time that a connection waits.
    ///
    /// @param held what the policy says about the statement
    public static Refusal waiting(Refusal held, String id, Duration waited) {
        return new Refusal(
                held.code(),
                held.rule(),
                held.message(),
                "%s It is held as %s; nobody decided within %d s."
                        .formatted(held.detail(), id, waited.toSeconds()),
                "Nothing was changed. This waits for a person as "
                        + id
                        + ". Run exactly the same statement again once it is approved; until then do"
                        + " something else, and do not rephrase it.",
                held.position(),
                held.subject());
    }

    /// It waited, and there is nothing to wait for any more.
    ///
    /// @param held what the policy says about the statement
    public static Refusal over(Refusal held) {
        return new Refusal(
                held.code(),
                held.rule(),
                held.message(),
                held.detail()
                        + " It was held, and its time is over: nobody decided in time, or what it rests on"
                        + " has changed.",
                "Nothing was changed. Run the statement again if it is still needed: people are asked anew.",
                held.position(),
                held.subject());
    }

    /// Said while the connection waits.
    public static String notice(String id, Duration wait) {
        return "held for a person as %s; waiting up to %d s for the decision"
                .formatted(id, wait.toSeconds());
    }

    public static Refusal rejected(Standing.Rejected rejected) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "approval.rejected",
                "a person has rejected this statement",
                "Rule approval.rejected: %s by %s: %s"
                        .formatted(
                                rejected.id(),
                                rejected.person(),
                                words(rejected.reason(), "no reason given.")),
                "Nothing was changed. Do not send it again and do not work around it; tell the person"
                        + " you work for.");
    }

    public static Refusal changesRequested(Standing.ChangesRequested wanted) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "approval.changes-requested",
                "a person asks for another statement",
                "Rule approval.changes-requested: %s by %s."
                        .formatted(wanted.id(), wanted.person()),
                "Nothing was changed. " + words(wanted.wish(), "Ask what is to be changed."));
    }

    /// The word is not there, or not any more.
    public static Refusal notApproved(String id, String why) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "approval.void",
                "the approval does not stand any more",
                "Rule approval.void: %s: %s.".formatted(id, why),
                "Nothing was changed. Run the statement again: a person is asked anew.");
    }

    public static Refusal grew(String id, List<String> growth) {
        String shown = String.join(", ", growth.subList(0, Math.min(TABLES_SHOWN, growth.size())));
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "approval.effect-grew",
                "the statement would do more than was approved, and was rolled back",
                "Rule approval.effect-grew: %s: %s.".formatted(id, shown),
                "Nothing was changed, and the approval is void. Run the statement again: a person is"
                        + " shown the new figures.");
    }

    public static Refusal tooMany(int waiting, int waitingMax) {
        return new Refusal(
                ErrorCode.PROGRAM_LIMIT_EXCEEDED,
                "hold.too-many",
                "too many statements of this agent wait for a person already",
                "Rule hold.too-many: %d (allowed: %d).".formatted(waiting, waitingMax),
                "Nothing was changed, and nobody was asked. Wait until people have decided about the"
                        + " earlier ones.");
    }

    public static Refusal unavailable() {
        return new Refusal(
                ErrorCode.IO_ERROR,
                "hold.unavailable",
                "people cannot be asked now, so what needs their word does not run",
                "Rule hold.unavailable: the gateway's store does not answer, or keeps no approvals.",
                "Nothing was changed. Try again later; the operator finds the cause in the gateway's"
                        + " log.");
    }

    public static Refusal rehearsalFailed(String sqlState, String message) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "hold.rehearsal-failed",
                "the statement waits for a person, and failed when it was tried out for them",
                "Rule hold.rehearsal-failed: PostgreSQL answered with SQLSTATE %s: %s"
                        .formatted(sqlState, words(message, "nothing more.")),
                "Nothing was changed, and nobody was asked. Correct the statement.");
    }

    /// A staging copy that rehearsals need cannot be used.
    ///
    /// @param why one clause
    public static Refusal copyUnavailable(String copy, String why) {
        return new Refusal(
                ErrorCode.IO_ERROR,
                "hold.copy-unavailable",
                "the statement waits for a person, and cannot be tried out for them now",
                "Rule hold.copy-unavailable: statements are tried out on staging copy %s: %s."
                        .formatted(copy, words(why, "it cannot be used")),
                "Nothing was changed, and nobody was asked. Try again later; if that does not help, tell"
                        + " the operator of Holdfast.");
    }

    /// What is said to be a staging copy is the database itself.
    public static Refusal copyIsOriginal(String copy) {
        return new Refusal(
                ErrorCode.IO_ERROR,
                "hold.copy-is-original",
                "the statement waits for a person, and cannot be tried out for them",
                "Rule hold.copy-is-original: staging copy %s is the very database on the very server of"
                                .formatted(copy)
                        + " which it should be a copy.",
                "Nothing was changed, and nobody was asked. Tell the operator of Holdfast: the address of"
                        + " the copy in `databases` leads to the original.");
    }

    /// A copy does not have what a transaction has written.
    public static Refusal copyCannotKnow(String copy) {
        return new Refusal(
                ErrorCode.INSUFFICIENT_PRIVILEGE,
                "hold.copy-cannot-know",
                "the statement waits for a person, and its transaction has changed rows before it",
                "Rule hold.copy-cannot-know: statements are tried out on staging copy %s, which does not"
                                .formatted(copy)
                        + " have what this transaction has changed.",
                "Nobody was asked. Roll back, and send the statement as the first of its transaction, or"
                        + " outside one.");
    }

    /// The same, of something that a rehearsal on a staging copy brought about.
    public static Refusal onCopy(Refusal refusal, String copy) {
        return new Refusal(
                refusal.code(),
                refusal.rule(),
                refusal.message(),
                "%s It was tried out on staging copy %s.".formatted(refusal.detail(), copy),
                refusal.hint(),
                refusal.position(),
                refusal.subject());
    }

    public static Refusal notAlone(Refusal held) {
        return new Refusal(
                held.code(),
                held.rule(),
                held.message(),
                held.detail(),
                "Nothing was changed. It can be approved if it is sent by itself: one statement in a"
                        + " query string, not by EXECUTE, not as COPY, and what drops or empties"
                        + " objects outside a transaction.",
                held.position(),
                held.subject());
    }

    /// The store cannot say what became of it.
    public static Refusal inDoubt(String id) {
        return new Refusal(
                ErrorCode.TRANSACTION_RESOLUTION_UNKNOWN,
                "approval.ambiguous",
                "the approved statement was run before, and its outcome is not known yet",
                "Rule approval.ambiguous: %s.".formatted(id),
                "Look with SELECT whether it has happened; do not send it again before that.");
    }

    private static String words(String text, String otherwise) {
        String plain = text.replaceAll("\\p{Cntrl}+", " ").strip();
        if (plain.isEmpty()) {
            return otherwise;
        }
        return plain.length() <= WORDS_MAX ? plain : plain.substring(0, WORDS_MAX) + "…";
    }
}
