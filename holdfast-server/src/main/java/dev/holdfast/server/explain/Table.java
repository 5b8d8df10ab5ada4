package dev.holdfast.server.explain;

import java.util.ArrayList;
import java.util.List;

/// Rows of cells that stand below each other.
final class Table {
    private static final int WIDTH_MAX = 48;

    private final List<List<String>> rows = new ArrayList<>();

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    boolean empty() {
        return rows.isEmpty();
    }

    /// Every row on a line of its own.
    void appendTo(StringBuilder out, String indent) {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], Math.min(WIDTH_MAX, row.get(i).length()));
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i));
                if (i + 1 < row.size()) {
                    line.append(" ".repeat(Math.max(0, widths[i] - row.get(i).length()) + 2));
                }
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }
}
