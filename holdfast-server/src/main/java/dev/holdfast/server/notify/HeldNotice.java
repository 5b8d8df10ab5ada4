package dev.holdfast.server.notify;

import java.util.LinkedHashMap;
import java.util.Map;

/// What people are told of a held statement. It leaves this machine, so it holds no literal value: no
/// parameters, no rows, no text but the redacted one.
///
/// @param id `apr_…`
/// @param state `pending`, `approved`, and so on
/// @param task what the agent works for; empty where nobody said
/// @param statement with its literals removed
/// @param rule which rule holds it
/// @param rows how many rows by table, measured; in order of what is shown
/// @param link where it is decided
/// @param atEpochMillis when that became so, milliseconds since 1970-01-01 UTC
public record HeldNotice(
        String id,
        String state,
        String agent,
        String database,
        String task,
        String statement,
        String rule,
        Map<String, Long> rows,
        String link,
        long atEpochMillis) {
    private static final int STATEMENT_LENGTH_MAX = 2_000;
    private static final int TEXT_LENGTH_MAX = 200;
    private static final int TABLES_MAX = 20;

    public HeldNotice {
        task = shortened(task, TEXT_LENGTH_MAX);
        statement = shortened(statement, STATEMENT_LENGTH_MAX);
        Map<String, Long> few = new LinkedHashMap<>();
        rows.entrySet().stream()
                .limit(TABLES_MAX)
                .forEach(entry ->
                        few.put(shortened(entry.getKey(), TEXT_LENGTH_MAX), entry.getValue()));
        rows = java.util.Collections.unmodifiableMap(few);
    }

    /// Whether somebody has to do something now.
    public boolean waits() {
        return state.equals("pending");
    }

    private static String shortened(String text, int lengthMax) {
        return text.length() <= lengthMax ? text : text.substring(0, lengthMax - 1) + "…";
    }
}
