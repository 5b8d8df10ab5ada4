package dev.holdfast.guard.change;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row before and after, for a person to look at. Holds values of the database: it is shown to those
/// who decide, and belongs into no log and no message.
///
/// @param relation `schema.name`, quoted where SQL needs it
/// @param columns the names of the columns
/// @param before the row as it is, a text for each column, null for NULL; empty where it is inserted
/// @param after the row as it would be; empty where it is deleted
public record RowSample(
        String relation,
        List<String> columns,
        List<@Nullable String> before,
        List<@Nullable String> after) {

    // Written out because javac leaves the @Nullable of a type argument out of a compact one.
    public RowSample(
            String relation,
            List<String> columns,
            List<@Nullable String> before,
            List<@Nullable String> after) {
        this.relation = relation;
        this.columns = List.copyOf(columns);
        this.before = Collections.unmodifiableList(new ArrayList<>(before));
        this.after = Collections.unmodifiableList(new ArrayList<>(after));
    }
}
