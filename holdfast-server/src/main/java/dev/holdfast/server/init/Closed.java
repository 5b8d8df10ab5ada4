package dev.holdfast.server.init;

import dev.holdfast.sql.catalog.Relation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Relations that agents have no business with, by their names or those of their schemas.
final class Closed {
    private Closed() {}

    /// Why; null where the names say nothing.
    static @Nullable String byName(Relation relation) {
        String schema = RelationNames.closedSchema(relation.schema());
        if (schema != null) {
            return schema;
        }
        List<String> columns = relation.columns().stream().map(Relation.Column::name).toList();
        return RelationNames.closed(relation.name(), columns);
    }
}
