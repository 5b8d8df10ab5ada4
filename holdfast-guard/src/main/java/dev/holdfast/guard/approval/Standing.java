package dev.holdfast.guard.approval;

/// How far a held statement has come, as far as the agent that asked is concerned.
public sealed interface Standing {

    /// Nobody was asked, or what was said is over.
    record Unasked() implements Standing {}

    /// People are asked.
    ///
    /// @param id `apr_…`
    /// @param expiresAtEpochMillis until when somebody may decide, milliseconds since 1970-01-01 UTC
    record Pending(String id, long expiresAtEpochMillis) implements Standing {}

    /// It may run once.
    record Approved(String id) implements Standing {}

    /// Somebody said no.
    ///
    /// @param reason in that person's words
    record Rejected(String id, String person, String reason) implements Standing {}

    /// Somebody wants another statement.
    ///
    /// @param wish in that person's words
    record ChangesRequested(String id, String person, String wish) implements Standing {}
}
