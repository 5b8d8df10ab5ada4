package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tells values, which are the same for every row, from what is computed of a row.
final class Values {
    private static final int DEPTH_MAX = 32;

    private static final Set<String> COMPUTING = Set.of("+", "-", "*", "/", "%", "||");

    /// Functions that give the same value for every row of a statement, given such values.
    private static final Set<String> STEADY =
            Set.of(
                    "now",
                    "transaction_timestamp",
                    "statement_timestamp",
                    "date_trunc",
                    "make_date",
                    "make_timestamp",
                    "make_timestamptz",
                    "make_interval",
                    "to_date",
                    "to_timestamp",
                    "age",
                    "timezone",
                    "lower",
                    "upper",
                    "btrim",
                    "ltrim",
                    "rtrim",
                    "md5",
                    "decode",
                    "string_to_array",
                    "concat");

    /// Other functions that give one value for each row.
    private static final Set<String> SCALAR =
            Set.of(
                    "clock_timestamp",
                    "count",
                    "encode",
                    "format",
                    "gen_random_uuid",
                    "json_build_array",
                    "json_build_object",
                    "jsonb_build_array",
                    "jsonb_build_object",
                    "length",
                    "max",
                    "min",
                    "nextval",
                    "random",
                    "replace",
                    "round",
                    "to_json",
                    "to_jsonb",
                    "to_tsvector",
                    "uuidv7");

    /// Functions whose result names the row about as well as the column does.
    private static final Set<String> KEEPING = Set.of("lower", "upper", "btrim");

    /// Operators that take a part of a document: the part that a literal names.
    private static final Set<String> EXTRACTING = Set.of("->>", "#>>");

    /// Types that a column may be converted to without many values becoming one.
    private static final Set<String> FAITHFUL =
            Set.of(
                    "text",
                    "varchar",
                    "citext",
                    "json",
                    "jsonb",
                    "int2",
                    "int4",
                    "int8",
                    "numeric",
                    "float4",
                    "float8",
                    "uuid",
                    "date",
                    "timestamp",
                    "timestamptz");

    private static final Set<String> TEXTS = Set.of("text", "varchar", "citext");

    /// System columns tell little: every row has the same `tableoid`, and many the same `xmin`.
    private static final Set<String> TELLING_NOTHING =
            Set.of("tableoid", "xmin", "xmax", "cmin", "cmax");

    private Values() {}

    /// Whether it is a value, and one that does not come from any relation.
    static boolean given(@Nullable Node node) {
        return given(node, 0);
    }

    private static boolean given(@Nullable Node node, int depth) {
        if (node == null || depth > DEPTH_MAX) {
            return false;
        }
        return switch (node.type()) {
            case "A_Const", "ParamRef", "SQLValueFunction" -> true;
            case "TypeCast", "CollateClause" -> given(node.node("arg"), depth + 1);
            case "A_ArrayExpr" -> all(node.nodes("elements"), depth);
            case "RowExpr" -> all(node.nodes("args"), depth);
            case "List" -> all(node.nodes("items"), depth);
            case "A_Expr" ->
                    node.choice("kind").equals("AEXPR_OP")
                            && COMPUTING.contains(operator(node))
                            && (!node.has("lexpr") || given(node.node("lexpr"), depth + 1))
                            && given(node.node("rexpr"), depth + 1);
            case "FuncCall" -> STEADY.contains(function(node)) && all(node.nodes("args"), depth);
            default -> false;
        };
    }

    private static boolean all(List<Node> nodes, int depth) {
        for (Node node : nodes) {
            if (!given(node, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a query is a list of rows, one for each that is written. In a list of one row a function
    /// may give many.
    static boolean listed(Node select) {
        List<Node> lists = select.nodes("valuesLists");
        if (lists.size() != 1) {
            return !lists.isEmpty();
        }
        boolean[] single = {true};
        lists.getFirst()
                .walk(node -> {
                    if (node.is("FuncCall")) {
                        String function = function(node);
                        single[0] &= STEADY.contains(function) || SCALAR.contains(function);
                    }
                });
        return single[0];
    }

    /// The column that an expression stands for, converted or not; null where it is anything else.
    static Rows.@Nullable Column column(@Nullable Node node, Rows rows) {
        Node inner = node;
        for (int depth = 0; inner != null && depth < DEPTH_MAX; depth++) {
            switch (inner.type()) {
                case "ColumnRef" -> {
                    Rows.Column column = rows.column(inner);
                    return column == null || TELLING_NOTHING.contains(column.name())
                            ? null
                            : column;
                }
                case "CollateClause" -> inner = inner.node("arg");
                case "TypeCast" -> inner = faithful(inner) ? inner.node("arg") : null;
                case "FuncCall" -> {
                    List<Node> arguments = inner.nodes("args");
                    boolean keeps = KEEPING.contains(function(inner)) && arguments.size() == 1;
                    inner = keeps ? arguments.getFirst() : null;
                }
                case "A_Expr" -> {
                    boolean extracts =
                            EXTRACTING.contains(operator(inner)) && given(inner.node("rexpr"));
                    inner = extracts ? inner.node("lexpr") : null;
                }
                default -> inner = null;
            }
        }
        return null;
    }

    /// Whether the values of an expression that stands for a column are texts.
    static boolean textual(@Nullable Node node, Rows.Column column) {
        Node inner = node;
        while (inner != null && inner.is("CollateClause")) {
            inner = inner.node("arg");
        }
        if (inner == null) {
            return false;
        }
        return switch (inner.type()) {
            case "ColumnRef" -> column.part().isText(column.name());
            case "TypeCast" -> {
                Node type = inner.node("typeName");
                yield type != null && TEXTS.contains(Names.parts(type.nodes("names")).getLast());
            }
            // lower(), ->> and their like.
            case "FuncCall", "A_Expr" -> true;
            default -> false;
        };
    }

    private static boolean faithful(Node cast) {
        Node type = cast.node("typeName");
        if (type == null || type.has("typmods") || type.has("arrayBounds")) {
            return false;
        }
        List<String> parts = Names.parts(type.nodes("names"));
        return Names.builtIn(parts) && FAITHFUL.contains(parts.getLast());
    }

    /// The name of one of PostgreSQL's own operators; empty for another one.
    static String operator(Node expression) {
        List<String> parts = Names.parts(expression.nodes("name"));
        return Names.builtIn(parts) ? parts.getLast() : "";
    }

    /// The name of one of PostgreSQL's own functions; empty for another one.
    static String function(Node call) {
        List<String> parts = Names.parts(call.nodes("funcname"));
        return Names.builtIn(parts) ? parts.getLast() : "";
    }
}
