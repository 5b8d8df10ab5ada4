package dev.holdfast.guard.decision;

/// What a client is told when something is refused. A refusal is a value; a bug is an exception.
///
/// @param code SQLSTATE and kind
/// @param rule the stable name of the rule that refused, e.g. `read-only.write`; also sent in the
///     error's constraint field and written to the record
/// @param message what was refused; one sentence without a full stop
/// @param detail the rule and the measured figures
/// @param hint what to do next
/// @param position 1-based position in the query in characters; 0 where there is none
/// @param subject the relation and column concerned; sent in the error's fields for these
public record Refusal(
        ErrorCode code,
        String rule,
        String message,
        String detail,
        String hint,
        int position,
        Subject subject) {
    public Refusal(ErrorCode code, String rule, String message, String detail, String hint) {
        this(code, rule, message, detail, hint, 0, Subject.NONE);
    }

    public Refusal(
            ErrorCode code, String rule, String message, String detail, String hint, int position) {
        this(code, rule, message, detail, hint, position, Subject.NONE);
    }
}
