package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Relation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The tables that partitions and children belong to: what such a table holds are rows of its parents.
///
/// Whoever closes a table or a column of it means its rows, wherever they are kept. So what a statement
/// does to a child it also does to the parents, and policy sees it: as reading, for nothing is to be
/// granted there that the child itself does not need.
///
/// Immutable.
final class Lineage {
    static final Lineage NONE = new Lineage(Map.of());

    /// By the names that effects have.
    private final Map<String, List<Relation>> parents;

    private Lineage(Map<String, List<Relation>> parents) {
        this.parents = parents;
    }

    static Lineage of(CatalogSnapshot catalog) {
        Map<String, List<Relation>> parents = new HashMap<>();
        for (Relation relation : catalog.relations()) {
            if (!catalog.parentsOf(relation.oid()).isEmpty()) {
                parents.put(name(relation), List.copyOf(ancestors(relation, catalog)));
            }
        }
        return parents.isEmpty() ? NONE : new Lineage(Map.copyOf(parents));
    }

    private static List<Relation> ancestors(Relation relation, CatalogSnapshot catalog) {
        Map<Long, Relation> found = new LinkedHashMap<>();
        Deque<Long> open = new ArrayDeque<>(catalog.parentsOf(relation.oid()));
        while (!open.isEmpty()) {
            Relation parent = catalog.relation(open.poll());
            if (parent != null && found.putIfAbsent(parent.oid(), parent) == null) {
                open.addAll(catalog.parentsOf(parent.oid()));
            }
        }
        return new ArrayList<>(found.values());
    }

    /// Adds what effects on children mean for their parents: one reading for each parent, and none where
    /// the statement is known to touch as much of the parent anyway.
    StatementEffects complete(StatementEffects found) {
        if (parents.isEmpty()) {
            return found;
        }
        Map<String, RelationEffect> more = new LinkedHashMap<>(0);
        Map<String, List<RelationEffect>> known = new HashMap<>();
        for (RelationEffect effect : found.relationEffects()) {
            known.computeIfAbsent(effect.relation(), _ -> new ArrayList<>(1)).add(effect);
        }
        for (RelationEffect effect : found.relationEffects()) {
            for (Relation parent : parents.getOrDefault(effect.relation(), List.of())) {
                RelationEffect touched = touched(effect, parent);
                if (touched != null
                        && !covered(touched, known.getOrDefault(touched.relation(), List.of()))) {
                    more.merge(touched.relation(), touched, Lineage::both);
                }
            }
        }
        if (more.isEmpty()) {
            return found;
        }
        List<RelationEffect> all = new ArrayList<>(found.relationEffects());
        all.addAll(more.values());
        return new StatementEffects(
                found.kind(),
                found.command(),
                found.effects(),
                found.relations(),
                found.functions(),
                all,
                found.unforeseeable(),
                found.control(),
                found.name());
    }

    private static boolean covered(RelationEffect touched, List<RelationEffect> ofTheParent) {
        for (RelationEffect each : ofTheParent) {
            if (each.allColumns()
                    || (!touched.allColumns() && each.columns().containsAll(touched.columns()))) {
                return true;
            }
        }
        return false;
    }

    private static RelationEffect both(RelationEffect one, RelationEffect other) {
        Set<String> columns = new TreeSet<>(one.columns());
        columns.addAll(other.columns());
        return new RelationEffect(
                one.relation(),
                one.operation(),
                columns,
                one.allColumns() || other.allColumns(),
                Bound.NOT_APPLICABLE,
                one.via());
    }

    private static @Nullable RelationEffect touched(RelationEffect effect, Relation parent) {
        if (effect.operation() == Operation.DEFINE) {
            return null;
        }
        Set<String> columns = new TreeSet<>();
        for (String column : effect.columns()) {
            if (parent.hasColumn(column)) {
                columns.add(column);
            }
        }
        return new RelationEffect(
                name(parent),
                Operation.READ,
                columns,
                effect.allColumns(),
                Bound.NOT_APPLICABLE,
                "its part " + effect.relation());
    }

    private static String name(Relation relation) {
        return Names.quoted(relation.schema()) + "." + Names.quoted(relation.name());
    }
}
