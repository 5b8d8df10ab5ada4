package dev.holdfast.server.access;

import dev.holdfast.server.access.AccessException.Reason;
import java.time.Duration;

/// A grant as a person wants it.
///
/// @param task what it is for, 1 to 200 characters
/// @param justification why it is needed, 1 to 2,000 characters
/// @param time how long it is in force, 1 minute to 24 hours
/// @param timeMax how long it may be in force with all its renewals, up to 24 hours
public record GrantOrder(
        String agent,
        String database,
        String task,
        String justification,
        GrantTerms terms,
        Duration time,
        Duration timeMax) {
    public static final int TASK_LENGTH_MAX = 200;
    public static final int JUSTIFICATION_LENGTH_MAX = 2_000;
    public static final Duration TIME_MIN = Duration.ofMinutes(1);
    public static final Duration TIME_MAX = Duration.ofHours(24);

    /// With renewals up to this time, where nothing else is said.
    public static final Duration TIME_MAX_DEFAULT = Duration.ofHours(8);

    /// Checks it.
    ///
    /// @throws AccessException with what is wrong and what is expected
    public static GrantOrder of(
            String agent,
            String database,
            String task,
            String justification,
            GrantTerms terms,
            Duration time,
            Duration timeMax)
            throws AccessException {
        words("task", task, TASK_LENGTH_MAX);
        words("justification", justification, JUSTIFICATION_LENGTH_MAX);
        if (time.compareTo(TIME_MIN) < 0 || time.compareTo(TIME_MAX) > 0) {
            throw new AccessException(
                    Reason.MALFORMED,
                    "ttl: %s (expected: 1 minute to 24 hours)".formatted(minutes(time)));
        }
        if (timeMax.compareTo(time) < 0 || timeMax.compareTo(TIME_MAX) > 0) {
            throw new AccessException(
                    Reason.MALFORMED,
                    "maximum: %s (expected: not less than the ttl, and at most 24 hours)"
                            .formatted(minutes(timeMax)));
        }
        return new GrantOrder(
                agent, database, task.strip(), justification.strip(), terms, time, timeMax);
    }

    /// Words of a person or an agent: some, not too many, and printable.
    static void words(String what, String text, int lengthMax) throws AccessException {
        if (text.isBlank() || text.length() > lengthMax) {
            throw new AccessException(
                    Reason.MALFORMED,
                    "%s: %d characters (expected: 1 to %d, and not only blanks)"
                            .formatted(what, text.length(), lengthMax));
        }
        if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n')) {
            throw new AccessException(
                    Reason.MALFORMED, what + ": a control character (expected: none)");
        }
    }

    private static String minutes(Duration time) {
        return time.toSeconds() + " s";
    }
}
