package dev.holdfast.server.composition;

import dev.holdfast.guard.policy.CatalogView;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Relation;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What policies must know of a database, from the catalog as it was last seen.
final class SnapshotView implements CatalogView {
    private final Catalogs catalogs;

    /// The catalogs in force.
    @FunctionalInterface
    interface Catalogs {
        /// The catalog of a database; null where it is not known.
        @Nullable CatalogSnapshot of(String database);
    }

    SnapshotView(Catalogs catalogs) {
        this.catalogs = catalogs;
    }

    @Override
    public @Nullable Set<String> columns(String database, String schema, String name) {
        CatalogSnapshot catalog = catalogs.of(database);
        if (catalog == null) {
            return null;
        }
        for (Relation relation : catalog.relationsNamed(name)) {
            if (relation.schema().equals(schema)) {
                return relation.columns().stream()
                        .map(Relation.Column::name)
                        .collect(Collectors.toUnmodifiableSet());
            }
        }
        return null;
    }

    @Override
    public Set<String> functionSchemas(String database, String name) {
        CatalogSnapshot catalog = catalogs.of(database);
        return catalog == null
                ? Set.of()
                : catalog.functionsNamed(name).stream()
                        .map(function -> function.schema())
                        .collect(Collectors.toUnmodifiableSet());
    }
}
