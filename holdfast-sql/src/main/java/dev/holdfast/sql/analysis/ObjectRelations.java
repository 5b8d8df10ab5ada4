package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.parser.Node;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds what statements other than queries do to relations.
///
/// A relation that is named where nobody said what that means counts as altered.
final class ObjectRelations {
    /// Relations that have rows, which are gone with them.
    private static final Set<String> WITH_ROWS =
            Set.of("OBJECT_TABLE", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE");

    /// Relations, and what may be one, that have none.
    private static final Set<String> WITHOUT_ROWS =
            Set.of("OBJECT_VIEW", "OBJECT_SEQUENCE", "OBJECT_INDEX", "OBJECT_TYPE");

    /// Objects that belong to a relation: the relation's name stands before their own.
    private static final Set<String> PARTS_OF_RELATIONS =
            Set.of(
                    "OBJECT_COLUMN",
                    "OBJECT_TABCONSTRAINT",
                    "OBJECT_TRIGGER",
                    "OBJECT_RULE",
                    "OBJECT_POLICY");

    private final RelationUses uses;
    private final QueryRelations queries;
    private final TableDefinitions tables;

    ObjectRelations(RelationUses uses, QueryRelations queries) {
        this.uses = uses;
        this.queries = queries;
        this.tables = new TableDefinitions(uses, queries);
    }

    /// Looks at a node and sees to it that what stands below it is looked at.
    void meet(Node node, @Nullable Scope scope) {
        switch (node.type()) {
            case "RangeVar" -> uses.of(node).forEach(use -> use.happens(Operation.ALTER));
            case "CreateStmt",
                    "CreateTableAsStmt",
                    "ViewStmt",
                    "IntoClause",
                    "AlterTableStmt",
                    "Constraint",
                    "TableLikeClause",
                    "IndexStmt",
                    "RuleStmt",
                    "CreateTrigStmt",
                    "CreatePolicyStmt",
                    "AlterPolicyStmt",
                    "CreateStatsStmt" ->
                    tables.meet(node, scope);
            case "CreateSeqStmt" -> made(node, "sequence", scope);
            case "CompositeTypeStmt" -> made(node, "typevar", scope);
            case "CreateSchemaStmt" -> schema(node, scope);
            case "ImportForeignSchemaStmt" ->
                    uses.inSchema(node.text("local_schema")).getFirst().happens(Operation.DEFINE);
            case "CopyStmt" -> copy(node, scope);
            case "TruncateStmt" ->
                    relations(node.nodes("relations"), Operation.TRUNCATE, Bound.UNBOUNDED);
            case "LockStmt" ->
                    relations(node.nodes("relations"), Operation.LOCK, Bound.NOT_APPLICABLE);
            case "RefreshMatViewStmt" -> refresh(node);
            case "VacuumStmt" -> vacuum(node);
            case "ClusterStmt" -> whole(node, "relation", Operation.ALTER);
            case "ReindexStmt" -> reindex(node);
            case "DropStmt" -> drop(node);
            case "RenameStmt" -> rename(node);
            case "AlterObjectSchemaStmt" -> move(node);
            case "CommentStmt", "SecLabelStmt" -> object(node, "objtype", "object");
            case "AlterObjectDependsStmt", "AlterOwnerStmt" -> {
                each(node.node("relation"), Operation.ALTER);
                object(node, "objectType", "object");
            }
            case "CreateExtensionStmt", "AlterExtensionStmt" ->
                    uses.unforeseeable("the script of an extension runs");
            case "AlterExtensionContentsStmt" -> object(node, "objtype", "object");
            case "GrantStmt" -> grant(node);
            case "DropOwnedStmt" ->
                    uses.unforeseeable("DROP OWNED drops whatever the roles own in this database");
            case "ReassignOwnedStmt" ->
                    uses.unforeseeable("REASSIGN OWNED gives away whatever the roles own");
            case "AlterTableMoveAllStmt" ->
                    uses.unforeseeable("ALL IN TABLESPACE moves whatever stands there");
            case "DropdbStmt" -> uses.unforeseeable("DROP DATABASE drops everything in it");
            default -> node.forEachChild(child -> queries.later(child, scope));
        }
    }

    /// A relation comes into being.
    void made(@Nullable Node rangeVar) {
        if (rangeVar != null) {
            uses.made(rangeVar).forEach(use -> use.happens(Operation.DEFINE));
        }
    }

    private void made(Node statement, String field, @Nullable Scope scope) {
        Node rangeVar = statement.node(field);
        made(rangeVar);
        statement.forEachChild(child -> {
            if (child != rangeVar) {
                queries.later(child, scope);
            }
        });
    }

    private void each(@Nullable Node rangeVar, Operation operation) {
        if (rangeVar != null) {
            uses.of(rangeVar).forEach(use -> use.happens(operation));
        }
    }

    private void relations(List<Node> nodes, Operation operation, Bound bound) {
        for (Node node : nodes) {
            if (node.is("RangeVar")) {
                uses.of(node).forEach(use -> use.happens(operation, bound));
            }
        }
    }

    private void schema(Node node, @Nullable Scope scope) {
        Node role = node.node("authrole");
        String name = node.text("schemaname");
        if (name.isEmpty() && role != null) {
            name = role.text("rolename");
        }
        uses.within(name);
        uses.inSchema(name).getFirst().happens(Operation.DEFINE);
        queries.later(node.nodes("schemaElts"), scope);
    }

    private void copy(Node node, @Nullable Scope scope) {
        Node relation = node.node("relation");
        queries.later(node.node("query"), scope);
        queries.later(node.nodes("options"), scope);
        if (relation == null) {
            return;
        }
        Operation operation = node.flag("is_from") ? Operation.INSERT : Operation.READ;
        List<RelationUse> targets = uses.of(relation);
        List<String> columns = Names.parts(node.nodes("attlist"));
        for (RelationUse target : targets) {
            target.happens(operation);
            if (columns.isEmpty()) {
                target.everyColumn(operation);
            }
            columns.forEach(column -> target.column(operation, column));
        }
        Scope rows = Scope.within(scope);
        rows.add(Source.ofRelation(relation, targets));
        queries.later(node.node("whereClause"), rows);
    }

    private void refresh(Node node) {
        Node relation = node.node("relation");
        if (relation == null || queries.planned()) {
            return;
        }
        for (RelationUse use : uses.of(relation)) {
            use.happens(Operation.DELETE, Bound.UNBOUNDED);
            if (!node.flag("skipData")) {
                use.happens(Operation.INSERT);
                use.everyColumn(Operation.INSERT);
            }
        }
    }

    /// Upkeep alters a relation: it is rewritten or measured under a lock, and what its indexes and
    /// statistics compute is run.
    private void vacuum(Node node) {
        for (Node rel : node.nodes("rels")) {
            Node relation = rel.is("VacuumRelation") ? rel.node("relation") : null;
            if (relation != null) {
                each(relation, Operation.ALTER);
            }
        }
        if (node.nodes("rels").isEmpty()) {
            everyRelation(Operation.ALTER);
        }
    }

    private void reindex(Node node) {
        Node relation = node.node("relation");
        switch (node.choice("kind")) {
            case "REINDEX_OBJECT_SCHEMA" ->
                    uses.inSchema(node.text("name")).forEach(use -> use.happens(Operation.ALTER));
            case "REINDEX_OBJECT_TABLE" -> each(relation, Operation.ALTER);
            case "REINDEX_OBJECT_INDEX" -> {
                each(relation, Operation.ALTER);
                uses.unforeseeable("the name of an index does not tell whose table it locks");
            }
            default -> everyRelation(Operation.ALTER);
        }
    }

    private void whole(Node node, String field, Operation operation) {
        Node relation = node.node(field);
        if (relation == null) {
            everyRelation(operation);
        } else {
            each(relation, operation);
        }
    }

    /// The statement is about every relation that the role may do it to.
    private void everyRelation(Operation operation) {
        uses.everywhere().happens(operation);
        uses.unforeseeable("it is done to every relation, with what that runs in each");
    }

    private void drop(Node node) {
        String type = node.choice("removeType");
        boolean cascades = node.choice("behavior").equals("DROP_CASCADE");
        for (Node object : node.nodes("objects")) {
            if (type.equals("OBJECT_SCHEMA")) {
                List<RelationUse> found = uses.inSchema(Names.parts(List.of(object)).getFirst());
                for (RelationUse use : cascades ? found : found.subList(0, 1)) {
                    use.happens(Operation.DROP, Bound.UNBOUNDED);
                }
            } else if (relation(type)) {
                Bound bound = WITH_ROWS.contains(type) ? Bound.UNBOUNDED : Bound.NOT_APPLICABLE;
                named(parts(object)).forEach(use -> use.happens(Operation.DROP, bound));
            } else if (PARTS_OF_RELATIONS.contains(type)) {
                List<String> parts = parts(object);
                named(parts.subList(0, Math.max(0, parts.size() - 1)))
                        .forEach(use -> use.happens(Operation.ALTER));
            }
        }
        if (cascades) {
            // Relations among them are found by the catalog; functions, types and defaults are not.
            uses.unforeseeable(TableDefinitions.CASCADES);
        } else if (type.equals("OBJECT_EXTENSION")) {
            uses.unforeseeable("an extension is dropped with all that belongs to it");
        }
    }

    private void rename(Node node) {
        Node relation = node.node("relation");
        String type = node.choice("renameType");
        if (node.choice("behavior").equals("DROP_CASCADE")) {
            uses.unforeseeable("CASCADE alters every table that is made of the type");
        }
        if (relation == null) {
            object(node, "renameType", "object");
            if (type.equals("OBJECT_SCHEMA")) {
                uses.inSchema(node.text("subname"))
                        .forEach(use -> use.happens(Operation.ALTER, Bound.NOT_APPLICABLE));
                uses.inSchema(node.text("newname")).getFirst().happens(Operation.DEFINE);
            }
            return;
        }
        boolean column = type.equals("OBJECT_COLUMN") || type.equals("OBJECT_ATTRIBUTE");
        for (RelationUse use : uses.of(relation)) {
            use.happens(Operation.ALTER);
            if (column) {
                use.column(Operation.ALTER, node.text("subname"));
                use.column(Operation.ALTER, node.text("newname"));
            } else if (relation(type)) {
                String schema = use.relation() == null ? "" : use.relation().schema();
                if (schema.isEmpty()) {
                    schema = relation.text("schemaname");
                }
                uses.made(schema, node.text("newname"))
                        .forEach(renamed -> renamed.happens(Operation.DEFINE));
            }
        }
    }

    private void move(Node node) {
        Node relation = node.node("relation");
        if (relation == null) {
            object(node, "objectType", "object");
            return;
        }
        each(relation, Operation.ALTER);
        uses.made(node.text("newschema"), relation.text("relname"))
                .forEach(use -> use.happens(Operation.DEFINE));
    }

    /// A statement about an object of any type, which may be a relation or a part of one.
    private void object(Node node, String typeField, String objectField) {
        Node object = node.node(objectField);
        String type = node.choice(typeField);
        if (object == null) {
            return;
        }
        List<String> parts = parts(object);
        boolean part = PARTS_OF_RELATIONS.contains(type);
        if (!part && !relation(type)) {
            return;
        }
        for (RelationUse use : named(part ? parts.subList(0, parts.size() - 1) : parts)) {
            use.happens(Operation.ALTER);
            if (type.equals("OBJECT_COLUMN")) {
                use.column(Operation.ALTER, parts.getLast());
            }
        }
    }

    private void grant(Node node) {
        String type = node.choice("objtype");
        switch (node.choice("targtype")) {
            case "ACL_TARGET_ALL_IN_SCHEMA" -> {
                if (relation(type)) {
                    for (String schema : Names.parts(node.nodes("objects"))) {
                        uses.inSchema(schema).forEach(use -> use.happens(Operation.ALTER));
                    }
                }
            }
            case "ACL_TARGET_DEFAULTS" -> {}
            default -> {
                if (relation(type)) {
                    relations(node.nodes("objects"), Operation.ALTER, Bound.NOT_APPLICABLE);
                }
            }
        }
    }

    private static boolean relation(String objectType) {
        return WITH_ROWS.contains(objectType) || WITHOUT_ROWS.contains(objectType);
    }

    private static List<String> parts(Node object) {
        return switch (object.type()) {
            case "List" -> Names.parts(object.nodes("items"));
            case "TypeName" -> Names.parts(object.nodes("names"));
            case "String" -> List.of(object.text("sval"));
            default -> List.of();
        };
    }

    /// The relations of a name in parts: a database before the schema is passed over.
    private List<RelationUse> named(List<String> parts) {
        if (parts.isEmpty()) {
            return List.of();
        }
        return uses.of(parts.size() > 1 ? parts.get(parts.size() - 2) : "", parts.getLast());
    }
}
