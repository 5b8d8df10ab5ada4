package dev.holdfast.server.undo;

import dev.holdfast.guard.change.TableChange;
import dev.holdfast.server.journal.JournalEntry;
import dev.holdfast.server.text.Visible;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What is kept and what was undone, for a person and for a program.
public final class UndoText {
    private static final int STATEMENT_LENGTH_MAX = 80;

    private UndoText() {}

    /// A text of any content on one line, with nothing in it that moves a terminal's cursor.
    public static String oneLine(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '\n' -> out.append("\\n");
                        case '\r' -> out.append("\\r");
                        case '\t' -> out.append("\\t");
                        default -> {
                            if (Visible.deceives(c)) {
                                Visible.appendNumber(out, c);
                            } else {
                                out.appendCodePoint(c);
                            }
                        }
                    }
                });
        return out.toString();
    }

    /// A time of the journal.
    public static Instant instant(long epochMicros) {
        return Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS);
    }

    /// What became of a transaction, in a word.
    public static String state(JournalEntry entry) {
        return entry.state().name().toLowerCase(Locale.ROOT);
    }

    /// One line for the list.
    public static String line(JournalEntry entry) {
        String first =
                entry.statements().isEmpty()
                        ? ""
                        : oneLine(entry.statements().getFirst().redacted());
        return "%s  %s  %s  %s  %s%s  %d rows  %s"
                .formatted(
                        entry.id(),
                        instant(entry.keptAtEpochMicros()),
                        entry.principal().agent(),
                        entry.principal().database(),
                        state(entry),
                        entry.pinned() ? ", pinned" : "",
                        entry.measured().rows(),
                        first.length() > STATEMENT_LENGTH_MAX
                                ? first.substring(0, STATEMENT_LENGTH_MAX) + "…"
                                : first);
    }

    /// A transaction, as maps, lists and plain values.
    public static Map<String, Object> json(JournalEntry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", entry.id());
        json.put("agent", entry.principal().agent());
        json.put("database", entry.principal().database());
        json.put("at", instant(entry.keptAtEpochMicros()).toString());
        json.put("state", state(entry));
        json.put("pinned", entry.pinned());
        json.put("encrypted", entry.encrypted());
        json.put("problem", entry.problem());
        json.put("bytes", entry.sizeBytes());
        json.put("rows", entry.measured().rows());
        json.put("tables", entry.measured().tables().stream().map(UndoText::json).toList());
        json.put(
                "statements",
                entry.statements().stream().map(JournalEntry.Statement::redacted).toList());
        json.put("statementCount", entry.statementCount());
        return json;
    }

    private static Map<String, Object> json(TableChange change) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("table", change.relation());
        json.put("inserted", change.inserted());
        json.put("updated", change.updated());
        json.put("deleted", change.deleted());
        return json;
    }

    /// A line for each table.
    public static String tables(List<TableChange> changes) {
        StringBuilder out = new StringBuilder();
        for (TableChange change : changes) {
            out.append(
                    "  %s: %d inserted, %d updated, %d deleted%n"
                            .formatted(
                                    change.relation(),
                                    change.inserted(),
                                    change.updated(),
                                    change.deleted()));
        }
        return out.toString();
    }

    /// What an undo did, in lines.
    public static String text(UndoReport report) {
        StringBuilder out = new StringBuilder();
        out.append(report.undone())
                .append(
                        switch (report.outcome()) {
                            case COMMITTED -> ": undone as " + report.id();
                            case DRY_RUN -> ": tried and rolled back";
                            case NOTHING -> ": nothing to put back";
                            case AMBIGUOUS ->
                                    ": the answer to COMMIT was lost; see what became of "
                                            + report.id();
                        })
                .append('\n');
        for (UndoReport.Table table : report.tables()) {
            out.append(
                    "  %s: %d added again, %d set back, %d removed; %d already so, %d left alone%n"
                            .formatted(
                                    table.name(),
                                    table.inserted(),
                                    table.updated(),
                                    table.deleted(),
                                    table.already(),
                                    table.conflicting()));
            for (UndoReport.Conflict conflict : table.conflicts()) {
                out.append(
                        "    %s: %s%s%n"
                                .formatted(
                                        oneLine(conflict.key()),
                                        conflict.reason().words(),
                                        conflict.columns().isEmpty()
                                                ? ""
                                                : " ("
                                                        + String.join(", ", conflict.columns())
                                                        + ")"));
            }
            if (table.conflicting() > table.conflicts().size()) {
                out.append("    …\n");
            }
        }
        report.also().forEach(also -> out.append("  besides: ").append(also).append('\n'));
        return out.toString();
    }

    /// What an undo did, as maps, lists and plain values.
    public static Map<String, Object> json(UndoReport report) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("undone", report.undone());
        json.put("id", report.id());
        json.put("outcome", report.outcome().name().toLowerCase(Locale.ROOT));
        json.put("triggersRan", !report.quiet());
        json.put("restored", report.restored());
        json.put("conflicting", report.conflicting());
        json.put("also", report.also());
        json.put("tables", report.tables().stream().map(UndoText::json).toList());
        return json;
    }

    private static Map<String, Object> json(UndoReport.Table table) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("table", table.name());
        json.put("inserted", table.inserted());
        json.put("updated", table.updated());
        json.put("deleted", table.deleted());
        json.put("already", table.already());
        json.put("overwritten", table.overwritten());
        json.put("conflicting", table.conflicting());
        json.put(
                "conflicts",
                table.conflicts().stream()
                        .map(conflict -> {
                            Map<String, Object> each = new LinkedHashMap<>();
                            each.put("key", conflict.key());
                            each.put("reason", conflict.reason().words());
                            each.put("columns", conflict.columns());
                            return each;
                        })
                        .toList());
        return json;
    }
}
