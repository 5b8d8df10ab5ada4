package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.Relation;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one statement does to one relation, as far as it was met.
final class RelationUse {
    private final String name;

    /// Null where the catalog does not have it, or where there is no catalog.
    private final @Nullable Relation relation;

    private final Map<Operation, Done> done = new EnumMap<>(Operation.class);
    private String via = "";

    private static final class Done {
        final Set<String> columns = new HashSet<>(4);
        boolean allColumns;
        Bound bound = Bound.NOT_APPLICABLE;
    }

    RelationUse(String name, @Nullable Relation relation) {
        this.name = name;
        this.relation = relation;
    }

    String name() {
        return name;
    }

    @Nullable Relation relation() {
        return relation;
    }

    /// Says that the statement does not name the relation itself, but what it belongs to.
    void reachedBy(String way) {
        via = way;
    }

    /// Something happens to the relation, to none of its columns in particular.
    void happens(Operation operation) {
        at(operation);
    }

    void happens(Operation operation, Bound bound) {
        Done found = at(operation);
        if (found.bound != Bound.UNBOUNDED && bound != Bound.NOT_APPLICABLE) {
            found.bound = bound;
        }
    }

    void column(Operation operation, String column) {
        at(operation).columns.add(column);
    }

    void everyColumn(Operation operation) {
        at(operation).allColumns = true;
    }

    /// @param columnsUnknown whether it could not be found which columns are read
    void addTo(List<RelationEffect> effects, boolean columnsUnknown) {
        if (columnsUnknown) {
            everyColumn(Operation.READ);
        }
        done.forEach((operation, found) ->
                effects.add(
                        new RelationEffect(
                                name,
                                operation,
                                found.allColumns ? Set.of() : found.columns,
                                found.allColumns,
                                found.bound,
                                via)));
    }

    private Done at(Operation operation) {
        return done.computeIfAbsent(operation, _ -> new Done());
    }
}
