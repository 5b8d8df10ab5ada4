package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.QualifiedName;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.RewriteRule;
import dev.holdfast.sql.catalog.RowPolicy;
import dev.holdfast.sql.parser.SqlParser;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Adds to what a statement does by itself whatever it reaches by what stands in the catalog: views,
/// partitions and children, keys that cascade, rules, triggers and the code of functions.
///
/// Where it errs it says too much: a trigger whose condition is false, a rule that does not apply, a
/// partition that no row belongs to. What cannot be known is said to be unforeseeable.
///
/// Immutable but for what it remembers; safe for any number of threads.
final class WriteClosure {
    private final CatalogScope scope;
    private final @Nullable CatalogSnapshot catalog;
    private final FunctionBodies bodies;
    private volatile @Nullable Map<Long, List<Dependent>> dependents;

    /// What must go, or lose something, where a relation goes.
    ///
    /// @param wholly whether it must go itself
    record Dependent(long relation, boolean wholly) {}

    /// @param parser reads the code of functions; null where it is not to be read
    WriteClosure(CatalogScope scope, SessionSettings settings, @Nullable SqlParser parser) {
        this.scope = scope;
        this.catalog = scope.catalog();
        this.bodies = new FunctionBodies(parser, scope, settings);
    }

    /// What a statement does with all that it reaches.
    ///
    /// @param called the functions that it calls by name
    StatementEffects complete(StatementEffects direct, List<FunctionCalled> called) {
        if (catalog == null || (called.isEmpty() && readsPlainly(direct))) {
            return direct;
        }
        Reaching reaching = new Reaching(catalog, scope, this);
        reaching.statement(direct, called);
        Reached reached = reaching.run();
        if (reached.effects().isEmpty()
                && reached.unforeseeable().isEmpty()
                && reached.hazards().isEmpty()) {
            return direct;
        }
        List<RelationEffect> relations = new ArrayList<>(direct.relationEffects());
        relations.addAll(reached.effects());
        Set<String> unforeseeable = new LinkedHashSet<>(direct.unforeseeable());
        unforeseeable.addAll(reached.unforeseeable());
        Set<Effect> effects = new LinkedHashSet<>(direct.effects());
        effects.addAll(reached.hazards());
        List<Effect> gravestFirst = new ArrayList<>(effects);
        gravestFirst.sort(Comparator.comparing(Effect::kind).reversed());
        return new StatementEffects(
                gravestFirst.getFirst().kind(),
                direct.command(),
                gravestFirst,
                direct.relations(),
                direct.functions(),
                relations,
                List.copyOf(unforeseeable),
                direct.control(),
                direct.name());
    }

    /// What is reached from what happens to relations.
    Reached of(List<RelationEffect> direct) {
        if (catalog == null) {
            return Reached.NOTHING;
        }
        Reaching reaching = new Reaching(catalog, scope, this);
        direct.forEach(reaching::begin);
        return reaching.run();
    }

    FunctionBodies bodies() {
        return bodies;
    }

    /// The relation that an effect names; null where the catalog does not have it.
    @Nullable Relation relation(String qualified) {
        QualifiedName read = QualifiedName.read(qualified);
        List<Relation> found =
                read == null ? List.of() : scope.relationsNamed(read.schema(), read.name());
        return found.isEmpty() ? null : found.getFirst();
    }

    /// Whether a statement does nothing but read relations that are no more than they seem.
    private boolean readsPlainly(StatementEffects direct) {
        if (direct.kind().compareTo(StatementKind.LOCK) > 0) {
            return false;
        }
        for (RelationEffect effect : direct.relationEffects()) {
            if (effect.operation() != Operation.READ && effect.operation() != Operation.LOCK) {
                return false;
            }
            Relation relation = relation(effect.relation());
            if (relation != null && readsMore(relation)) {
                return false;
            }
        }
        return true;
    }

    private boolean readsMore(Relation relation) {
        if (CatalogSnapshot.builtIn(relation.oid()) || catalog == null) {
            return false;
        }
        return switch (relation.kind()) {
            case VIEW, MATERIALIZED_VIEW, PARTITIONED_TABLE -> true;
            case SEQUENCE, COMPOSITE_TYPE -> false;
            case TABLE, FOREIGN_TABLE ->
                    relation.rowSecurity()
                            || !catalog.childrenOf(relation.oid()).isEmpty()
                            || computes(relation);
        };
    }

    private static boolean computes(Relation relation) {
        for (Relation.Column column : relation.columns()) {
            if (column.value() == Relation.Value.VIRTUAL) {
                return true;
            }
        }
        return false;
    }

    /// What depends on a relation by its query, its rules, its policies or the types of its columns.
    List<Dependent> dependentsOf(long relation) {
        Map<Long, List<Dependent>> known = dependents;
        if (known == null) {
            known = findDependents();
            dependents = known;
        }
        return known.getOrDefault(relation, List.of());
    }

    private Map<Long, List<Dependent>> findDependents() {
        Map<Long, List<Dependent>> found = new HashMap<>();
        if (catalog == null) {
            return found;
        }
        Map<Long, Long> rowTypes = new HashMap<>();
        for (Relation relation : catalog.relations()) {
            if (!CatalogSnapshot.builtIn(relation.rowType()) && relation.rowType() != 0) {
                rowTypes.put(relation.rowType(), relation.oid());
            }
        }
        for (Relation relation : catalog.relations()) {
            long oid = relation.oid();
            if (CatalogSnapshot.builtIn(oid)) {
                continue;
            }
            for (RewriteRule rule : catalog.rulesOf(oid)) {
                boolean wholly = rule.event() == RewriteRule.Event.SELECT;
                rule.references().relations().forEach(each -> note(found, each, oid, wholly));
            }
            for (RowPolicy policy : catalog.policiesOf(oid)) {
                policy.using().relations().forEach(each -> note(found, each, oid, false));
                policy.check().relations().forEach(each -> note(found, each, oid, false));
            }
            for (Relation.Column column : relation.columns()) {
                Long row = rowTypes.get(column.type());
                if (row != null) {
                    note(found, row, oid, false);
                }
            }
        }
        return found;
    }

    private static void note(
            Map<Long, List<Dependent>> found, long relation, long dependent, boolean wholly) {
        if (relation != dependent) {
            found.computeIfAbsent(relation, _ -> new ArrayList<>(1))
                    .add(new Dependent(dependent, wholly));
        }
    }
}
