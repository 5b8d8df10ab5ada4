package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.Rows.Column;
import dev.holdfast.sql.analysis.Rows.Pair;
import dev.holdfast.sql.analysis.Rows.Part;
import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds, for conditions that must all hold, of which of the things that they are about they are sure
/// to keep rows out.
///
/// A condition does so that compares a column with given values by `=`, `IN`, `= ANY`,
/// `IS NOT DISTINCT FROM`, `IS NULL`, `LIKE` with a fixed beginning, or a range with two ends; or a
/// boolean column by itself. What is equal to a column of something that is kept small is kept small
/// with it. Everything else counts for nothing.
final class Conditions {
    private static final int DEPTH_MAX = 16;

    private final SubSelects subSelects;
    private final Work work;
    private final Rows rows;

    /// Whether the conditions are, or may be, one of several alternatives. Then a test of a boolean
    /// counts for nothing: the other alternative may be its opposite.
    private final boolean alternative;

    private final int depth;
    private final Set<Part> kept = new HashSet<>();
    private final List<Pair> equal = new ArrayList<>();
    private final Map<Part, Map<String, Range>> ranges = new HashMap<>();

    private static final class Range {
        private @Nullable Node low;
        private @Nullable Node high;

        /// Whether both ends are compared with texts.
        private boolean textual = true;
    }

    private Conditions(
            SubSelects subSelects, Work work, Rows rows, boolean alternative, int depth) {
        this.subSelects = subSelects;
        this.work = work;
        this.rows = rows;
        this.alternative = alternative;
        this.depth = depth;
    }

    /// The parts of a level, and of those around it, of which its conditions keep rows out.
    ///
    /// @param alternative whether others may hold instead of these
    static Set<Part> keeping(
            Rows rows, SubSelects subSelects, Work work, boolean alternative, int depth) {
        Conditions conditions = new Conditions(subSelects, work, rows, alternative, depth);
        conditions.equal.addAll(rows.equal());
        return conditions.of(rows.conditions());
    }

    private Set<Part> of(List<Node> all) {
        if (depth > DEPTH_MAX || work.exhausted()) {
            return kept;
        }
        List<Node> open = new ArrayList<>(all);
        while (!open.isEmpty()) {
            Node condition = open.removeLast();
            work.spend(1);
            if (condition.is("BoolExpr") && condition.choice("boolop").equals("AND_EXPR")) {
                open.addAll(condition.nodes("args"));
            } else {
                one(condition);
            }
        }
        ranges.forEach((part, columns) ->
                columns.values()
                        .forEach(range -> {
                            if (range.low != null
                                    && range.high != null
                                    && !Constants.endless(range.low, range.high, range.textual)) {
                                kept.add(part);
                            }
                        }));
        for (Rows each = rows; each != null; each = each.outer()) {
            for (Part part : each.parts()) {
                work.spend(1);
                if (!kept.contains(part) && subSelects.small(part, each, depth + 1)) {
                    kept.add(part);
                }
            }
        }
        spread();
        return kept;
    }

    private void spread() {
        boolean more = !kept.isEmpty();
        while (more && !work.exhausted()) {
            more = false;
            work.spend(equal.size());
            for (Pair pair : equal) {
                if (kept.contains(pair.one()) != kept.contains(pair.other())) {
                    kept.add(pair.one());
                    kept.add(pair.other());
                    more = true;
                }
            }
        }
    }

    private void one(Node condition) {
        switch (condition.type()) {
            case "A_Expr" -> comparison(condition);
            case "BoolExpr" -> {
                if (condition.choice("boolop").equals("OR_EXPR")) {
                    either(condition.nodes("args"));
                } else {
                    not(condition.nodes("args").getFirst());
                }
            }
            case "ColumnRef" -> bool(condition);
            case "BooleanTest" -> {
                String test = condition.choice("booltesttype");
                if (test.equals("IS_TRUE") || test.equals("IS_FALSE")) {
                    bool(condition.node("arg"));
                }
            }
            case "NullTest" -> {
                Node arg = condition.node("arg");
                // Not of a part of a document, which is NULL wherever it is missing.
                boolean plain = arg != null && arg.is("ColumnRef");
                if (plain && condition.choice("nulltesttype").equals("IS_NULL")) {
                    Column column = Values.column(arg, rows);
                    if (column != null) {
                        kept.add(column.part());
                    }
                }
            }
            case "SubLink" -> subLink(condition);
            default -> {}
        }
    }

    /// Of what every alternative keeps rows out, all of them do.
    private void either(List<Node> alternatives) {
        Set<Part> every = null;
        for (Node each : alternatives) {
            Conditions conditions =
                    new Conditions(subSelects, work, rows, alternatives.size() > 1, depth + 1);
            Set<Part> found = conditions.of(List.of(each));
            if (every == null) {
                every = found;
            } else {
                every.retainAll(found);
            }
            if (every.isEmpty()) {
                return;
            }
        }
        if (every != null) {
            kept.addAll(every);
        }
    }

    private void not(Node condition) {
        if (condition.is("ColumnRef")) {
            bool(condition);
        } else if (condition.is("A_Expr")
                && condition.choice("kind").equals("AEXPR_OP")
                && Values.operator(condition).equals("<>")) {
            equal(condition.node("lexpr"), condition.node("rexpr"));
        }
    }

    private void bool(@Nullable Node node) {
        if (node != null && node.is("ColumnRef") && !alternative) {
            Column column = Values.column(node, rows);
            if (column != null) {
                kept.add(column.part());
            }
        }
    }

    private void comparison(Node expression) {
        Node left = expression.node("lexpr");
        Node right = expression.node("rexpr");
        String operator = Values.operator(expression);
        switch (expression.choice("kind")) {
            case "AEXPR_OP" -> {
                switch (operator) {
                    case "=" -> equal(left, right);
                    case "<", "<=" -> {
                        end(left, right, false);
                        end(right, left, true);
                    }
                    case ">", ">=" -> {
                        end(left, right, true);
                        end(right, left, false);
                    }
                    default -> {}
                }
            }
            case "AEXPR_NOT_DISTINCT" -> {
                if (left != null && left.is("ColumnRef")) {
                    equal(left, right);
                }
            }
            case "AEXPR_IN" -> {
                if (operator.equals("=") && right != null && right.is("List")) {
                    in(left, right.nodes("items"));
                }
            }
            case "AEXPR_OP_ANY" -> {
                if (operator.equals("=")) {
                    any(left, right);
                }
            }
            case "AEXPR_BETWEEN", "AEXPR_BETWEEN_SYM" -> {
                if (right != null && right.is("List") && right.nodes("items").size() == 2) {
                    between(left, right.nodes("items").get(0), right.nodes("items").get(1));
                }
            }
            case "AEXPR_LIKE", "AEXPR_ILIKE" -> {
                boolean positive = operator.equals("~~") || operator.equals("~~*");
                if (positive && beginsFixed(Constants.text(right))) {
                    keep(left);
                }
            }
            default -> {}
        }
    }

    private void equal(@Nullable Node left, @Nullable Node right) {
        if (left != null && right != null && left.is("RowExpr") && right.is("RowExpr")) {
            List<Node> one = left.nodes("args");
            List<Node> other = right.nodes("args");
            for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
                if (!one.get(i).is("RowExpr")) {
                    equal(one.get(i), other.get(i));
                }
            }
            return;
        }
        Column one = Values.column(left, rows);
        Column other = Values.column(right, rows);
        if (one != null && other != null) {
            // Two values of a boolean are all that there are.
            if (!one.part().mayBeBoolean(one.name(), false)
                    && !other.part().mayBeBoolean(other.name(), false)) {
                equal.add(new Pair(one.part(), other.part()));
            }
        } else if (one != null && right != null) {
            is(one, right);
        } else if (other != null && left != null) {
            is(other, left);
        }
    }

    private void is(Column column, Node value) {
        boolean bool = bool(column, Constants.mayBeBoolean(value));
        // `= NULL` is true of nothing, or, by a setting, of whatever is NULL.
        if (!Constants.isNull(value)
                && !(alternative && bool)
                && (Values.given(value) || single(value))) {
            kept.add(column.part());
        }
    }

    /// A sub-select that gives one value, the same for every row.
    private boolean single(Node value) {
        Node query =
                value.is("SubLink") && value.choice("subLinkType").equals("EXPR_SUBLINK")
                        ? value.node("subselect")
                        : null;
        return query != null && subSelects.closed(query, rows.scope(), depth + 1);
    }

    private void in(@Nullable Node left, List<Node> values) {
        if (left != null && left.is("RowExpr")) {
            boolean bools =
                    values.stream()
                            .filter(row -> row.is("RowExpr"))
                            .flatMap(row -> row.nodes("args").stream())
                            .allMatch(Constants::mayBeBoolean);
            if (!bools && values.stream().allMatch(Values::given)) {
                left.nodes("args").forEach(this::keep);
            }
            return;
        }
        Column column = Values.column(left, rows);
        if (column == null) {
            return;
        }
        boolean several = values.size() > 1;
        boolean bools = true;
        for (Node value : values) {
            work.spend(1);
            if (!Values.given(value) && !single(value)) {
                return;
            }
            bools &= Constants.mayBeBoolean(value);
        }
        if (!bool(column, bools) || !(several || alternative)) {
            kept.add(column.part());
        }
    }

    private void any(@Nullable Node left, @Nullable Node array) {
        Column column = Values.column(left, rows);
        if (column == null || array == null || bool(column, false)) {
            return;
        }
        if (array.is("SubLink")) {
            Node query = array.node("subselect");
            if (array.choice("subLinkType").equals("ARRAY_SUBLINK")
                    && query != null
                    && subSelects.smallAndClosed(query, rows.scope(), depth + 1)) {
                kept.add(column.part());
            }
            return;
        }
        boolean bools = Constants.mayBeBooleans(array);
        if (array.is("A_ArrayExpr")) {
            bools =
                    array.nodes("elements").size() > 1
                            && array.nodes("elements").stream().allMatch(Constants::mayBeBoolean);
        }
        if (Values.given(array) && !bool(column, bools)) {
            kept.add(column.part());
        }
    }

    private void between(@Nullable Node node, Node low, Node high) {
        Column column = Values.column(node, rows);
        if (column != null
                && !bool(column, false)
                && Values.given(low)
                && Values.given(high)
                && !column.name().equals("ctid")
                && !Constants.endless(low, high, Values.textual(node, column))
                && !(Constants.mayBeBoolean(low) && Constants.mayBeBoolean(high) && text(low))) {
            kept.add(column.part());
        }
    }

    /// Numbers between 0 and 1 are a range like any other; words for false and true are all there is.
    private static boolean text(Node node) {
        return Constants.number(node) == null;
    }

    private void end(@Nullable Node node, @Nullable Node value, boolean low) {
        Column column = Values.column(node, rows);
        if (column == null
                || value == null
                || bool(column, false)
                || column.name().equals("ctid")
                || !Values.given(value)) {
            return;
        }
        Range range =
                ranges.computeIfAbsent(column.part(), _ -> new HashMap<>())
                        .computeIfAbsent(column.name(), _ -> new Range());
        range.textual &= Values.textual(node, column);
        if (low) {
            range.low = value;
        } else {
            range.high = value;
        }
    }

    /// @param byValue whether the values that it is compared with may be booleans
    private static boolean bool(Column column, boolean byValue) {
        return column.part().mayBeBoolean(column.name(), byValue);
    }

    private void keep(@Nullable Node node) {
        Column column = Values.column(node, rows);
        if (column != null && !bool(column, false)) {
            kept.add(column.part());
        }
    }

    private void subLink(Node link) {
        Node query = link.node("subselect");
        if (query == null) {
            return;
        }
        switch (link.choice("subLinkType")) {
            case "ANY_SUBLINK" -> {
                List<String> operator = Names.parts(link.nodes("operName"));
                boolean equals =
                        operator.isEmpty()
                                || (Names.builtIn(operator) && operator.getLast().equals("="));
                Node test = link.node("testexpr");
                if (equals
                        && test != null
                        && subSelects.smallAndClosed(query, rows.scope(), depth + 1)) {
                    (test.is("RowExpr") ? test.nodes("args") : List.of(test)).forEach(this::keep);
                }
            }
            case "EXISTS_SUBLINK" -> kept.addAll(subSelects.existing(query, rows, depth + 1));
            default -> {}
        }
    }

    private static boolean beginsFixed(@Nullable String pattern) {
        return pattern != null
                && !pattern.isEmpty()
                && pattern.charAt(0) != '%'
                && pattern.charAt(0) != '_';
    }
}
