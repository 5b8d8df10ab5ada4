package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds what the queries of one statement read and change, wherever they stand in it.
///
/// A node that waits to be looked at waits together with the scope that its names belong to. Nothing
/// calls itself, so no nesting can exhaust the stack.
final class QueryRelations {
    private final RelationUses uses;
    private final ColumnReferences columns;
    private final ObjectRelations objects;
    private final Bounds bounds;

    /// Whether queries are only planned, as EXPLAIN without ANALYZE does: what they would change, they
    /// only look at.
    private final boolean planned;

    private final List<Node> waiting = new ArrayList<>(32);
    private final List<@Nullable Scope> waitingScopes = new ArrayList<>(32);

    /// Sub-selects in FROM whose tables are locked with those around them.
    private final Set<Node> locked = new HashSet<>(0);

    private boolean boundJudged;

    QueryRelations(RelationUses uses, boolean planned) {
        this.uses = uses;
        this.columns = new ColumnReferences(uses.work());
        this.objects = new ObjectRelations(uses, this);
        this.bounds = new Bounds(uses.catalog(), uses.work());
        this.planned = planned;
    }

    /// Looks at a statement.
    void statement(Node root) {
        later(root, null);
        while (!waiting.isEmpty()) {
            Scope scope = waitingScopes.removeLast();
            meet(waiting.removeLast(), scope);
        }
    }

    /// Whether the answer rests on what a condition says, literals included.
    boolean boundJudged() {
        return boundJudged;
    }

    boolean planned() {
        return planned;
    }

    void later(@Nullable Node node, @Nullable Scope scope) {
        if (node != null && node != Node.NONE) {
            waiting.add(node);
            waitingScopes.add(scope);
        }
    }

    void later(List<Node> nodes, @Nullable Scope scope) {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            later(nodes.get(i), scope);
        }
    }

    private void meet(Node node, @Nullable Scope scope) {
        switch (node.type()) {
            case "ColumnRef" -> columns.read(node, scope);
            case "A_Const",
                    "A_Star",
                    "ParamRef",
                    "String",
                    "Integer",
                    "Float",
                    "TypeName",
                    "SQLValueFunction",
                    "Alias" -> {}
            case "A_Expr",
                    "A_Indirection",
                    "BoolExpr",
                    "CaseExpr",
                    "CaseWhen",
                    "CoalesceExpr",
                    "FuncCall",
                    "List",
                    "NullTest",
                    "ResTarget",
                    "SortBy",
                    "SubLink",
                    "TypeCast" ->
                    node.forEachChild(child -> later(child, scope));
            case "SelectStmt" -> select(node, scope);
            case "InsertStmt" -> insert(node, scope);
            case "UpdateStmt" -> update(node, scope);
            case "DeleteStmt" -> delete(node, scope);
            case "MergeStmt" -> merge(node, scope);
            default -> objects.meet(node, scope);
        }
    }

    private void select(Node node, @Nullable Scope outer) {
        Scope scope = scopeOf(node, outer);
        boolean locks = !locked.isEmpty() && locked.remove(node);
        if (node.has("larg")) {
            // What is combined sees no tables but its own: this scope has none.
            Node left = node.node("larg");
            Node right = node.node("rarg");
            if (locks && left != null && right != null) {
                locked.add(left);
                locked.add(right);
            }
            later(right, scope);
            later(left, scope);
        }
        from(node.nodes("fromClause"), scope);
        lock(node, scope, locks);
        Node into = node.node("intoClause");
        if (into != null && !planned) {
            objects.made(into.node("rel"));
        }
        later(node.node("limitCount"), scope);
        later(node.node("limitOffset"), scope);
        later(node.nodes("sortClause"), scope);
        later(node.nodes("windowClause"), scope);
        later(node.node("havingClause"), scope);
        later(node.nodes("groupClause"), scope);
        later(node.node("whereClause"), scope);
        later(node.nodes("valuesLists"), scope);
        later(node.nodes("targetList"), scope);
        later(node.nodes("distinctClause"), scope);
    }

    private void insert(Node node, @Nullable Scope outer) {
        Node relation = node.node("relation");
        Scope scope = scopeOf(node, outer);
        Node select = node.node("selectStmt");
        later(select, scope);
        if (relation == null) {
            return;
        }
        List<RelationUse> targets = uses.of(relation);
        List<Node> given = node.nodes("cols");
        for (RelationUse target : targets) {
            changes(target, Operation.INSERT, Bound.NOT_APPLICABLE);
            if (!planned && given.isEmpty() && select != null) {
                target.everyColumn(Operation.INSERT);
            }
        }
        assigned(given, targets, Operation.INSERT, scope);
        Scope changing = Scope.within(scope);
        changing.add(Source.ofRelation(relation, targets));
        Node conflict = node.node("onConflictClause");
        if (conflict != null) {
            conflict(conflict, node, targets, changing);
        }
        returning(node, targets, changing);
    }

    private void conflict(Node conflict, Node insert, List<RelationUse> targets, Scope changing) {
        Scope scope = Scope.within(changing);
        scope.add(Source.opaque("excluded", null));
        Node infer = conflict.node("infer");
        if (infer != null) {
            for (Node element : infer.nodes("indexElems")) {
                if (element.is("IndexElem") && element.has("name")) {
                    reads(element.text("name"), targets);
                }
                later(element, scope);
            }
            later(infer.node("whereClause"), scope);
        }
        later(conflict.node("whereClause"), scope);
        Node relation = insert.node("relation");
        if (relation != null && conflict.choice("action").equals("ONCONFLICT_UPDATE")) {
            Node rows = insert.node("selectStmt");
            Node where = conflict.node("whereClause");
            Bound bound = judged(bounds.ofConflict(relation, rows, where, changing));
            targets.forEach(target -> changes(target, Operation.UPDATE, bound));
            assigned(conflict.nodes("targetList"), targets, Operation.UPDATE, scope);
        }
    }

    private void update(Node node, @Nullable Scope outer) {
        Node relation = node.node("relation");
        Scope scope = scopeOf(node, outer);
        if (relation == null) {
            return;
        }
        List<RelationUse> targets = uses.of(relation);
        scope.add(Source.ofRelation(relation, targets));
        List<Node> from = node.nodes("fromClause");
        from(from, scope);
        Bound bound = judged(bounds.ofWhere(relation, from, node.node("whereClause"), scope));
        targets.forEach(target -> changes(target, Operation.UPDATE, bound));
        assigned(node.nodes("targetList"), targets, Operation.UPDATE, scope);
        later(node.node("whereClause"), scope);
        returning(node, targets, scope);
    }

    private void delete(Node node, @Nullable Scope outer) {
        Node relation = node.node("relation");
        Scope scope = scopeOf(node, outer);
        if (relation == null) {
            return;
        }
        List<RelationUse> targets = uses.of(relation);
        scope.add(Source.ofRelation(relation, targets));
        List<Node> from = node.nodes("usingClause");
        from(from, scope);
        Bound bound = judged(bounds.ofWhere(relation, from, node.node("whereClause"), scope));
        targets.forEach(target -> changes(target, Operation.DELETE, bound));
        later(node.node("whereClause"), scope);
        returning(node, targets, scope);
    }

    private void merge(Node node, @Nullable Scope outer) {
        Node relation = node.node("relation");
        Node source = node.node("sourceRelation");
        Scope scope = scopeOf(node, outer);
        if (relation == null || source == null) {
            return;
        }
        List<RelationUse> targets = uses.of(relation);
        scope.add(Source.ofRelation(relation, targets));
        from(List.of(source), scope);
        later(node.node("joinCondition"), scope);
        for (Node clause : node.nodes("mergeWhenClauses")) {
            if (clause.is("MergeWhenClause")) {
                when(node, clause, targets, scope);
            }
        }
        returning(node, targets, scope);
    }

    private void when(Node merge, Node clause, List<RelationUse> targets, Scope scope) {
        List<Node> given = clause.nodes("targetList");
        switch (clause.choice("commandType")) {
            case "CMD_INSERT" -> {
                for (RelationUse target : targets) {
                    changes(target, Operation.INSERT, Bound.NOT_APPLICABLE);
                    if (!planned && given.isEmpty() && !clause.nodes("values").isEmpty()) {
                        target.everyColumn(Operation.INSERT);
                    }
                }
                assigned(given, targets, Operation.INSERT, scope);
            }
            case "CMD_UPDATE" -> {
                Bound bound = judged(bounds.ofMerge(merge, clause, scope));
                targets.forEach(target -> changes(target, Operation.UPDATE, bound));
                assigned(given, targets, Operation.UPDATE, scope);
            }
            case "CMD_DELETE" -> {
                Bound bound = judged(bounds.ofMerge(merge, clause, scope));
                targets.forEach(target -> changes(target, Operation.DELETE, bound));
            }
            default -> {}
        }
        later(clause.node("condition"), scope);
        later(clause.nodes("values"), scope);
    }

    private Bound judged(Bound bound) {
        boundJudged = true;
        return bound;
    }

    private void changes(RelationUse target, Operation operation, Bound bound) {
        if (planned) {
            target.happens(Operation.READ);
        } else {
            target.happens(operation, bound);
        }
    }

    private static void reads(String column, List<RelationUse> targets) {
        targets.forEach(target -> target.column(Operation.READ, column));
    }

    /// The columns that are given values, and the values.
    private void assigned(
            List<Node> given, List<RelationUse> targets, Operation operation, Scope scope) {
        for (Node column : given) {
            if (column.is("ResTarget") && column.has("name") && !planned) {
                targets.forEach(target -> target.column(operation, column.text("name")));
            }
        }
        later(given, scope);
    }

    private void returning(Node statement, List<RelationUse> targets, Scope scope) {
        Node clause = statement.node("returningClause");
        if (clause == null) {
            return;
        }
        Scope returned = Scope.returning(scope);
        returned.add(Source.named("old", targets));
        returned.add(Source.named("new", targets));
        for (Node option : clause.nodes("options")) {
            if (option.is("ReturningOption")) {
                returned.add(Source.named(option.text("value"), targets));
            }
        }
        later(clause.nodes("exprs"), returned);
    }

    /// The scope of a statement that may have a WITH, whose queries are looked at as well.
    private Scope scopeOf(Node statement, @Nullable Scope outer) {
        Scope scope = Scope.with(outer, statement.node("withClause"));
        for (Scope.Cte cte : scope.ownCtes().values()) {
            later(cte.query(), cte.scope());
        }
        return scope;
    }

    private void lock(Node select, Scope scope, boolean all) {
        if (planned) {
            return;
        }
        if (all) {
            scope.sources().forEach(this::lock);
        }
        for (Node clause : select.nodes("lockingClause")) {
            List<Node> named = clause.is("LockingClause") ? clause.nodes("lockedRels") : List.of();
            if (named.isEmpty()) {
                scope.sources().forEach(this::lock);
            }
            for (Node name : named) {
                String alias = name.is("RangeVar") ? name.text("relname") : "";
                uses.work().spend(scope.sources().size());
                for (Source source : scope.sources()) {
                    if (source.name().equals(alias) && !uses.work().exhausted()) {
                        lock(source);
                    }
                }
            }
        }
    }

    private void lock(Source source) {
        source.relations().forEach(relation -> relation.happens(Operation.LOCK));
        Node node = source.node();
        if (node != null && node.is("RangeSubselect")) {
            Node query = node.node("subquery");
            if (query != null) {
                locked.add(query);
            }
        }
    }

    /// Adds what stands in a FROM to a scope.
    void from(List<Node> items, Scope scope) {
        if (items.size() == 1 && items.getFirst().is("RangeVar")) {
            rangeVar(items.getFirst(), scope);
            return;
        }
        // A join is met twice: to go to its sides, and, as a JoinEnd, when both stand in the scope.
        List<Object> open = new ArrayList<>(items.reversed());
        while (!open.isEmpty()) {
            Object next = open.removeLast();
            if (next instanceof JoinEnd end) {
                joined(end.join(), end.firstSource(), scope);
            } else if (next instanceof Node item) {
                item(item, open, scope);
            }
        }
    }

    private record JoinEnd(Node join, int firstSource) {}

    private void item(Node item, List<Object> open, Scope scope) {
        switch (item.type()) {
            case "RangeVar" -> rangeVar(item, scope);
            case "JoinExpr" -> {
                open.add(new JoinEnd(item, scope.sources().size()));
                add(item.node("rarg"), open);
                add(item.node("larg"), open);
            }
            case "RangeTableSample" -> {
                add(item.node("relation"), open);
                later(item.nodes("args"), scope);
                later(item.node("repeatable"), scope);
            }
            case "RangeSubselect" -> {
                scope.add(Source.opaque(alias(item), item));
                Node query = item.node("subquery");
                later(query, item.flag("lateral") ? scope : scope.blindToNeighbours());
            }
            default -> {
                // A function, XMLTABLE, JSON_TABLE: whatever stands in it sees its neighbours.
                scope.add(Source.opaque(alias(item), item));
                item.forEachChild(child -> later(child, scope));
            }
        }
    }

    private static void add(@Nullable Node item, List<Object> open) {
        if (item != null) {
            open.add(item);
        }
    }

    private static String alias(Node item) {
        Node alias = item.node("alias");
        return alias == null ? "" : alias.text("aliasname");
    }

    private void rangeVar(Node rangeVar, Scope scope) {
        if (!rangeVar.has("schemaname") && !uses.work().exhausted()) {
            String name = rangeVar.text("relname");
            if (scope.cte(name, uses.work()) != null) {
                String alias = alias(rangeVar);
                scope.add(Source.opaque(alias.isEmpty() ? name : alias, rangeVar));
                return;
            }
        }
        List<RelationUse> relations = uses.of(rangeVar);
        for (RelationUse relation : relations) {
            relation.happens(Operation.READ);
        }
        scope.add(Source.ofRelation(rangeVar, relations));
    }

    private void joined(Node join, int firstSource, Scope scope) {
        List<Source> sources = scope.sources();
        List<Source> sides = sources.subList(firstSource, sources.size());
        uses.work().spend(1);
        if (!uses.work().exhausted()) {
            if (join.flag("isNatural")) {
                uses.work().spend(sides.size());
                columns.natural(sides);
            }
            for (String column : Names.parts(join.nodes("usingClause"))) {
                columns.using(column, sides);
            }
        }
        later(join.node("quals"), scope);
        int members = sides.size();
        Node alias = join.node("alias");
        if (alias != null) {
            scope.add(Source.ofJoin(alias, members));
        }
        Node usingAlias = join.node("join_using_alias");
        if (usingAlias != null) {
            scope.add(Source.ofJoin(usingAlias, alias == null ? members : members + 1));
        }
    }
}
