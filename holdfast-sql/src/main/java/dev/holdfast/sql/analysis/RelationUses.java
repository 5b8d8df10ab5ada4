package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Gathers what one statement does to relations, by the names that the catalog gives them.
///
/// The analysis does not know a session's search_path, only which schemas may stand on it: a name
/// without a schema stands for every relation of that name in one of them.
final class RelationUses {
    private final CatalogScope catalog;
    private final Work work = new Work();
    private final Map<String, RelationUse> uses = new LinkedHashMap<>();
    private final Set<String> unforeseeable = new LinkedHashSet<>();

    /// The schema that a statement makes, in which it makes what it names without one; empty where
    /// there is none.
    private String schemaInTheMaking = "";

    RelationUses(CatalogScope catalog) {
        this.catalog = catalog;
    }

    Work work() {
        return work;
    }

    CatalogScope catalog() {
        return catalog;
    }

    void within(String schema) {
        schemaInTheMaking = schema;
    }

    void unforeseeable(String why) {
        unforeseeable.add(why);
    }

    List<String> unforeseeable() {
        return List.copyOf(unforeseeable);
    }

    /// The relations that a name in FROM, or of a target, may mean; at least one.
    List<RelationUse> of(Node rangeVar) {
        return of(rangeVar.text("schemaname"), rangeVar.text("relname"));
    }

    /// @param schema empty where none was written
    List<RelationUse> of(String schema, String name) {
        List<Relation> candidates = catalog.relationsNamed(schema, name);
        if (candidates.size() == 1 && schemaInTheMaking.isEmpty()) {
            Relation only = candidates.getFirst();
            return List.of(use(only.schema(), only.name(), only));
        }
        List<RelationUse> found = new ArrayList<>(candidates.size() + 1);
        for (Relation each : candidates) {
            found.add(use(each.schema(), each.name(), each));
        }
        if (schema.isEmpty() && !schemaInTheMaking.isEmpty()) {
            found.add(use(schemaInTheMaking, name, null));
        } else if (found.isEmpty()) {
            found.add(use(schema, name, null));
        }
        return found;
    }

    /// The relations that a statement may make under a name.
    List<RelationUse> made(Node rangeVar) {
        String name = rangeVar.text("relname");
        if (rangeVar.text("relpersistence").equals("t")) {
            return List.of(use("pg_temp", name, null));
        }
        return made(rangeVar.text("schemaname"), name);
    }

    /// @param schema empty where none was written
    List<RelationUse> made(String schema, String name) {
        if (!schema.isEmpty()) {
            return List.of(use(schema, name, null));
        }
        if (!schemaInTheMaking.isEmpty()) {
            return List.of(use(schemaInTheMaking, name, null));
        }
        List<RelationUse> found = new ArrayList<>(1);
        for (String each : catalog.schemasToMakeIn()) {
            found.add(use(each, name, null));
        }
        return found.isEmpty() ? List.of(use("", name, null)) : found;
    }

    /// Every relation of a schema, and the schema as a whole, which is called `schema.*`.
    List<RelationUse> inSchema(String schema) {
        List<RelationUse> found = new ArrayList<>();
        found.add(pattern(Names.quoted(schema) + ".*"));
        for (Relation each : catalog.relationsIn(schema)) {
            RelationUse use = use(each.schema(), each.name(), each);
            use.reachedBy("schema " + Names.quoted(schema));
            found.add(use);
        }
        return found;
    }

    /// Every relation of the database, which is called `*.*`.
    RelationUse everywhere() {
        return pattern("*.*");
    }

    List<RelationEffect> effects() {
        List<RelationEffect> effects = new ArrayList<>(uses.size());
        for (RelationUse use : uses.values()) {
            use.addTo(effects, work.exhausted());
        }
        return effects;
    }

    private RelationUse pattern(String pattern) {
        return uses.computeIfAbsent(pattern, written -> new RelationUse(written, null));
    }

    private RelationUse use(String schema, String name, @Nullable Relation relation) {
        String written =
                schema.isEmpty()
                        ? Names.quoted(name)
                        : Names.quoted(schema) + "." + Names.quoted(name);
        RelationUse use = uses.get(written);
        if (use == null) {
            use = new RelationUse(written, relation);
            uses.put(written, use);
        }
        return use;
    }
}
