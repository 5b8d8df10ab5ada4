package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.parser.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds what the definition of a table, a view, or of something that belongs to one does to relations.
///
/// The query of a view or rule is not run when it is defined. What it reads and changes counts all the
/// same: from then on it happens whenever the view or rule is used, with its owner's rights.
final class TableDefinitions {
    static final String CASCADES = "CASCADE drops whatever depends on what is dropped";

    private final RelationUses uses;
    private final QueryRelations queries;

    TableDefinitions(RelationUses uses, QueryRelations queries) {
        this.uses = uses;
        this.queries = queries;
    }

    void meet(Node node, @Nullable Scope scope) {
        switch (node.type()) {
            case "CreateStmt" -> table(node, scope);
            case "CreateTableAsStmt" -> {
                Node into = node.node("into");
                if (into != null && !queries.planned()) {
                    made(into.node("rel"), false);
                }
                queries.later(node.node("query"), scope);
            }
            case "ViewStmt" -> {
                made(node.node("view"), node.flag("replace"));
                queries.later(node.node("query"), scope);
            }
            case "IntoClause" -> {}
            case "AlterTableStmt" -> alter(node, scope);
            case "Constraint" -> {
                altered(node.node("pktable"));
                later(node, "pktable", scope);
            }
            case "TableLikeClause" -> {
                Node relation = node.node("relation");
                if (relation != null) {
                    uses.of(relation).forEach(use -> use.happens(Operation.READ));
                }
            }
            case "IndexStmt" -> index(node, scope);
            case "RuleStmt" -> rule(node, scope);
            case "CreateTrigStmt" -> {
                altered(node.node("relation"));
                altered(node.node("constrrel"));
            }
            case "CreatePolicyStmt", "AlterPolicyStmt" -> {
                Scope rows = rowsOf(node.node("table"), scope);
                queries.later(node.node("qual"), rows);
                queries.later(node.node("with_check"), rows);
            }
            case "CreateStatsStmt" -> {
                for (Node relation : node.nodes("relations")) {
                    rowsOf(relation.is("RangeVar") ? relation : null, scope);
                }
            }
            default -> throw new IllegalArgumentException(node.type());
        }
    }

    private void made(@Nullable Node rangeVar, boolean replaces) {
        if (rangeVar == null) {
            return;
        }
        for (RelationUse use : uses.made(rangeVar)) {
            use.happens(Operation.DEFINE);
            if (replaces) {
                use.happens(Operation.ALTER);
            }
        }
    }

    private void altered(@Nullable Node rangeVar) {
        if (rangeVar != null) {
            uses.of(rangeVar).forEach(use -> use.happens(Operation.ALTER));
        }
    }

    /// A relation is altered by something whose expressions are about its rows.
    private Scope rowsOf(@Nullable Node rangeVar, @Nullable Scope scope) {
        Scope rows = Scope.within(scope);
        if (rangeVar != null) {
            List<RelationUse> relations = uses.of(rangeVar);
            relations.forEach(use -> use.happens(Operation.ALTER));
            rows.add(Source.ofRelation(rangeVar, relations));
        }
        return rows;
    }

    private void table(Node node, @Nullable Scope scope) {
        made(node.node("relation"), false);
        // A parent is given a child, whose rows will be among its own.
        for (Node parent : node.nodes("inhRelations")) {
            altered(parent.is("RangeVar") ? parent : null);
        }
        queries.later(node.nodes("tableElts"), scope);
        queries.later(node.nodes("constraints"), scope);
        queries.later(node.node("partspec"), scope);
        queries.later(node.node("partbound"), scope);
        queries.later(node.nodes("options"), scope);
    }

    private void alter(Node node, @Nullable Scope scope) {
        Node relation = node.node("relation");
        Scope rows = rowsOf(relation, scope);
        List<RelationUse> relations = relation == null ? List.of() : uses.of(relation);
        for (Node command : node.nodes("cmds")) {
            if (!command.is("AlterTableCmd")) {
                continue;
            }
            String subtype = command.choice("subtype");
            if (command.choice("behavior").equals("DROP_CASCADE")) {
                uses.unforeseeable(CASCADES);
            }
            boolean losesValues =
                    subtype.equals("AT_AlterColumnType")
                            || subtype.equals("AT_DropColumn")
                            || subtype.equals("AT_SetExpression");
            for (RelationUse use : relations) {
                if (losesValues) {
                    use.happens(Operation.ALTER, Bound.UNBOUNDED);
                }
                if (ofColumn(subtype) && command.has("name")) {
                    use.column(Operation.ALTER, command.text("name"));
                }
            }
            Node definition = command.node("def");
            if (definition != null && definition.is("ColumnDef") && definition.has("colname")) {
                relations.forEach(use -> use.column(Operation.ALTER, definition.text("colname")));
            }
            queries.later(definition, rows);
        }
    }

    private static boolean ofColumn(String subtype) {
        return switch (subtype) {
            case "AT_ColumnDefault",
                    "AT_DropNotNull",
                    "AT_SetNotNull",
                    "AT_SetExpression",
                    "AT_DropExpression",
                    "AT_SetStatistics",
                    "AT_SetOptions",
                    "AT_ResetOptions",
                    "AT_SetStorage",
                    "AT_SetCompression",
                    "AT_DropColumn",
                    "AT_AlterColumnType",
                    "AT_AlterColumnGenericOptions",
                    "AT_AddIdentity",
                    "AT_SetIdentity",
                    "AT_DropIdentity" ->
                    true;
            default -> false;
        };
    }

    private void index(Node node, @Nullable Scope scope) {
        Node relation = node.node("relation");
        Scope rows = rowsOf(relation, scope);
        List<RelationUse> relations = relation == null ? List.of() : uses.of(relation);
        for (List<Node> elements :
                List.of(node.nodes("indexParams"), node.nodes("indexIncludingParams"))) {
            for (Node element : elements) {
                if (element.is("IndexElem") && element.has("name")) {
                    relations.forEach(use -> use.column(Operation.READ, element.text("name")));
                }
                queries.later(element, rows);
            }
        }
        queries.later(node.node("whereClause"), rows);
    }

    private void rule(Node node, @Nullable Scope scope) {
        Node relation = node.node("relation");
        Scope rows = Scope.within(scope);
        if (relation != null) {
            List<RelationUse> relations = uses.of(relation);
            relations.forEach(use -> use.happens(Operation.ALTER));
            rows.add(Source.named("old", relations));
            rows.add(Source.named("new", relations));
        }
        queries.later(node.node("whereClause"), rows);
        queries.later(node.nodes("actions"), rows);
    }

    private void later(Node node, String except, @Nullable Scope scope) {
        Node passedOver = node.node(except);
        node.forEachChild(child -> {
            if (child != passedOver) {
                queries.later(child, scope);
            }
        });
    }
}
