package dev.holdfast.sql.analysis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Hazards by the names under which statements meet them. A name without a schema has the hazard of
/// every object that it could mean: which one it is depends on the session's search_path.
final class NamedHazards {
    private final Map<List<String>, Hazard> qualified;
    private final Map<String, Hazard> unqualified;

    private NamedHazards(Builder from) {
        qualified = Map.copyOf(from.qualified);
        unqualified = Map.copyOf(from.unqualified);
    }

    /// The hazard of a name; null where there is none.
    ///
    /// @param parts the object, or schema and object, or database, schema and object
    @Nullable Hazard of(List<String> parts) {
        return parts.size() == 1
                ? unqualified.get(parts.getFirst())
                : parts.isEmpty()
                        ? null
                        : qualified.get(List.of(parts.get(parts.size() - 2), parts.getLast()));
    }

    Set<String> unqualifiedNames() {
        return unqualified.keySet();
    }

    boolean isEmpty() {
        return qualified.isEmpty();
    }

    static final class Builder {
        private final Set<String> path;
        private final Map<List<String>, Hazard> qualified = new HashMap<>();
        private final Map<String, Hazard> unqualified = new HashMap<>();

        /// @param path the schemas that a name without one may be found in
        Builder(Set<String> path) {
            this.path = path;
        }

        void add(String schema, String name, Hazard hazard) {
            qualified.put(List.of(schema, name), hazard);
            if (path.contains(schema)) {
                unqualified.put(name, hazard);
            }
        }

        NamedHazards build() {
            return new NamedHazards(this);
        }
    }
}
