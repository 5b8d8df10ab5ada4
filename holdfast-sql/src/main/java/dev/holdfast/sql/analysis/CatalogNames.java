package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one statement's names stand for in the catalog.
///
/// Two questions can be answered only when the whole statement was met: whether a name before a dot is
/// surely that of a table with such a column, and whether some function makes rows of a table's type.
final class CatalogNames {
    /// Functions that make a row of the type of an argument, whatever type that is.
    private static final Set<String> POPULATING =
            Set.of(
                    "json_populate_record",
                    "json_populate_recordset",
                    "jsonb_populate_record",
                    "jsonb_populate_record_valid",
                    "jsonb_populate_recordset",
                    "populate_record");

    private final Node root;

    /// Statements whose names must all be known: what they name they read or change.
    private static final Set<String> QUERIES =
            Set.of(
                    "SelectStmt",
                    "InsertStmt",
                    "UpdateStmt",
                    "DeleteStmt",
                    "MergeStmt",
                    "CopyStmt",
                    "DeclareCursorStmt",
                    "PrepareStmt",
                    "ExplainStmt",
                    "TruncateStmt",
                    "LockStmt");

    private final CatalogScope catalog;
    private final StatementVisitor visitor;
    private final Map<String, List<List<String>>> tables = new HashMap<>();
    private final Set<String> others = new HashSet<>();
    private final List<Dotted> dotted = new ArrayList<>(0);
    private final Set<FunctionCalled> called = new LinkedHashSet<>(0);
    private final Set<String> commonTables = new HashSet<>(0);
    private final List<List<String>> unresolved = new ArrayList<>(0);
    private final Set<Node> made = new HashSet<>(0);
    private boolean namesMustBeKnown;
    private boolean populates;

    private record Dotted(String before, String after) {}

    CatalogNames(Node root, CatalogScope catalog, StatementVisitor visitor) {
        this.root = root;
        this.catalog = catalog;
        this.visitor = visitor;
    }

    /// Says what the statement is. Of one that defines, some names are those of things to come.
    void root(Node root) {
        namesMustBeKnown = catalog.catalog() != null && QUERIES.contains(root.type());
    }

    /// A relation that the statement makes.
    void made(@Nullable Node rangeVar) {
        if (rangeVar != null) {
            made.add(rangeVar);
        }
    }

    /// The name of a query in WITH.
    void commonTable(String name) {
        commonTables.add(name);
        others.add(name);
    }

    void relation(Node rangeVar) {
        List<String> parts = new ArrayList<>(2);
        if (rangeVar.has("schemaname")) {
            parts.add(rangeVar.text("schemaname"));
        }
        parts.add(rangeVar.text("relname"));
        add(catalog.relation(parts), "SELECT FROM", Names.relation(rangeVar));
        if (namesMustBeKnown && !made.contains(rangeVar) && !catalog.knows(parts)) {
            unresolved.add(parts);
        }
        Node alias = rangeVar.node("alias");
        if (alias == null) {
            tables.computeIfAbsent(parts.getLast(), _ -> new ArrayList<>(1)).add(parts);
        } else {
            tables.computeIfAbsent(alias.text("aliasname"), _ -> new ArrayList<>(1)).add(parts);
            if (!alias.nodes("colnames").isEmpty()) {
                others.add(alias.text("aliasname"));
            }
        }
    }

    void type(Node typeName) {
        List<String> parts = Names.parts(typeName.nodes("names"));
        if (!parts.isEmpty()) {
            add(catalog.type(parts), "CAST TO", Names.quoted(parts));
        }
    }

    /// What is syntax to the grammar of PostgreSQL 18, and a call of a function of that name to a server
    /// of an earlier version.
    void syntax(Node node) {
        String name =
                switch (node.type()) {
                    case "JsonFuncExpr" ->
                            node.choice("op").toLowerCase(Locale.ROOT).replace("_op", "");
                    case "JsonParseExpr" -> "json";
                    case "JsonScalarExpr" -> "json_scalar";
                    case "JsonSerializeExpr" -> "json_serialize";
                    case "JsonObjectConstructor" -> "json_object";
                    case "JsonArrayConstructor" -> "json_array";
                    case "JsonArrayAgg" -> "json_arrayagg";
                    case "MergeSupportFunc" -> "merge_action";
                    default -> throw new IllegalArgumentException(node.type());
                };
        if (catalog.mayCall(name)) {
            visitor.calledAsAttribute(name);
        }
    }

    /// A name that stands for something other than a table.
    void other(String name) {
        others.add(name);
    }

    /// Whether a type of this name, without a schema, is harmless to make values of.
    boolean harmlessType(String name) {
        return catalog.type(List.of(name)) == null;
    }

    /// The alias of something in FROM that is not a table.
    void alias(Node range) {
        Node alias = range.node("alias");
        if (alias != null) {
            others.add(alias.text("aliasname"));
        } else if (range.is("RangeFunction")) {
            // Without an alias it has the name of its function.
            range.walk(node -> {
                if (node.is("FuncCall")) {
                    others.add(Names.parts(node.nodes("funcname")).getLast());
                }
            });
        }
    }

    void call(List<String> function, int arguments) {
        populates |= POPULATING.contains(function.getLast());
        if (catalog.hasOwnFunction(function.getLast())) {
            called.add(new FunctionCalled(function, arguments));
        }
    }

    /// The calls that may be of functions which `initdb` did not make.
    List<FunctionCalled> called() {
        return List.copyOf(called);
    }

    /// `before.after`, where a function `after` could be meant.
    void columnOrFunction(String before, String after) {
        dotted.add(new Dotted(before, after));
    }

    void end() {
        for (List<String> name : unresolved) {
            if (name.size() > 1 || !commonTables.contains(name.getFirst())) {
                unknown(name);
            }
        }
        for (Dotted each : dotted) {
            List<List<String>> named = tables.getOrDefault(each.before(), List.of());
            boolean column =
                    !others.contains(each.before())
                            && !named.isEmpty()
                            && named.stream()
                                    .allMatch(name ->
                                            !others.contains(name.getLast())
                                                    && catalog.surelyHasColumn(name, each.after()));
            if (!column) {
                visitor.calledAsAttribute(each.after());
            }
        }
        if (populates) {
            tables.values()
                    .forEach(names ->
                            names.forEach(name ->
                                    add(catalog.row(name), "MAKE ROW", Names.quoted(name))));
        }
        tables.forEach((alias, names) -> names.forEach(name -> untyped(alias, name)));
    }

    private void untyped(String alias, List<String> relation) {
        List<CatalogScope.HazardousColumn> columns = catalog.hazardousColumns(relation);
        if (columns.isEmpty()) {
            return;
        }
        UntypedValues values = UntypedValues.in(root);
        boolean row = values.mayBecomeRow(alias);
        for (CatalogScope.HazardousColumn column : columns) {
            if (row || values.mayBecome(column.name(), column.domain())) {
                visitor.add(
                        column.hazard().kind(),
                        "MAKE VALUE OF",
                        Names.quoted(column.name()),
                        "a value without a type becomes one of this column's type, which "
                                + column.hazard().clause());
            }
        }
    }

    private void unknown(List<String> name) {
        if (name.size() > 1 && !catalog.knowsSchema(name.getFirst())) {
            visitor.add(
                    StatementKind.UNKNOWN,
                    Effect.UNKNOWN_SCHEMA,
                    Names.quoted(name.getFirst()),
                    "no schema of this name is known"
                            + list(catalog.nearestSchema(name.getFirst())));
        } else {
            visitor.add(
                    StatementKind.UNKNOWN,
                    Effect.UNKNOWN_NAME,
                    Names.quoted(name),
                    "no relation of this name is known" + list(catalog.nearest(name)));
        }
    }

    private static String list(List<String> nearest) {
        return nearest.isEmpty() ? "" : " (nearest: " + String.join(", ", nearest) + ")";
    }

    private void add(@Nullable Hazard hazard, String operation, String object) {
        if (hazard != null) {
            visitor.add(hazard.kind(), operation, object, "it " + hazard.clause());
        }
    }
}
