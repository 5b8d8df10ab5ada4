package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.Rows.Part;
import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Judges sub-selects, CTEs and what else stands in FROM: whether the rows that they give are kept few
/// by conditions of their own, and whether they are the same for every row around them.
///
/// Two of them may stand as alternatives, in a UNION or an OR, so a test of a boolean does not count.
final class SubSelects {
    /// A LIMIT up to this keeps rows out; a greater one may be any number that means "all".
    private static final double LIMIT_MAX = 10_000;

    private static final int DEPTH_MAX = 16;

    /// Functions that give a row for each of the values that they are given.
    private static final Set<String> LISTING =
            Set.of(
                    "unnest",
                    "string_to_table",
                    "json_array_elements",
                    "json_array_elements_text",
                    "jsonb_array_elements",
                    "jsonb_array_elements_text",
                    "json_to_recordset",
                    "jsonb_to_recordset");

    /// Functions that give one value for a value, or one for all.
    private static final Set<String> SINGLE =
            Set.of(
                    "lower",
                    "upper",
                    "btrim",
                    "min",
                    "max",
                    "sum",
                    "avg",
                    "count",
                    "coalesce",
                    "now");

    private final CatalogScope catalog;
    private final Work work;
    private final Map<Node, Boolean> small = new HashMap<>();

    SubSelects(CatalogScope catalog, Work work) {
        this.catalog = catalog;
        this.work = work;
    }

    /// Whether something in FROM gives few rows by what it is: a list of values, or a query with
    /// conditions of its own.
    boolean small(Part part, Rows level, int depth) {
        Node node = part.node();
        if (node == null || depth > DEPTH_MAX || work.exhausted()) {
            return false;
        }
        return switch (node.type()) {
            case "RangeVar" -> {
                Scope.Cte cte = level.cte(node, work);
                yield cte != null && smallAndClosed(cte.query(), cte.scope(), depth);
            }
            case "RangeSubselect" -> {
                Node query = node.node("subquery");
                yield query != null && smallAndClosed(query, level.scope(), depth);
            }
            case "RangeFunction" -> lists(node);
            default -> false;
        };
    }

    private static boolean lists(Node rangeFunction) {
        for (Node function : rangeFunction.nodes("functions")) {
            List<Node> items = function.is("List") ? function.nodes("items") : List.of();
            Node call = items.isEmpty() ? function : items.getFirst();
            if (!call.is("FuncCall")
                    || !LISTING.contains(Values.function(call))
                    || !call.nodes("args").stream().allMatch(Values::given)) {
                return false;
            }
        }
        return true;
    }

    boolean smallAndClosed(Node query, Scope around, int depth) {
        if (depth > DEPTH_MAX || work.exhausted()) {
            return false;
        }
        Boolean known = small.get(query);
        if (known == null) {
            // Until it is known: a query that goes back to itself is not small.
            small.put(query, false);
            known = closed(query, around, depth) && small(query, around, depth);
            small.put(query, known);
        }
        return known;
    }

    /// Whether a query gives few rows, by its own conditions, a short LIMIT, or because it lists them.
    boolean small(Node query, Scope around, int depth) {
        if (!query.is("SelectStmt") || depth > DEPTH_MAX || work.exhausted()) {
            return false;
        }
        work.spend(1);
        Scope scope = Scope.with(around, query.node("withClause"));
        Node left = query.node("larg");
        Node right = query.node("rarg");
        if (left != null && right != null) {
            boolean leftSmall = small(left, scope, depth + 1);
            return limited(query)
                    || switch (query.choice("op")) {
                        case "SETOP_UNION" -> leftSmall && small(right, scope, depth + 1);
                        case "SETOP_INTERSECT" -> leftSmall || small(right, scope, depth + 1);
                        default -> leftSmall;
                    };
        }
        if (!query.nodes("valuesLists").isEmpty()) {
            return query.nodes("valuesLists").stream().allMatch(Values::given);
        }
        Rows rows = rows(query, null, false, scope);
        if (!plain(query.nodes("targetList"))) {
            return false;
        }
        if (limited(query) || rows.parts().isEmpty()) {
            return true;
        }
        return Conditions.keeping(rows, this, work, true, depth + 1).containsAll(rows.parts());
    }

    private Rows rows(Node query, @Nullable Rows outer, boolean more, Scope scope) {
        Rows rows = new Rows(outer, more, scope, catalog);
        rows.from(query.nodes("fromClause"), work);
        rows.condition(query.node("whereClause"));
        return rows;
    }

    /// Whether each thing that a query selects is one value for each row, not a set of them.
    private static boolean plain(List<Node> targets) {
        for (Node target : targets) {
            Node value = target.is("ResTarget") ? target.node("val") : null;
            while (value != null && value.is("TypeCast")) {
                value = value.node("arg");
            }
            boolean single =
                    value != null
                            && (value.is("ColumnRef")
                                    || Values.given(value)
                                    || value.is("CoalesceExpr")
                                    || (value.is("FuncCall")
                                            && SINGLE.contains(Values.function(value))));
            if (!single) {
                return false;
            }
        }
        return true;
    }

    private static boolean limited(Node query) {
        Double limit = Constants.number(query.node("limitCount"));
        return limit != null
                && limit <= LIMIT_MAX
                && !query.choice("limitOption").equals("LIMIT_OPTION_WITH_TIES");
    }

    /// The parts around an EXISTS of which it keeps rows out.
    Set<Part> existing(Node query, Rows around, int depth) {
        boolean rowsAsTheyAre =
                query.is("SelectStmt")
                        && !query.has("larg")
                        && !query.has("havingClause")
                        && query.nodes("groupClause").isEmpty()
                        && query.nodes("valuesLists").isEmpty()
                        && !query.has("limitOffset")
                        && query.nodes("targetList").stream().allMatch(SubSelects::noAggregate);
        if (!rowsAsTheyAre || depth > DEPTH_MAX || work.exhausted()) {
            return Set.of();
        }
        Scope scope = Scope.with(around.scope(), query.node("withClause"));
        Rows rows = rows(query, around, false, scope);
        Set<Part> kept = Conditions.keeping(rows, this, work, true, depth + 1);
        rows.parts().forEach(kept::remove);
        return kept;
    }

    /// An aggregate gives a row where there is none.
    private static boolean noAggregate(Node target) {
        Node value = target.is("ResTarget") ? target.node("val") : null;
        return value != null && (value.is("ColumnRef") || Values.given(value));
    }

    /// Whether a query is about nothing that stands around it.
    boolean closed(Node query, Scope around, int depth) {
        return closed(query, null, around, depth);
    }

    private boolean closed(Node query, @Nullable Rows outer, Scope around, int depth) {
        if (!query.is("SelectStmt") || depth > DEPTH_MAX || work.exhausted()) {
            return false;
        }
        Scope scope = Scope.with(around, query.node("withClause"));
        for (Scope.Cte cte : scope.ownCtes().values()) {
            if (!closed(cte.query(), outer, cte.scope(), depth + 1)) {
                return false;
            }
        }
        Rows rows = rows(query, outer, true, scope);
        List<Node> open = new ArrayList<>();
        query.forEachChild(child -> {
            if (!child.is("WithClause")) {
                open.add(child);
            }
        });
        while (!open.isEmpty()) {
            Node node = open.removeLast();
            work.spend(1);
            if (node.is("ColumnRef")) {
                if (!rows.closed(node)) {
                    return false;
                }
            } else if (node.is("SelectStmt")) {
                if (!closed(node, rows, scope, depth + 1)) {
                    return false;
                }
            } else if (node.is("RangeSubselect") && !node.flag("lateral")) {
                Node inner = node.node("subquery");
                if (inner == null || !closed(inner, outer, scope, depth + 1)) {
                    return false;
                }
            } else {
                node.forEachChild(open::add);
            }
        }
        return true;
    }
}
