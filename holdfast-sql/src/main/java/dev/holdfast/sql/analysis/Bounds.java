package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.Rows.Part;
import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Judges whether the conditions of a write are sure to keep some rows of its target out.
///
/// BOUNDED needs at least one condition, among those that must all hold, that compares a column of the
/// target with something that does not come from the target: given values, or a column of something that
/// is kept small by such a condition itself ([Conditions] lists the forms). Whatever cannot be judged is
/// UNBOUNDED:
///
/// - no condition; constants; a column compared with itself or with another one of the same row;
/// - ranges with one end (`id > 0`, `at < now()`), or very wide ones: whether they keep anything out,
///   only the rows know;
/// - `<>`, `NOT IN`, `IS NOT NULL`, patterns that begin with a wildcard, regular expressions, functions
///   of a column, CASE, random();
/// - sub-selects and joins over a whole table, the target among them: `id IN (SELECT id FROM t)`,
///   `USING u WHERE u.id = t.id`; sub-selects that hold for all rows or none;
/// - tests of a boolean column in an OR, whose other side may be the opposite;
/// - names that may belong to the row outside (`IN (SELECT id FROM u)` where `u` may have no `id`).
///
/// A condition that is BOUNDED may still fit every row there is: the rows decide, and they are counted
/// when the statement runs.
final class Bounds {
    private final CatalogScope catalog;
    private final Work work;
    private final SubSelects subSelects;

    Bounds(CatalogScope catalog, Work work) {
        this.catalog = catalog;
        this.work = work;
        this.subSelects = new SubSelects(catalog, work);
    }

    /// UPDATE and DELETE.
    ///
    /// @param scope the statement's
    /// @param from what stands in FROM or USING
    Bound ofWhere(Node target, List<Node> from, @Nullable Node where, Scope scope) {
        return where == null ? Bound.UNBOUNDED : of(target, from, List.of(where), false, scope);
    }

    /// An UPDATE or DELETE of a MERGE.
    Bound ofMerge(Node merge, Node when, Scope scope) {
        Node target = merge.node("relation");
        Node source = merge.node("sourceRelation");
        if (target == null || source == null) {
            return Bound.UNBOUNDED;
        }
        List<Node> conditions = new ArrayList<>(2);
        Node own = when.node("condition");
        if (own != null) {
            conditions.add(own);
        }
        boolean matched = when.choice("matchKind").equals("MERGE_WHEN_MATCHED");
        Node join = merge.node("joinCondition");
        if (matched && join != null) {
            conditions.add(join);
        }
        // Rows without a match in the source are all the others: only the clause's own condition
        // counts.
        List<Node> from = matched ? List.of(source) : List.of();
        return of(target, from, conditions, merge.nodes("mergeWhenClauses").size() > 1, scope);
    }

    /// The UPDATE of an INSERT … ON CONFLICT: it changes at most as many rows as are to be inserted.
    Bound ofConflict(Node target, @Nullable Node select, @Nullable Node where, Scope scope) {
        if (select == null || Values.listed(select)) {
            return Bound.BOUNDED;
        }
        if (subSelects.small(select, scope, 0)) {
            return Bound.BOUNDED;
        }
        if (where == null) {
            return Bound.UNBOUNDED;
        }
        Rows rows = new Rows(null, false, scope, catalog);
        Part part = rows.target(target);
        rows.named("excluded");
        rows.condition(where);
        return kept(rows, part, false);
    }

    private Bound of(
            Node target, List<Node> from, List<Node> conditions, boolean alternative, Scope scope) {
        if (conditions.stream().anyMatch(each -> each.is("CurrentOfExpr"))) {
            return Bound.BOUNDED;
        }
        Rows rows = new Rows(null, false, scope, catalog);
        Part part = rows.target(target);
        rows.from(from, work);
        conditions.forEach(rows::condition);
        return kept(rows, part, alternative);
    }

    private Bound kept(Rows rows, Part target, boolean alternative) {
        boolean kept = Conditions.keeping(rows, subSelects, work, alternative, 0).contains(target);
        return kept && !work.exhausted() ? Bound.BOUNDED : Bound.UNBOUNDED;
    }
}
