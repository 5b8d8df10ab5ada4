package dev.holdfast.guard.policy;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a policy must know of a database besides what an analysis tells. Asked on event loops: answers
/// at once.
public interface CatalogView {
    /// Nothing is known: whatever could matter counts as if it did.
    CatalogView UNKNOWN =
            new CatalogView() {
                @Override
                public @Nullable Set<String> columns(String database, String schema, String name) {
                    return null;
                }

                @Override
                public Set<String> functionSchemas(String database, String name) {
                    return Set.of();
                }
            };

    /// The names of a relation's columns; null where they are not known.
    @Nullable Set<String> columns(String database, String schema, String name);

    /// The schemas that have a function of this name; empty where there is none or nothing is known.
    Set<String> functionSchemas(String database, String name);
}
