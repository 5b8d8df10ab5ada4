package dev.holdfast.server.quarantine;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// An entry for whoever looks at a list, in the program or in the console.
public final class EntrySummary {
    private EntrySummary() {}

    /// Without anything that may hold a value of the database.
    public static Map<String, Object> json(Quarantine quarantine, Entry entry) {
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("id", entry.id());
        summary.put("at", moment(entry));
        summary.put("status", state(entry));
        summary.put("database", entry.database());
        summary.put("agent", entry.agent());
        summary.put("approval", entry.approval());
        summary.put("approver", entry.approver());
        summary.put("command", entry.command());
        summary.put("things", entry.things());
        summary.put("pinned", entry.pinned());
        summary.put("until", until(quarantine, entry));
        return summary;
    }

    /// What became of it, in a word.
    public static String state(Entry entry) {
        return entry.pending().nothing()
                ? entry.state().name().toLowerCase(Locale.ROOT)
                : "unknown";
    }

    /// From when on it may be purged.
    public static String until(Quarantine quarantine, Entry entry) {
        return entry.pinned()
                ? "unpinned"
                : quarantine.expires(entry).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// When it was kept.
    public static String moment(Entry entry) {
        return Instant.EPOCH
                .plus(entry.keptAtEpochMicros(), ChronoUnit.MICROS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
