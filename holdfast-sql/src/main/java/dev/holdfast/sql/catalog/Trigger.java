package dev.holdfast.sql.catalog;

import java.util.List;
import java.util.Set;

/// A trigger that somebody made; those behind foreign keys are [ForeignKey]s.
///
/// @param relation the table or view
/// @param function what it calls
/// @param enabled whether it fires in an ordinary session
/// @param events on which statements it fires
/// @param timing when it fires
/// @param forEachRow whether once for each row, otherwise once for each statement
/// @param columns of an UPDATE trigger, those whose assignment fires it; empty where any does
/// @param deferrable whether it may fire as late as at COMMIT
/// @param condition what its WHEN uses
/// @param transitionTables the names under which its function finds the changed rows
public record Trigger(
        long relation,
        String name,
        long function,
        boolean enabled,
        Set<Event> events,
        Timing timing,
        boolean forEachRow,
        List<String> columns,
        boolean deferrable,
        References condition,
        List<String> transitionTables) {

    public enum Event {
        INSERT,
        UPDATE,
        DELETE,
        TRUNCATE
    }

    public enum Timing {
        BEFORE,
        AFTER,
        INSTEAD_OF
    }

    public Trigger {
        events = Set.copyOf(events);
        columns = List.copyOf(columns);
        transitionTables = List.copyOf(transitionTables);
    }
}
