package dev.holdfast.server.approval;

import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Decision;
import java.util.List;

/// A statement that people are asked about, as they see it. Holds the statement's literal values and rows
/// of the database: it is shown to those who decide and belongs into no log and no message.
///
/// @param id `apr_…`
/// @param statement what was asked
/// @param purpose what for
/// @param effect what a rehearsal measured, masks applied
/// @param digest what a person signs, 64 hexadecimal digits
/// @param peopleNeeded how many people have to approve
/// @param state how far it has come
/// @param words what people said, oldest first
/// @param askedAtEpochMillis when, milliseconds since 1970-01-01 UTC
/// @param expiresAtEpochMillis until when it may be decided, or used once it is approved
/// @param transaction under which the undo journal or the quarantine has what was done; empty before
/// @param note why it is void, or in doubt, in words; empty otherwise
/// @param gateway which gateway took it, `gw_…`: that one only can tell how it ended; empty before
public record Held(
        String id,
        HeldStatement statement,
        Purpose purpose,
        MeasuredEffect effect,
        String digest,
        int peopleNeeded,
        State state,
        List<Word> words,
        long askedAtEpochMillis,
        long expiresAtEpochMillis,
        String transaction,
        String note,
        String gateway) {

    public Held {
        words = List.copyOf(words);
    }

    /// How far it has come.
    public enum State {
        /// People are asked.
        PENDING,
        /// It may run once.
        APPROVED,
        /// Somebody said no.
        REJECTED,
        /// Somebody wants another statement.
        CHANGES_REQUESTED,
        /// Nobody decided in time, or it was not run in time.
        EXPIRED,
        /// It ran.
        USED,
        /// It was taken to be run, and nobody knows yet how that ended.
        AMBIGUOUS,
        /// What it was given for is not so any more.
        VOID;

        /// As it is stored and shown: `changes-requested`.
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }

        /// Reads [#text].
        ///
        /// @throws IllegalArgumentException if it is none
        public static State of(String text) {
            return valueOf(text.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
        }
    }

    /// What for.
    ///
    /// @param task the agent's task; empty where it has none
    /// @param justification why it needs its access; empty where nobody said
    public record Purpose(String task, String justification) {
        /// Nobody said.
        public static final Purpose NONE = new Purpose("", "");
    }

    /// What one person said.
    ///
    /// @param person the name
    /// @param said what
    /// @param words in their own words; empty where there are none
    /// @param proofKind how it was proven; empty where nothing was to be proven
    /// @param credential by which passkey or device
    /// @param evidence as [dev.holdfast.server.people.Proof] has it
    /// @param atEpochMillis when
    public record Word(
            String person,
            Said said,
            String words,
            String proofKind,
            String credential,
            String evidence,
            long atEpochMillis) {
        /// What can be said.
        public enum Said {
            APPROVED,
            REJECTED,
            CHANGES_REQUESTED,
            /// Alone, against the usual rules, for a reason that is on record.
            BROKE_GLASS,
            /// Closed it when it was in doubt; how it had ended was found out.
            CLOSED,
            /// Closed it so, where nothing but their word could tell.
            SAID_IT_RAN,
            SAID_IT_DID_NOT_RUN
        }
    }

    /// What has to be typed, exactly.
    public String phrase() {
        String what =
                switch (statement.kind()) {
                    case READ -> "";
                    case ROWS, NOT_HERE ->
                            " %d %s".formatted(effect.rows(), effect.rows() == 1 ? "row" : "rows");
                    case DESTROY ->
                            " "
                                    + (effect.things().isEmpty()
                                            ? effect.rows() + " rows"
                                            : effect.things().getFirst());
                };
        return "YES, I UNDERSTAND" + what;
    }

    Held in(State newState) {
        return new Held(
                id,
                statement,
                purpose,
                effect,
                digest,
                peopleNeeded,
                newState,
                words,
                askedAtEpochMillis,
                expiresAtEpochMillis,
                transaction,
                note,
                gateway);
    }

    /// Whether objects are dropped or emptied.
    public boolean destroys() {
        return statement.kind() == Decision.Hold.Kind.DESTROY;
    }

    /// Whether it can be decided still.
    public boolean isOpen() {
        return state == State.PENDING;
    }
}
