package dev.holdfast.server.composition;

import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.TableLink;
import dev.holdfast.guard.change.TableLink.How;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.ForeignKey;
import dev.holdfast.sql.catalog.QualifiedName;
import dev.holdfast.sql.catalog.Relation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds by which foreign keys and triggers a change of one table led to a change of another. Only between
/// tables whose rows were measured to change, and only where what was measured can come by that way: what
/// is found is a possible cause, and each of them is real in the catalog.
final class Cascades {
    private static final int TABLES_MAX = 200;
    private static final int LINKS_MAX = 200;
    private static final String TRIGGER = "trigger ";
    private static final String ON = " on ";

    private final CatalogSnapshot catalog;
    private final Function<RelationEffect, List<RelationEffect>> follows;
    private final Map<Long, TableEffect> changed = new LinkedHashMap<>();

    /// The tables of which a changed one is a part, itself among them.
    private final Map<Long, List<TableEffect>> within = new LinkedHashMap<>();

    private final Set<TableLink> links = new LinkedHashSet<>();

    private Cascades(
            CatalogSnapshot catalog, Function<RelationEffect, List<RelationEffect>> follows) {
        this.catalog = catalog;
        this.follows = follows;
    }

    /// @param follows what else may happen where something happens to a relation
    /// @param tables what was measured
    static List<TableLink> of(
            CatalogSnapshot catalog,
            Function<RelationEffect, List<RelationEffect>> follows,
            List<TableEffect> tables) {
        Cascades cascades = new Cascades(catalog, follows);
        tables.stream().limit(TABLES_MAX).forEach(cascades::add);
        cascades.changed.forEach(cascades::follow);
        return cascades.links.stream().limit(LINKS_MAX).toList();
    }

    private void add(TableEffect table) {
        Relation relation = relation(table.relation());
        if (relation == null) {
            return;
        }
        changed.put(relation.oid(), table);
        for (long oid : lineage(relation.oid())) {
            within.computeIfAbsent(oid, _ -> new ArrayList<>()).add(table);
        }
    }

    /// A table and the tables that it is a partition of or inherits from.
    private Set<Long> lineage(long oid) {
        Set<Long> lineage = new LinkedHashSet<>();
        Deque<Long> open = new ArrayDeque<>(List.of(oid));
        while (!open.isEmpty() && lineage.size() < TABLES_MAX) {
            long next = open.poll();
            if (lineage.add(next)) {
                open.addAll(catalog.parentsOf(next));
            }
        }
        return lineage;
    }

    private void follow(long oid, TableEffect table) {
        boolean triggers = false;
        for (long each : lineage(oid)) {
            for (ForeignKey key : catalog.foreignKeysTo(each)) {
                for (TableEffect to : within.getOrDefault(key.relation(), List.of())) {
                    byKey(table, to, key);
                }
            }
            triggers |= !catalog.triggersOf(each).isEmpty();
        }
        if (triggers) {
            byTriggers(oid, table);
        }
    }

    private void byKey(TableEffect from, TableEffect to, ForeignKey key) {
        if (from.deleted() > 0) {
            How how = how(key.onDelete(), How.DELETE);
            if (how != null && (how == How.DELETE ? to.deleted() : to.updated()) > 0) {
                link(from, to, how, key.name());
            }
        }
        if (from.updated() > 0) {
            How how = how(key.onUpdate(), How.UPDATE);
            if (how != null && to.updated() > 0) {
                link(from, to, how, key.name());
            }
        }
    }

    private static @Nullable How how(ForeignKey.Action action, How cascade) {
        return switch (action) {
            case NO_ACTION, RESTRICT -> null;
            case CASCADE -> cascade;
            case SET_NULL -> How.SET_NULL;
            case SET_DEFAULT -> How.SET_DEFAULT;
        };
    }

    private void byTriggers(long oid, TableEffect from) {
        follow(oid, from, Operation.INSERT, from.inserted());
        follow(oid, from, Operation.UPDATE, from.updated());
        follow(oid, from, Operation.DELETE, from.deleted());
    }

    private void follow(long oid, TableEffect from, Operation operation, long rows) {
        if (rows == 0) {
            return;
        }
        for (RelationEffect effect :
                follows.apply(
                        new RelationEffect(
                                from.relation(), operation, Set.of(), true, Bound.BOUNDED, ""))) {
            int on = effect.via().lastIndexOf(ON);
            Relation to = relation(effect.relation());
            if (to == null || on < 0 || !effect.via().startsWith(TRIGGER)) {
                continue;
            }
            Relation of = relation(effect.via().substring(on + ON.length()));
            if (of == null || !lineage(oid).contains(of.oid())) {
                // A step further on: it is found where its own table is looked at.
                continue;
            }
            for (TableEffect changes : within.getOrDefault(to.oid(), List.of())) {
                if (rows(changes, effect.operation()) > 0) {
                    link(from, changes, How.TRIGGER, effect.via().substring(TRIGGER.length(), on));
                }
            }
        }
    }

    private static long rows(TableEffect table, Operation operation) {
        return switch (operation) {
            case INSERT -> table.inserted();
            case UPDATE -> table.updated();
            case DELETE -> table.deleted();
            case READ, LOCK, DEFINE, ALTER, TRUNCATE, DROP -> 0;
        };
    }

    private void link(TableEffect from, TableEffect to, How how, String name) {
        if (links.size() < LINKS_MAX) {
            links.add(new TableLink(from.relation(), to.relation(), how, name));
        }
    }

    /// The relation of a name such as `shop."Orders"`; null where the catalog does not have it.
    private @Nullable Relation relation(String qualified) {
        QualifiedName name = QualifiedName.read(qualified);
        return name == null
                ? null
                : catalog.relationsNamed(name.name()).stream()
                        .filter(each -> each.schema().equals(name.schema()))
                        .findFirst()
                        .orElse(null);
    }
}
