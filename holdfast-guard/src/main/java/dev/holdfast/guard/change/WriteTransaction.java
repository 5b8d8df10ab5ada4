package dev.holdfast.guard.change;

import dev.holdfast.guard.decision.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A transaction that is about to commit: who, and by which statements.
///
/// @param principal who
/// @param session the gateway's id of the session
/// @param startedAtEpochMicros when it began, microseconds since 1970-01-01 UTC
/// @param statements the statements that were let write, in their order, as they were sent: they hold
///     literal values and may be kept in the undo journal only
/// @param approvals the ids of people's words that were taken for it; empty where none were needed
public record WriteTransaction(
        Principal principal,
        long session,
        long startedAtEpochMicros,
        List<Run> statements,
        List<String> approvals) {

    public WriteTransaction {
        statements = List.copyOf(statements);
        approvals = List.copyOf(approvals);
    }

    /// One for which nobody's word was needed.
    public WriteTransaction(
            Principal principal, long session, long startedAtEpochMicros, List<Run> statements) {
        this(principal, session, startedAtEpochMicros, statements, List.of());
    }

    /// One statement that ran.
    ///
    /// @param text as it was sent
    /// @param redacted the text without its literals
    /// @param parameters what was bound, in text or as `\x` and hexadecimal digits where the client sent
    ///     it in binary; null for NULL
    /// @param rule which rules of the policy allowed it
    public record Run(
            String text, String redacted, List<@Nullable String> parameters, String rule) {
        // Written out because javac leaves the @Nullable of a type argument out of a compact one.
        public Run(String text, String redacted, List<@Nullable String> parameters, String rule) {
            this.text = text;
            this.redacted = redacted;
            this.parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
            this.rule = rule;
        }
    }
}
