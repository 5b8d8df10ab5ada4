package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether a statement may turn a value without a type into one of a column's type.
///
/// PostgreSQL gives a literal, a NULL or a parameter the type of what it meets: in `tags = '{x}'` the
/// literal is read by the input function of `tags`, which runs the checks of the domains in it, and no
/// type is named anywhere. Where it meets a domain itself the type under the domain is taken, except as
/// the argument of some functions (PostgreSQL manual, chapter "Type Conversion").
final class UntypedValues {
    /// Functions of pg_catalog with several arguments that must be of compatible types.
    private static final Set<String> UNIFYING =
            Set.of(
                    "array_append",
                    "array_cat",
                    "array_position",
                    "array_positions",
                    "array_prepend",
                    "array_remove",
                    "array_replace",
                    "lag",
                    "lead",
                    "width_bucket");

    private final Set<String> columns = new HashSet<>();
    private boolean untyped;
    private boolean anyColumn;
    private boolean unifies;

    /// Looks at a whole statement.
    static UntypedValues in(Node root) {
        UntypedValues found = new UntypedValues();
        Set<Node> typed = new HashSet<>();
        Set<Node> shown = shownAsTheyAre(root);
        root.walk(node -> found.meet(node, typed, shown));
        return found;
    }

    /// Whether one may become a value of this column.
    ///
    /// @param domain whether the column's type is a domain over a type that itself is harmless
    boolean mayBecome(String column, boolean domain) {
        return untyped && (anyColumn || columns.contains(column)) && (unifies || !domain);
    }

    /// Whether one may become a row of the table of this name or alias.
    boolean mayBecomeRow(String table) {
        return untyped && columns.contains(table);
    }

    private void meet(Node node, Set<Node> typed, Set<Node> shown) {
        switch (node.type()) {
            case "TypeCast" -> {
                Node value = node.node("arg");
                if (value != null) {
                    typed.add(value);
                }
            }
            case "A_Const" ->
                    untyped |= !typed.contains(node) && (node.has("sval") || node.flag("isnull"));
            case "ParamRef" -> untyped |= !typed.contains(node);
            case "FuncCall" ->
                    unifies |= UNIFYING.contains(Names.parts(node.nodes("funcname")).getLast());
            case "ColumnRef" -> column(node, shown);
            // What has other names here is not met by its own.
            case "Alias" -> anyColumn |= !node.nodes("colnames").isEmpty();
            case "CommonTableExpr" -> anyColumn |= !node.nodes("aliascolnames").isEmpty();
            default -> {}
        }
    }

    private void column(Node reference, Set<Node> shown) {
        Node last = reference.nodes("fields").getLast();
        if (last.is("String")) {
            columns.add(last.text("sval"));
        } else {
            anyColumn |= !shown.contains(reference);
        }
    }

    /// The columns that the statement itself gives out: nothing meets them.
    private static Set<Node> shownAsTheyAre(Node root) {
        Set<Node> shown = new HashSet<>();
        if (root.is("SelectStmt") && !root.has("larg")) {
            List<Node> targets = root.nodes("targetList");
            for (Node target : targets) {
                Node value = target.node("val");
                if (value != null && value.is("ColumnRef")) {
                    shown.add(value);
                }
            }
        }
        return shown;
    }
}
