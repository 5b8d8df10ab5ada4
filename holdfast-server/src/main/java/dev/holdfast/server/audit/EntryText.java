package dev.holdfast.server.audit;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.server.text.JsonText;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An entry as a line of JSON, and the number that a line carries.
final class EntryText {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Pattern SEQUENCE = Pattern.compile("^\\{\"seq\":([0-9]{1,18}),");

    private EntryText() {}

    static void append(StringBuilder out, long sequence, AuditEntry entry) {
        out.append("{\"seq\":").append(sequence).append(",\"time\":\"");
        MICROS.formatTo(Instant.EPOCH.plus(entry.atEpochMicros(), ChronoUnit.MICROS), out);
        out.append("\",\"session\":").append(entry.session());
        member(out, "agent", entry.agent());
        member(out, "database", entry.database());
        member(out, "statement", entry.statement());
        member(out, "decision", entry.decision());
        member(out, "rule", entry.rule());
        member(out, "outcome", entry.outcome());
        member(out, "sqlstate", entry.sqlState());
        out.append(",\"rows\":").append(entry.rows());
        out.append(",\"duration_us\":").append(entry.durationMicros()).append("}\n");
    }

    private static void member(StringBuilder out, String name, String value) {
        out.append(",\"").append(name).append("\":");
        JsonText.appendString(out, value);
    }

    /// The number of the last whole line of a text; 0 where there is none.
    static long lastSequence(String text) {
        long last = 0;
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            Matcher matcher = SEQUENCE.matcher(text.substring(from, end));
            if (matcher.find()) {
                last = Long.parseLong(matcher.group(1));
            }
            from = end + 1;
        }
        return last;
    }
}
