package dev.holdfast.server.cli;

import dev.holdfast.server.undo.UndoText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Tables for people. What comes from elsewhere moves no cursor and begins no line.
final class Lines {
    private static final int WIDTH_MAX = 60;

    private final List<List<String>> rows = new ArrayList<>();

    Lines(String... heads) {
        rows.add(List.of(heads));
    }

    /// A row, as long as the heads.
    void add(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(oneLine(String.valueOf(cell)));
        }
        rows.add(row);
    }

    static String oneLine(String text) {
        return UndoText.oneLine(text);
    }

    /// A member of an answer; empty where it is missing.
    static String text(Map<?, ?> members, String name) {
        Object value = members.get(name);
        return value == null ? "" : String.valueOf(value);
    }

    /// The objects of a list of an answer.
    static List<Map<?, ?>> objects(Map<?, ?> members, String name) {
        List<Map<?, ?>> objects = new ArrayList<>();
        if (members.get(name) instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> object) {
                    objects.add(object);
                }
            }
        }
        return Collections.unmodifiableList(objects);
    }

    /// The table; the last column is not cut.
    @Override
    public String toString() {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.min(WIDTH_MAX, Math.max(widths[i], row.get(i).length()));
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                if (i == columns - 1) {
                    out.append(cell);
                } else {
                    String cut =
                            cell.length() > WIDTH_MAX
                                    ? cell.substring(0, WIDTH_MAX - 1) + "…"
                                    : cell;
                    out.append(cut).append(" ".repeat(widths[i] - cut.length() + 2));
                }
            }
            out.append('\n');
        }
        return out.toString();
    }
}
