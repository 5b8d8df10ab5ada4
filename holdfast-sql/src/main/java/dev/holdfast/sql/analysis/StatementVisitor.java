package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Meets every node of one statement's tree and gathers what the statement would do.
final class StatementVisitor {
    private static final String NOT_HARMLESS =
            "it is not on the list of functions known to be harmless";

    /// Objects that say who may do what: a new name for one is a change of that.
    private static final Set<String> WHO_MAY =
            Set.of("OBJECT_ROLE", "OBJECT_POLICY", "OBJECT_EVENT_TRIGGER");

    private final Node root;
    private final AnalysisScope scope;
    private final CatalogNames names;
    private final SessionSettings settings;
    private final RelationUses uses;

    /// Whether the statements below the root are only planned, as EXPLAIN without ANALYZE does. Their
    /// function calls count all the same: the planner runs what it can fold to a constant.
    private final boolean planned;

    private final Set<Effect> effects = new LinkedHashSet<>();
    private final Set<String> relations = new LinkedHashSet<>();
    private final Set<String> functions = new LinkedHashSet<>();
    private final boolean readsOnlyItsText;
    private String command = "";
    private TransactionControl control = TransactionControl.NONE;
    private String name = "";
    private boolean literalConsulted;

    StatementVisitor(Node root, CatalogScope catalog, SessionSettings settings) {
        this.root = root;
        this.scope = catalog.names();
        this.names = new CatalogNames(root, catalog, this);
        this.settings = settings;
        this.uses = new RelationUses(catalog);
        this.planned = root.is("ExplainStmt") && !analyzes(root);
        this.readsOnlyItsText = root.is("SelectStmt");
    }

    StatementEffects visit() {
        names.root(root);
        root.walk(this::meet);
        names.end();
        QueryRelations queries = new QueryRelations(uses, planned);
        queries.statement(root);
        literalConsulted |= queries.boundJudged();
        if (command.isEmpty()) {
            add(StatementKind.UNKNOWN, root.type(), "", "nothing says what this statement does");
        }
        List<Effect> gravestFirst = new ArrayList<>(effects);
        gravestFirst.sort(Comparator.comparing(Effect::kind).reversed());
        return new StatementEffects(
                gravestFirst.get(0).kind(),
                command,
                gravestFirst,
                relations,
                functions,
                uses.effects(),
                uses.unforeseeable(),
                control,
                name);
    }

    /// Whether a finding rests on the value of a literal. Only for a plain SELECT can that be ruled
    /// out; whatever else is written down in statements (options, bodies, values of settings) is a
    /// literal too.
    boolean literalsMatter() {
        return literalConsulted || !readsOnlyItsText;
    }

    /// The functions that it calls by name, after [#visit].
    List<FunctionCalled> called() {
        return names.called();
    }

    void add(StatementKind kind, String operation, String object, String because) {
        effects.add(new Effect(kind, operation, object, because));
    }

    /// Says what the root is called and what it does.
    void addRoot(StatementKind kind, String operation, String object, String because) {
        command = operation;
        add(kind, operation, object, because);
    }

    void control(TransactionControl found) {
        control = found;
    }

    boolean isRoot(Node node) {
        return node == root;
    }

    private void meet(Node node) {
        NodeTable.Entry entry = NodeTable.POSTGRESQL_18.entry(node.type());
        if (entry == null) {
            add(StatementKind.UNKNOWN, node.type(), "", "this part of SQL is not known");
            return;
        }
        switch (entry.role()) {
            case CLAUSE -> {}
            case NEVER ->
                    add(StatementKind.UNKNOWN, node.type(), "", "no parser should make this node");
            case STATEMENT -> statement(node, entry);
            case INSPECTED -> inspect(node, entry);
        }
    }

    private void statement(Node node, NodeTable.Entry entry) {
        switch (node.type()) {
            case "CreateTableAsStmt" -> {
                Node into = node.node("into");
                names.made(into == null ? null : into.node("rel"));
            }
            case "PrepareStmt", "ExecuteStmt", "DeallocateStmt" -> name = node.text("name");
            case "DeclareCursorStmt", "FetchStmt", "ClosePortalStmt" ->
                    name = node.text("portalname");
            default -> {}
        }
        String operation = Names.command(node, entry.command());
        switch (node.type()) {
            case "FetchStmt" -> operation = node.flag("ismove") ? "MOVE" : operation;
            case "DiscardStmt" -> operation = node.choice("target").replace('_', ' ');
            default -> {}
        }
        StatementKind kind = Objects.requireNonNull(entry.kind());
        if (node.is("RenameStmt") && WHO_MAY.contains(node.choice("renameType"))) {
            kind = StatementKind.PRIVILEGE;
        }
        String object = Names.at(node, entry.object());
        if (isRoot(node)) {
            addRoot(kind, operation, object, entry.because());
        } else if (node.is("ExecuteStmt")) {
            // EXPLAIN ANALYZE EXECUTE runs it: whoever keeps account of names must see it as that.
            addRoot(kind, operation, object, entry.because());
        } else if (!planned) {
            add(kind, operation, object, entry.because());
        }
    }

    private void inspect(Node node, NodeTable.Entry entry) {
        switch (node.type()) {
            case "FuncCall" -> call(node);
            case "ColumnRef" -> columnReference(node);
            case "A_Indirection" -> attributes(node);
            case "A_Expr", "CaseExpr", "JoinExpr", "SortBy", "SubLink" -> {
                if (node.is("JoinExpr")) {
                    names.alias(node);
                }
                Operators.of(node, !scope.shadowedOperators().isEmpty()).forEach(this::operator);
            }
            case "RangeVar" -> {
                relations.add(Names.relation(node));
                names.relation(node);
            }
            case "TypeName" -> names.type(node);
            case "CommonTableExpr" -> names.commonTable(node.text("ctename"));
            case "RangeSubselect", "RangeFunction", "RangeTableFunc", "JsonTable" ->
                    names.alias(node);
            case "JsonFuncExpr",
                    "JsonParseExpr",
                    "JsonScalarExpr",
                    "JsonSerializeExpr",
                    "JsonObjectConstructor",
                    "JsonArrayConstructor",
                    "JsonArrayAgg",
                    "MergeSupportFunc" ->
                    names.syntax(node);
            case "RangeTableSample" -> sample(node);
            case "LockingClause" -> locking(node);
            case "SelectStmt" -> select(node);
            case "AlterTableCmd" -> AlterTable.inspect(node, this);
            default -> UtilityStatements.inspect(node, entry, this, settings);
        }
    }

    private void select(Node node) {
        if (isRoot(node)) {
            boolean values = !node.nodes("valuesLists").isEmpty();
            addRoot(StatementKind.READ, values ? "VALUES" : "SELECT", "", "it reads");
        }
        Node into = node.node("intoClause");
        names.made(into == null ? null : into.node("rel"));
        if (into != null && !planned) {
            add(StatementKind.DEFINE, "SELECT INTO", Names.of(into), "it creates a table");
        }
    }

    private void locking(Node node) {
        if (planned) {
            return;
        }
        String strength =
                switch (node.choice("strength")) {
                    case "LCS_FORKEYSHARE" -> "FOR KEY SHARE";
                    case "LCS_FORSHARE" -> "FOR SHARE";
                    case "LCS_FORNOKEYUPDATE" -> "FOR NO KEY UPDATE";
                    default -> "FOR UPDATE";
                };
        add(
                StatementKind.LOCK,
                "SELECT " + strength,
                "",
                "it locks rows, for which writers then wait");
    }

    private void call(Node node) {
        List<String> parts = Names.parts(node.nodes("funcname"));
        List<Node> arguments = node.nodes("args");
        String written = Names.quoted(parts);
        functions.add(written);
        String plain = plainName(parts);
        names.call(parts, node.flag("func_variadic") ? -1 : arguments.size());
        String joined = String.join(".", parts);
        boolean shadowed = scope.shadowedFunctions().contains(joined);
        if (plain.equals("set_config") && !shadowed) {
            setConfig(written, arguments);
            return;
        }
        if (scope.alsoAllowedFunctions().contains(joined) && !plain.equals("set_config")) {
            return;
        }
        if (shadowed) {
            refuseCall(
                    new FunctionLists.Refused(
                            StatementKind.WRITE,
                            "a function of this name exists outside pg_catalog too; written with"
                                    + " pg_catalog. before it, it is PostgreSQL's own"),
                    written);
            return;
        }
        if (InputChecks.FUNCTIONS.contains(plain)) {
            literalConsulted = true;
            if (InputChecks.harmless(arguments, names)) {
                return;
            }
        }
        int count = node.flag("func_variadic") ? -1 : arguments.size();
        FunctionLists.Refused refusal = FunctionLists.CURATED.refusal(plain, count);
        if (refusal == null && !FunctionLists.CURATED.allows(plain)) {
            // Not PostgreSQL's own; an extension's may still be known for what it does.
            refusal = FunctionLists.CURATED.refusal(parts.get(parts.size() - 1), count);
            if (refusal == null || Names.builtIn(parts)) {
                refusal = new FunctionLists.Refused(StatementKind.WRITE, NOT_HARMLESS);
            }
        }
        if (refusal != null) {
            refuseCall(refusal, written);
        }
    }

    /// The name under which the lists have a function: plain for one of `pg_catalog`.
    private static String plainName(List<String> parts) {
        return Names.builtIn(parts) ? parts.get(parts.size() - 1) : String.join(".", parts);
    }

    private void refuseCall(FunctionLists.Refused refusal, String written) {
        add(refusal.kind(), Effect.FUNCTION_CALL, written, refusal.because());
    }

    private void setConfig(String written, List<Node> arguments) {
        literalConsulted = true;
        String setting = arguments.isEmpty() ? null : SessionSettings.constant(arguments.get(0));
        if (setting == null || arguments.size() < 2) {
            add(
                    StatementKind.SAFEGUARD,
                    Effect.FUNCTION_CALL,
                    written,
                    "the text does not tell which setting it changes");
            return;
        }
        String value = SessionSettings.constant(arguments.get(1));
        SessionSettings.Verdict verdict =
                value == null ? settings.judgeUnseen(setting) : settings.judge(setting, value);
        add(
                verdict.allowed() ? StatementKind.SESSION : StatementKind.SAFEGUARD,
                "SET",
                Names.quoted(setting),
                verdict.because());
    }

    /// `table.name` runs the function `name` where the table has no such column, on the whole row.
    private void columnReference(Node node) {
        List<Node> fields = node.nodes("fields");
        for (int i = 1; i < fields.size(); i++) {
            Node field = fields.get(i);
            boolean plain = fields.size() == 2 && field.is("String") && fields.get(0).is("String");
            if (plain && scope.rowFunctions().contains(field.text("sval"))) {
                names.columnOrFunction(fields.get(0).text("sval"), field.text("sval"));
                attribute(field, Set.of());
            } else {
                attribute(field, scope.rowFunctions());
            }
        }
    }

    /// `(expression).name` runs the function `name` where the value has no such field.
    private void attributes(Node node) {
        for (Node field : node.nodes("indirection")) {
            attribute(field, scope.attributeFunctions());
        }
    }

    private void attribute(Node field, Set<String> functionsOutside) {
        if (!field.is("String")) {
            return;
        }
        String attribute = field.text("sval");
        FunctionLists.Refused refusal = FunctionLists.CURATED.refusalAsAttribute(attribute);
        if (refusal != null) {
            functions.add(Names.quoted(attribute));
            refuseCall(refusal, Names.quoted(attribute));
        } else if (functionsOutside.contains(attribute)) {
            calledAsAttribute(attribute);
        }
    }

    /// A function of the database is called where a column or field may seem to stand.
    void calledAsAttribute(String function) {
        functions.add(Names.quoted(function));
        refuseCall(
                new FunctionLists.Refused(StatementKind.WRITE, NOT_HARMLESS),
                Names.quoted(function));
    }

    private void operator(List<String> parts) {
        boolean foreign = !Names.builtIn(parts);
        boolean shadowed = Names.unqualifiedIn(parts, scope.shadowedOperators());
        if ((!foreign && !shadowed)
                || scope.alsoAllowedFunctions().contains(String.join(".", parts))) {
            return;
        }
        add(
                StatementKind.WRITE,
                Effect.OPERATOR_CALL,
                String.join(".", parts),
                "behind an operator from outside pg_catalog stands a function that may write");
    }

    private void sample(Node node) {
        List<String> method = Names.parts(node.nodes("method"));
        boolean known =
                Names.builtIn(method)
                        && Set.of("bernoulli", "system").contains(method.get(method.size() - 1));
        if (!known) {
            functions.add(Names.quoted(method));
            add(
                    StatementKind.WRITE,
                    Effect.FUNCTION_CALL,
                    Names.quoted(method),
                    "this sampling method is not PostgreSQL's own");
        }
    }

    /// Whether EXPLAIN runs the statement. Any mention of ANALYZE counts, whatever value it has:
    /// reading it wrongly would run what was only to be planned.
    private static boolean analyzes(Node explain) {
        return explain.nodes("options").stream()
                .anyMatch(option ->
                        option.is("DefElem") && option.text("defname").equalsIgnoreCase("analyze"));
    }
}
