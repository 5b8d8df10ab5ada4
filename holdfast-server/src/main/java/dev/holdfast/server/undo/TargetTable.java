package dev.holdfast.server.undo;

import dev.holdfast.server.journal.ColumnImage;
import dev.holdfast.server.journal.RelationImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A table as it is now, beside what the journal has of it. Its images are loaded into a temporary
/// table with a line for each (`side`, `n`, then its columns as `c1`, `c2` …), and its plan into
/// another: one line for each key, with the numbers of its images before (`b`) and after (`a`) and
/// what is to be done (`op`).
///
/// @param number numbers the temporary tables
/// @param oid of the table now
/// @param schema of the table now, not quoted
/// @param table its name now, not quoted
/// @param image what the journal says of it
/// @param keyEqualities operators of the primary key, in the order of the image's key
/// @param grown whether it has columns of which the journal knows nothing
/// @param references its foreign keys
/// @param referredToBy foreign keys that refer to it or to a table whose partition it is
record TargetTable(
        int number,
        long oid,
        String schema,
        String table,
        RelationImage image,
        List<String> keyEqualities,
        boolean grown,
        List<ForeignKey> references,
        List<ForeignKey> referredToBy) {

    String name() {
        return Sql.name(schema) + "." + Sql.name(table);
    }

    String images() {
        return "pg_temp.holdfast_image_" + number;
    }

    String plan() {
        return "pg_temp.holdfast_plan_" + number;
    }

    /// `left` and `right` have the same key. An alias with a dot behind it names images, any other the
    /// table.
    String sameKey(String left, String right) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < image.primaryKey().size(); i++) {
            String column = image.primaryKey().get(i);
            parts.add(
                    column(left, column)
                            + " "
                            + keyEqualities.get(i)
                            + " "
                            + column(right, column));
        }
        return String.join(" AND ", parts);
    }

    /// The key as a text.
    String keyText(String alias) {
        List<String> parts = new ArrayList<>();
        for (String column : image.primaryKey()) {
            parts.add("pg_catalog.format('%s', " + column(alias, column) + ")");
        }
        return String.join(" || ',' || ", parts);
    }

    /// What is compared of a row: all that the journal has but what the database computes.
    String rowText(String alias) {
        return Sql.rowText(
                restored().stream().map(column -> column(alias, column.name())).toList());
    }

    /// Names of the columns in which a row of the table differs from an image.
    String differences(String alias, String imageAlias) {
        List<String> parts = new ArrayList<>();
        for (ColumnImage column : restored()) {
            parts.add(
                    "CASE WHEN %s <> %s THEN %s END"
                            .formatted(
                                    Sql.rowText(List.of(column(alias, column.name()))),
                                    Sql.rowText(List.of(column(imageAlias, column.name()))),
                                    Sql.text(column.name())));
        }
        return "pg_catalog.array_remove(ARRAY[" + String.join(", ", parts) + "]::text[], NULL)";
    }

    /// A column of the table, or of its images where the alias is `a.` or `b.`.
    String column(String alias, String column) {
        return alias.endsWith(".") ? alias + "c" + index(column) : alias + "." + Sql.name(column);
    }

    boolean knows(String column) {
        return index(column) > 0;
    }

    private int index(String column) {
        for (int i = 0; i < image.columns().size(); i++) {
            if (image.columns().get(i).name().equals(column)) {
                return i + 1;
            }
        }
        return 0;
    }

    /// The columns that are put back: those that the database does not compute.
    List<ColumnImage> restored() {
        return image.columns().stream().filter(column -> !column.generated()).toList();
    }

    /// What an UPDATE can set: an identity column that is always generated cannot be.
    List<ColumnImage> settable() {
        return restored().stream().filter(column -> !column.identityAlways()).toList();
    }

    /// Whether an UPDATE can put back whatever was changed: all but identity columns outside the key,
    /// which nobody can change but by giving them a new number.
    boolean updatable() {
        Set<String> key = new HashSet<>(image.primaryKey());
        return restored().stream()
                .noneMatch(column -> column.identityAlways() && !key.contains(column.name()));
    }

    /// Whether rows can be removed and added in one statement instead of being updated.
    boolean replaceable(boolean quiet) {
        return !grown && (quiet || referredToBy.stream().noneMatch(ForeignKey::acts));
    }
}
