package dev.holdfast.server.undo;

import dev.holdfast.server.journal.ColumnImage;
import dev.holdfast.server.journal.JournalReader;
import dev.holdfast.server.journal.RelationImage;
import dev.holdfast.server.text.CopyLine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The rows of a transaction before and after, as many as are wanted of each table.
public final class UndoDiff {
    private static final String MASKED = "(masked)";

    private final Masks masks;
    private final String policy;
    private final String table;
    private final int limit;
    private final Map<String, TableRows> tables = new LinkedHashMap<>();

    /// @param policy the policy of the agent whose transaction it is
    /// @param table `schema.name` or `name` of the only one wanted; empty for all
    /// @param limit rows of each table, at least 1
    public UndoDiff(Masks masks, String policy, String table, int limit) {
        this.masks = masks;
        this.policy = policy;
        this.table = table;
        this.limit = limit;
    }

    /// Which columns are not shown.
    @FunctionalInterface
    public interface Masks {
        /// Whether a policy keeps a column from its agents.
        boolean masks(String policy, String schema, String table, String column);
    }

    /// Rows of one table by key.
    private static final class TableRows {
        private final RelationImage image;
        private final Map<List<@Nullable String>, Pair> rows = new LinkedHashMap<>();
        private boolean more;

        private TableRows(RelationImage image) {
            this.image = image;
        }
    }

    /// A row before and after; null where it was not there.
    private static final class Pair {
        private @Nullable List<@Nullable String> before;
        private @Nullable List<@Nullable String> after;
    }

    /// Reads a transaction to its end.
    public void read(JournalReader reader) throws IOException {
        @Nullable TableRows current = null;
        for (JournalReader.Piece piece = reader.next(); piece != null; piece = reader.next()) {
            switch (piece) {
                case JournalReader.Relation(RelationImage image) ->
                        current =
                                wanted(image)
                                        ? tables.computeIfAbsent(
                                                image.schema() + "." + image.name(),
                                                _ -> new TableRows(image))
                                        : null;
                case JournalReader.Before(byte[] line) -> add(current, line, true);
                case JournalReader.After(byte[] line) -> add(current, line, false);
            }
        }
    }

    private boolean wanted(RelationImage image) {
        return table.isEmpty()
                || table.equals(image.name())
                || table.equals(image.schema() + "." + image.name());
    }

    private void add(@Nullable TableRows rows, byte[] line, boolean before) {
        if (rows == null) {
            return;
        }
        List<@Nullable String> fields = CopyLine.fields(line);
        List<@Nullable String> values = fields.subList(1, fields.size());
        List<@Nullable String> key = new ArrayList<>();
        for (String column : rows.image.primaryKey()) {
            key.add(values.get(index(rows.image, column)));
        }
        Pair pair = rows.rows.get(key);
        if (pair == null) {
            if (rows.rows.size() == limit) {
                rows.more = true;
                return;
            }
            pair = new Pair();
            rows.rows.put(key, pair);
        }
        if (before) {
            pair.before = values;
        } else {
            pair.after = values;
        }
    }

    private static int index(RelationImage image, String column) {
        for (int i = 0; i < image.columns().size(); i++) {
            if (image.columns().get(i).name().equals(column)) {
                return i;
            }
        }
        throw new IllegalStateException("column: " + column + " (expected: one of the image)");
    }

    /// In lines: - deleted, + added, ~ changed.
    public String text() {
        StringBuilder out = new StringBuilder();
        tables.forEach((name, rows) -> {
            out.append(name).append('\n');
            rows.rows.values().forEach(pair -> append(out, rows.image, pair));
            if (rows.more) {
                out.append("  … more rows (--limit)\n");
            }
        });
        return out.toString();
    }

    private void append(StringBuilder out, RelationImage image, Pair pair) {
        List<@Nullable String> before = pair.before;
        List<@Nullable String> after = pair.after;
        String sign = before == null ? "+" : after == null ? "-" : "~";
        out.append("  ").append(sign);
        for (int i = 0; i < image.columns().size(); i++) {
            ColumnImage column = image.columns().get(i);
            String old = before == null ? "" : shown(image, column, before.get(i));
            String now = after == null ? "" : shown(image, column, after.get(i));
            boolean same =
                    before != null && after != null && Objects.equals(before.get(i), after.get(i));
            boolean key = image.primaryKey().contains(column.name());
            if (before != null && after != null && same && !key) {
                continue;
            }
            out.append(' ').append(column.name()).append('=');
            if (before != null && after != null && !same) {
                out.append(old).append(" → ").append(now);
            } else {
                out.append(before == null ? now : old);
            }
        }
        out.append('\n');
    }

    private String shown(RelationImage image, ColumnImage column, @Nullable String value) {
        if (masks.masks(policy, image.schema(), image.name(), column.name())) {
            return MASKED;
        }
        return value == null ? "NULL" : UndoText.oneLine(value);
    }

    /// As maps, lists and plain values.
    public List<Object> json() {
        List<Object> list = new ArrayList<>();
        tables.forEach((name, rows) -> {
            Map<String, Object> table = new LinkedHashMap<>();
            table.put("table", name);
            table.put("more", rows.more);
            List<Object> changes = new ArrayList<>();
            for (Pair pair : rows.rows.values()) {
                Map<String, Object> change = new LinkedHashMap<>();
                put(change, "before", rows.image, pair.before);
                put(change, "after", rows.image, pair.after);
                changes.add(change);
            }
            table.put("rows", changes);
            list.add(table);
        });
        return list;
    }

    /// A column that is NULL is left out.
    private void put(
            Map<String, Object> json,
            String name,
            RelationImage image,
            @Nullable List<@Nullable String> values) {
        if (values == null) {
            return;
        }
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < image.columns().size(); i++) {
            ColumnImage column = image.columns().get(i);
            String value = values.get(i);
            if (value != null) {
                row.put(
                        column.name(),
                        masks.masks(policy, image.schema(), image.name(), column.name())
                                ? MASKED
                                : value);
            }
        }
        json.put(name, row);
    }
}
