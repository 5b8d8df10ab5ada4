package dev.holdfast.server.init;

import dev.holdfast.sql.catalog.Relation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Relations that agents have no business with, by their names or those of their schemas.
public final class ClosedNames {
    private ClosedNames() {}

    /// Why; null where the names say nothing.
    public static @Nullable String because(Relation relation) {
        String schema = RelationNames.closedSchema(relation.schema());
        if (schema != null) {
            return schema;
        }
        List<String> columns = relation.columns().stream().map(Relation.Column::name).toList();
        return RelationNames.closed(relation.name(), columns);
    }

    /// A relation as policies name it: `schema.name`, quoted where it must be.
    public static String pattern(Relation relation) {
        return Identifiers.inPattern(relation.schema())
                + "."
                + Identifiers.inPattern(relation.name());
    }
}
