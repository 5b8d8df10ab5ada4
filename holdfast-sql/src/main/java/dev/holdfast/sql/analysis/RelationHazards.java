package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.References;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.RewriteRule;
import dev.holdfast.sql.catalog.RowPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What reading a relation runs besides reading it.
///
/// A view runs its query, and that the views in it; a table its row-security policies and its columns
/// that are computed on reading; a parent the foreign tables among its partitions. Not run by reading:
/// rules for writes, triggers, defaults, stored generated columns, checks, and the query of a
/// materialised view.
final class RelationHazards {
    private final CatalogSnapshot catalog;
    private final FunctionTrust trust;
    private final TypeHazards types;
    private final Map<Long, Step> steps = new HashMap<>();

    /// @param hazard of the relation by itself; null where there is none
    /// @param next what is read with it
    private record Step(@Nullable Hazard hazard, Set<Long> next) {}

    RelationHazards(CatalogSnapshot catalog, FunctionTrust trust, TypeHazards types) {
        this.catalog = catalog;
        this.trust = trust;
        this.types = types;
    }

    /// Why reading a relation is a hazard; null where it is harmless.
    @Nullable Hazard reading(Relation relation) {
        Set<Long> met = new HashSet<>();
        Deque<Long> open = new ArrayDeque<>(List.of(relation.oid()));
        while (!open.isEmpty()) {
            long oid = open.poll();
            Relation read = catalog.relation(oid);
            if (!met.add(oid) || read == null) {
                continue;
            }
            Step step = steps.computeIfAbsent(read.oid(), _ -> step(read));
            if (step.hazard() != null) {
                return oid == relation.oid()
                        ? step.hazard()
                        : step.hazard().by("reads " + read.qualified() + ", which ");
            }
            open.addAll(step.next());
        }
        return null;
    }

    private Step step(Relation relation) {
        List<Hazard> found = new ArrayList<>(0);
        Set<Long> next = new HashSet<>();
        switch (relation.kind()) {
            case FOREIGN_TABLE ->
                    found.add(
                            new Hazard(
                                    StatementKind.UNSAFE_IO,
                                    "is a foreign table: reading it makes the server reach outside"
                                            + " the database"));
            case VIEW -> {
                for (RewriteRule rule : catalog.rulesOf(relation.oid())) {
                    if (rule.event() == RewriteRule.Event.SELECT) {
                        query(rule.references(), "", found, next);
                    }
                }
            }
            case TABLE, PARTITIONED_TABLE -> {
                next.addAll(catalog.childrenOf(relation.oid()));
                if (relation.rowSecurity()) {
                    policies(relation, found, next);
                }
                for (Relation.Column column : relation.columns()) {
                    String way =
                            "has the computed column " + Names.quoted(column.name()) + ", which ";
                    query(column.computed(), way, found, next);
                }
            }
            case MATERIALIZED_VIEW, SEQUENCE, COMPOSITE_TYPE -> {}
        }
        if (!CatalogSnapshot.builtIn(relation.oid())) {
            add(types.using(relation.rowType()), "", found);
        }
        next.remove(relation.oid());
        return new Step(found.isEmpty() ? null : found.getFirst(), Set.copyOf(next));
    }

    private void policies(Relation relation, List<Hazard> found, Set<Long> next) {
        for (RowPolicy policy : catalog.policiesOf(relation.oid())) {
            if (policy.reads()) {
                String way =
                        "has the row-security policy " + Names.quoted(policy.name()) + ", which ";
                query(policy.using(), way, found, next);
            }
        }
    }

    private void query(References uses, String way, List<Hazard> found, Set<Long> next) {
        add(trust.in(uses), way, found);
        for (long type : uses.types()) {
            if (!CatalogSnapshot.builtIn(type)) {
                add(types.making(type), way + "makes values of a type that ", found);
            }
        }
        next.addAll(uses.relations());
    }

    private static void add(@Nullable Hazard hazard, String way, List<Hazard> found) {
        if (hazard != null) {
            found.add(hazard.by(way));
        }
    }
}
