package dev.holdfast.guard.change;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row of [Counters#MEASURE].
///
/// @param columns in the order of the query
record MeasuredRelation(List<@Nullable String> columns) {
    private static final int OID = 4;
    private static final int NAME = 5;
    private static final int KIND = 6;
    private static final int PERSISTENCE = 7;
    private static final int MODES = 8;
    private static final int INSERTED = 9;
    private static final int UPDATED = 10;
    private static final int DELETED = 11;
    private static final int IN_CATALOG = 12;
    private static final int KEYED = 13;
    private static final int FILTERED = 14;
    private static final int READABLE = 15;
    private static final int SHADOW = 16;

    private static final String LARGE_OBJECTS = "pg_catalog.pg_largeobject";

    /// Whether the row tells of no relation: there is one row even where nothing is locked.
    boolean isNone() {
        return columns.get(OID) == null;
    }

    /// Whether it is where Holdfast's own triggers note which rows were changed, and nothing was done to it
    /// but that.
    boolean isShadow(String rowLock) {
        return text(SHADOW).equals("true") && rowLock.equals(columns.get(MODES));
    }

    void refuseWhatCountersMiss(String rowLock) throws ChangeRefusedException {
        if (columns.get(KIND) == null) {
            throw new ChangeRefusedException(CounterRefusals.dropped(number(OID)));
        }
        String name = text(NAME);
        String kind = text(KIND);
        if (name.startsWith(LARGE_OBJECTS)) {
            throw new ChangeRefusedException(CounterRefusals.largeObject());
        }
        if (kind.equals("f")) {
            throw new ChangeRefusedException(CounterRefusals.foreignTable(name));
        }
        @Nullable String modes = columns.get(MODES);
        if (modes != null && !modes.equals(rowLock)) {
            throw new ChangeRefusedException(CounterRefusals.strongLock(name, modes));
        }
        if (!holdsRows() && changed() > 0 && !kind.equals("t")) {
            throw new ChangeRefusedException(CounterRefusals.unknownKind(name, kind));
        }
    }

    /// Definitions, roles and rights are rows of the catalog.
    void refuseCatalog() throws ChangeRefusedException {
        // TOAST tables are in a schema of the system too; their rows belong to those of other
        // tables.
        if (holdsRows() && text(IN_CATALOG).equals("true")) {
            throw new ChangeRefusedException(CounterRefusals.catalog(text(NAME)));
        }
    }

    /// Whether it is a table that holds rows itself. Partitioned tables, views and sequences are locked
    /// too, but what is changed there is counted elsewhere or does not roll back.
    boolean holdsRows() {
        return text(KIND).equals("r");
    }

    TableChange change() throws ChangeRefusedException {
        return new TableChange(
                number(OID),
                text(NAME),
                number(INSERTED),
                number(UPDATED),
                number(DELETED),
                new TableChange.Traits(
                        text(PERSISTENCE).equals("t"),
                        text(KEYED).equals("true"),
                        !text(FILTERED).equals("false"),
                        text(READABLE).equals("true")));
    }

    private long changed() throws ChangeRefusedException {
        return number(INSERTED) + number(UPDATED) + number(DELETED);
    }

    /// The column's text; empty for NULL.
    String text(int column) {
        @Nullable String text = columns.get(column);
        return text == null ? "" : text;
    }

    private long number(int column) throws ChangeRefusedException {
        try {
            return Long.parseLong(text(column));
        } catch (NumberFormatException e) {
            throw new ChangeRefusedException(
                    CounterRefusals.unreadable("column %d is no number".formatted(column)), e);
        }
    }
}
