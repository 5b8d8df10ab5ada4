package dev.holdfast.server.audit;

import dev.holdfast.guard.audit.AuditEntry;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/// What a person did, as a line of the record.
public final class ActionEntry {
    private ActionEntry() {}

    /// What came of it.
    public enum Outcome {
        /// It was done.
        OK("allow", "ok"),
        /// It was allowed and failed.
        ERROR("allow", "error"),
        /// It was not allowed.
        REFUSED("deny", "refused");

        private final String decision;
        private final String text;

        Outcome(String decision, String text) {
            this.decision = decision;
            this.text = text;
        }
    }

    /// An entry for the record.
    ///
    /// @param person the name; empty where nobody knows who it was
    /// @param database what it concerned; empty where no database in particular
    /// @param action in words and without values: `approve apr_…`, `grant create gr_…`
    /// @param rule `person.` and a word: what kind of action it is
    public static AuditEntry of(
            InstantSource clock,
            String person,
            String database,
            String action,
            String rule,
            Outcome outcome) {
        Instant now = clock.instant();
        return new AuditEntry(
                ChronoUnit.MICROS.between(Instant.EPOCH, now),
                0,
                "person:" + person,
                database,
                action,
                outcome.decision,
                rule,
                outcome.text,
                "",
                -1,
                0);
    }
}
