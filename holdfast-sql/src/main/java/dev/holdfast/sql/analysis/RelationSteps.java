package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.Reaching.Touched;
import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.ForeignKey;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.RewriteRule;
import dev.holdfast.sql.catalog.RowPolicy;
import dev.holdfast.sql.catalog.StoredExpression;
import dev.holdfast.sql.catalog.StoredUse;
import dev.holdfast.sql.catalog.Trigger;
import dev.holdfast.sql.catalog.ViewColumns;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What follows at once from one operation on one relation.
final class RelationSteps {
    private final CatalogSnapshot catalog;
    private final WriteClosure closure;
    private final Reaching reaching;
    private final CodeSteps code;

    RelationSteps(
            CatalogSnapshot catalog, WriteClosure closure, Reaching reaching, CodeSteps code) {
        this.catalog = catalog;
        this.closure = closure;
        this.reaching = reaching;
        this.code = code;
    }

    void from(Relation relation, Operation operation, Touched touched, Bound bound) {
        if (CatalogSnapshot.builtIn(relation.oid())) {
            // PostgreSQL's own views lead to its own catalog, which is no data of anyone's.
            return;
        }
        switch (operation) {
            case READ -> read(relation, touched);
            case LOCK -> lock(relation);
            case INSERT -> insert(relation, touched);
            case UPDATE -> update(relation, touched, bound);
            case DELETE -> delete(relation, bound);
            case TRUNCATE -> truncate(relation);
            case DROP -> drop(relation);
            case ALTER -> alter(relation);
            case DEFINE -> {}
        }
    }

    private void read(Relation relation, Touched touched) {
        switch (relation.kind()) {
            case VIEW -> query(relation, "view ");
            // Its rows were read when it was filled: whose rows they are has not changed since.
            case MATERIALIZED_VIEW -> query(relation, "materialized view ");
            case TABLE, PARTITIONED_TABLE, FOREIGN_TABLE -> {
                children(relation, Operation.READ, touched, Bound.NOT_APPLICABLE);
                for (RowPolicy policy : policies(relation)) {
                    if (policy.reads()) {
                        code.stored(policy.using(), relation.oid(), of(policy, relation));
                    }
                }
                for (Relation.Column column : relation.columns()) {
                    if (column.value() == Relation.Value.VIRTUAL) {
                        code.stored(
                                column.expression(),
                                relation.oid(),
                                "computed column " + of(column, relation));
                    }
                }
            }
            case SEQUENCE, COMPOSITE_TYPE -> {}
        }
    }

    private void query(Relation view, String kind) {
        String way = kind + Reaching.quoted(view);
        for (RewriteRule rule : catalog.rulesOf(view.oid())) {
            if (rule.event() == RewriteRule.Event.SELECT) {
                code.reads(rule.references(), view.oid(), way);
                for (long function : rule.references().functions()) {
                    // Those that are refused were found when the view's name was met.
                    if (!CatalogSnapshot.builtIn(function) && view.kind() == Relation.Kind.VIEW) {
                        code.function(function, way, Set.of());
                    }
                }
            }
        }
    }

    private void lock(Relation relation) {
        children(relation, Operation.LOCK, Touched.NONE, Bound.NOT_APPLICABLE);
        if (relation.kind() == Relation.Kind.VIEW) {
            for (RewriteRule rule : catalog.rulesOf(relation.oid())) {
                if (rule.event() == RewriteRule.Event.SELECT) {
                    for (StoredUse use : rule.references().uses()) {
                        if (use.relation() != relation.oid()) {
                            reaching.reach(
                                    use.relation(),
                                    Operation.LOCK,
                                    Touched.NONE,
                                    Bound.NOT_APPLICABLE,
                                    "view " + Reaching.quoted(relation));
                        }
                    }
                }
            }
        }
    }

    private void insert(Relation relation, Touched touched) {
        fill(relation);
        rules(relation, RewriteRule.Event.INSERT);
        if (passesThrough(relation, Trigger.Event.INSERT, RewriteRule.Event.INSERT)) {
            base(relation, Operation.INSERT, touched, Bound.NOT_APPLICABLE);
        }
        if (relation.kind() == Relation.Kind.PARTITIONED_TABLE) {
            children(relation, Operation.INSERT, touched, Bound.NOT_APPLICABLE);
        }
        triggers(relation, Trigger.Event.INSERT, Touched.ALL);
        computed(relation, RowPolicy.Command.INSERT);
    }

    private void update(Relation relation, Touched named, Bound bound) {
        Touched touched = changed(relation, named);
        rules(relation, RewriteRule.Event.UPDATE);
        if (passesThrough(relation, Trigger.Event.UPDATE, RewriteRule.Event.UPDATE)) {
            base(relation, Operation.UPDATE, touched, bound);
        }
        children(relation, Operation.UPDATE, touched, bound);
        if (relation.kind() == Relation.Kind.PARTITIONED_TABLE
                && (relation.partitionKey().contains("")
                        || touched.any(relation.partitionKey())
                        || movedByTriggers(relation))) {
            // A row whose key changes moves: it is deleted here and inserted there.
            children(relation, Operation.DELETE, Touched.NONE, bound);
            children(relation, Operation.INSERT, Touched.ALL, Bound.NOT_APPLICABLE);
        }
        for (ForeignKey key : catalog.foreignKeysTo(relation.oid())) {
            if (touched.any(key.referencedColumns()) && acts(key.onUpdate())) {
                reaching.reach(
                        key.relation(),
                        Operation.UPDATE,
                        Touched.of(key.columns()),
                        bound,
                        of(key));
            }
        }
        triggers(relation, Trigger.Event.UPDATE, touched);
        computed(relation, RowPolicy.Command.UPDATE);
    }

    private void delete(Relation relation, Bound bound) {
        rules(relation, RewriteRule.Event.DELETE);
        if (passesThrough(relation, Trigger.Event.DELETE, RewriteRule.Event.DELETE)) {
            base(relation, Operation.DELETE, Touched.NONE, bound);
        }
        children(relation, Operation.DELETE, Touched.NONE, bound);
        for (ForeignKey key : catalog.foreignKeysTo(relation.oid())) {
            switch (key.onDelete()) {
                case NO_ACTION, RESTRICT -> {}
                case CASCADE ->
                        reaching.reach(
                                key.relation(), Operation.DELETE, Touched.NONE, bound, of(key));
                case SET_NULL, SET_DEFAULT ->
                        reaching.reach(
                                key.relation(),
                                Operation.UPDATE,
                                Touched.of(key.setOnDelete()),
                                bound,
                                of(key));
            }
        }
        triggers(relation, Trigger.Event.DELETE, Touched.ALL);
        computed(relation, RowPolicy.Command.DELETE);
    }

    /// Without CASCADE, TRUNCATE fails where a key refers to the table: so whether it was written makes
    /// no difference to what can happen. The same goes for DROP.
    private void truncate(Relation relation) {
        children(relation, Operation.TRUNCATE, Touched.NONE, Bound.UNBOUNDED);
        for (ForeignKey key : catalog.foreignKeysTo(relation.oid())) {
            reaching.reach(
                    key.relation(), Operation.TRUNCATE, Touched.NONE, Bound.UNBOUNDED, of(key));
        }
        triggers(relation, Trigger.Event.TRUNCATE, Touched.ALL);
    }

    private void drop(Relation relation) {
        children(relation, Operation.DROP, Touched.NONE, Bound.UNBOUNDED);
        for (ForeignKey key : catalog.foreignKeysTo(relation.oid())) {
            reaching.reach(
                    key.relation(), Operation.ALTER, Touched.NONE, Bound.NOT_APPLICABLE, of(key));
        }
        for (WriteClosure.Dependent dependent : closure.dependentsOf(relation.oid())) {
            reaching.reach(
                    dependent.relation(),
                    dependent.wholly() ? Operation.DROP : Operation.ALTER,
                    Touched.NONE,
                    Bound.UNBOUNDED,
                    "dependence on " + Reaching.quoted(relation));
        }
    }

    private void alter(Relation relation) {
        children(relation, Operation.ALTER, Touched.ALL, Bound.NOT_APPLICABLE);
        fill(relation);
        computed(relation, RowPolicy.Command.ALL);
    }

    /// The query of a materialised view runs when it is filled.
    private void fill(Relation relation) {
        if (relation.kind() != Relation.Kind.MATERIALIZED_VIEW) {
            return;
        }
        query(relation, "materialized view ");
        for (RewriteRule rule : catalog.rulesOf(relation.oid())) {
            code.stored(
                    rule.references(),
                    relation.oid(),
                    "materialized view " + Reaching.quoted(relation));
        }
    }

    private void children(Relation relation, Operation operation, Touched touched, Bound bound) {
        String way =
                (relation.kind() == Relation.Kind.PARTITIONED_TABLE ? "partition of " : "child of ")
                        + Reaching.quoted(relation);
        for (long child : catalog.childrenOf(relation.oid())) {
            reaching.reach(child, operation, touched, bound, way);
        }
    }

    private void rules(Relation relation, RewriteRule.Event event) {
        for (RewriteRule rule : catalog.rulesOf(relation.oid())) {
            if (rule.event() != event || !rule.enabled()) {
                continue;
            }
            String way = "rule " + Names.quoted(rule.name()) + " on " + Reaching.quoted(relation);
            for (StoredUse use : rule.references().uses()) {
                uses(use, relation, rule, way);
            }
            code.stored(rule.references(), relation.oid(), way);
            if (rule.notifies()) {
                reaching.hazard(
                        StatementKind.WRITE,
                        "NOTIFY",
                        "",
                        way + ": it sends a message to other sessions");
            }
        }
    }

    private void uses(StoredUse use, Relation relation, RewriteRule rule, String way) {
        Bound bound = rule.bounded() ? Bound.BOUNDED : Bound.UNBOUNDED;
        long target = use.relation();
        if (use.needs(StoredUse.INSERT)) {
            reaching.reach(
                    target,
                    Operation.INSERT,
                    code.named(target, use.inserted()),
                    Bound.NOT_APPLICABLE,
                    way);
        }
        if (use.needs(StoredUse.UPDATE) && !use.updated().isEmpty()) {
            reaching.reach(target, Operation.UPDATE, code.named(target, use.updated()), bound, way);
        }
        if (use.needs(StoredUse.DELETE)) {
            reaching.reach(target, Operation.DELETE, Touched.NONE, bound, way);
        }
        boolean reads = target != relation.oid() && use.needs(StoredUse.SELECT);
        if (reads) {
            reaching.reach(
                    target,
                    Operation.READ,
                    code.named(target, use.read()),
                    Bound.NOT_APPLICABLE,
                    way);
        }
    }

    /// Whether PostgreSQL turns a write to a view into one to what the view shows.
    private boolean passesThrough(Relation view, Trigger.Event event, RewriteRule.Event ruleEvent) {
        if (view.kind() != Relation.Kind.VIEW) {
            return false;
        }
        boolean triggered =
                catalog.triggersOf(view.oid()).stream()
                        .anyMatch(trigger ->
                                trigger.enabled()
                                        && trigger.timing() == Trigger.Timing.INSTEAD_OF
                                        && trigger.events().contains(event));
        boolean replaced =
                catalog.rulesOf(view.oid()).stream()
                        .anyMatch(rule ->
                                rule.enabled()
                                        && rule.event() == ruleEvent
                                        && rule.instead()
                                        && !rule.conditional());
        return !triggered && !replaced;
    }

    private void base(Relation view, Operation operation, Touched touched, Bound bound) {
        ViewColumns columns = catalog.viewColumns(view.oid());
        if (columns == null || columns.base() == 0) {
            return;
        }
        Set<Integer> numbers = new HashSet<>();
        boolean all = touched.all();
        for (String name : touched.columns()) {
            Set<Integer> origins = columns.origins().get(name);
            all |= origins == null;
            numbers.addAll(origins == null ? Set.of() : origins);
        }
        reaching.reach(
                columns.base(),
                operation,
                all ? Touched.ALL : code.named(columns.base(), numbers),
                bound,
                "view " + Reaching.quoted(view));
    }

    private void triggers(Relation relation, Trigger.Event event, Touched touched) {
        for (Trigger trigger : catalog.triggersOf(relation.oid())) {
            boolean fires =
                    trigger.enabled()
                            && trigger.events().contains(event)
                            && (event != Trigger.Event.UPDATE
                                    || trigger.columns().isEmpty()
                                    || touched.any(trigger.columns()));
            if (fires) {
                String way =
                        "trigger "
                                + Names.quoted(trigger.name())
                                + " on "
                                + Reaching.quoted(relation);
                code.stored(trigger.condition(), relation.oid(), way);
                code.function(trigger.function(), way, Set.copyOf(trigger.transitionTables()));
            }
        }
    }

    /// What is computed for each row: defaults, generated columns, checks, indexes, policies.
    private void computed(Relation relation, RowPolicy.Command command) {
        for (RowPolicy policy : policies(relation)) {
            String way = of(policy, relation);
            code.stored(policy.using(), relation.oid(), way);
            code.stored(policy.check(), relation.oid(), way);
        }
        if (command == RowPolicy.Command.DELETE) {
            return;
        }
        for (Relation.Column column : relation.columns()) {
            code.stored(column.expression(), relation.oid(), "default of " + of(column, relation));
        }
        for (StoredExpression expression : catalog.expressionsOf(relation.oid())) {
            code.stored(
                    expression.references(),
                    relation.oid(),
                    expression.what() + " of " + Reaching.quoted(relation));
        }
        code.values(relation);
    }

    private List<RowPolicy> policies(Relation relation) {
        return relation.rowSecurity() ? catalog.policiesOf(relation.oid()) : List.of();
    }

    /// The columns that change where some are given values: generated ones too, and any where a trigger
    /// may give values of its own before the row is written.
    private Touched changed(Relation relation, Touched named) {
        if (named.all() || movedByTriggers(relation)) {
            return Touched.ALL;
        }
        List<String> generated =
                relation.columns().stream()
                        .filter(column -> column.value() == Relation.Value.STORED)
                        .map(Relation.Column::name)
                        .toList();
        return named.and(generated);
    }

    private boolean movedByTriggers(Relation relation) {
        return catalog.triggersOf(relation.oid()).stream()
                .anyMatch(trigger ->
                        trigger.enabled()
                                && trigger.forEachRow()
                                && trigger.timing() == Trigger.Timing.BEFORE
                                && trigger.events().contains(Trigger.Event.UPDATE));
    }

    private static boolean acts(ForeignKey.Action action) {
        return switch (action) {
            case NO_ACTION, RESTRICT -> false;
            case CASCADE, SET_NULL, SET_DEFAULT -> true;
        };
    }

    private static String of(ForeignKey key) {
        return "foreign key " + Names.quoted(key.name());
    }

    private static String of(RowPolicy policy, Relation relation) {
        return "row-security policy "
                + Names.quoted(policy.name())
                + " on "
                + Reaching.quoted(relation);
    }

    private static String of(Relation.Column column, Relation relation) {
        return Reaching.quoted(relation) + "." + Names.quoted(column.name());
    }
}
