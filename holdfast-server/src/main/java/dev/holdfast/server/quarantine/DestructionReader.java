package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.parser.Node;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what a statement would destroy from its tree. What is not read here is refused.
///
/// A name without a schema stands for what the approved analysis found behind it: the search path is
/// the agent's, and is not asked again.
final class DestructionReader {
    private static final Set<String> SYSTEM = Set.of("pg_catalog", "information_schema");

    private final OwnerSession session;
    private final StatementEffects effects;

    DestructionReader(OwnerSession session, StatementEffects effects) {
        this.session = session;
        this.effects = effects;
    }

    Destruction read(Node tree) throws ChangeRefusedException, SQLException {
        return switch (tree.type()) {
            case "TruncateStmt" -> truncate(tree);
            case "DropStmt" -> drop(tree);
            case "AlterTableStmt" -> alter(tree);
            default -> throw DestroyRefusals.notCovered(effects.command());
        };
    }

    private Destruction truncate(Node tree) throws ChangeRefusedException, SQLException {
        List<Destruction.Name> whole = new ArrayList<>();
        List<Destruction.Name> only = new ArrayList<>();
        for (Node relation : tree.nodes("relations")) {
            (relation.flag("inh") ? whole : only).add(named(relation, Operation.TRUNCATE));
        }
        return new Destruction.Truncate(whole, only, cascades(tree), tree.flag("restart_seqs"));
    }

    private Destruction drop(Node tree) throws ChangeRefusedException, SQLException {
        String kind =
                switch (tree.choice("removeType")) {
                    case "OBJECT_TABLE" -> "TABLE";
                    case "OBJECT_VIEW" -> "VIEW";
                    case "OBJECT_MATVIEW" -> "MATERIALIZED VIEW";
                    case "OBJECT_SEQUENCE" -> "SEQUENCE";
                    case "OBJECT_SCHEMA" -> "SCHEMA";
                    default -> throw DestroyRefusals.notCovered(effects.command());
                };
        boolean ifExists = tree.flag("missing_ok");
        if (kind.equals("SCHEMA")) {
            List<String> names = new ArrayList<>();
            for (Node object : tree.nodes("objects")) {
                names.add(ordinary(object.text("sval")));
            }
            return new Destruction.DropSchemas(names, ifExists, cascades(tree));
        }
        List<Destruction.Name> names = new ArrayList<>();
        for (Node object : tree.nodes("objects")) {
            List<String> parts = new ArrayList<>();
            object.nodes("items").forEach(part -> parts.add(part.text("sval")));
            names.add(named(parts, Operation.DROP));
        }
        return new Destruction.DropRelations(kind, names, ifExists, cascades(tree));
    }

    private Destruction alter(Node tree) throws ChangeRefusedException, SQLException {
        Node relation = tree.node("relation");
        List<Node> commands = tree.nodes("cmds");
        if (relation == null
                || commands.size() != 1
                || !tree.choice("objtype").equals("OBJECT_TABLE")) {
            throw DestroyRefusals.oneColumnAtATime();
        }
        Node command = commands.getFirst();
        Destruction.Name table = named(relation, Operation.ALTER);
        return switch (command.choice("subtype")) {
            case "AT_DropColumn" ->
                    new Destruction.DropColumn(table, command.text("name"), cascades(command));
            case "AT_AlterColumnType" -> columnType(table, command);
            default -> throw DestroyRefusals.notCovered(effects.command());
        };
    }

    private static Destruction columnType(Destruction.Name table, Node command)
            throws ChangeRefusedException {
        Node definition = command.node("def");
        if (definition == null || definition.has("collClause")) {
            throw DestroyRefusals.conversion("it names a collation");
        }
        String column = command.text("name");
        List<String> cast = new ArrayList<>();
        Node using = definition.node("raw_default");
        while (using != null && using.is("TypeCast")) {
            // The outermost cast comes last.
            cast.addFirst(type(using.node("typeName")));
            using = using.node("arg");
        }
        if (using != null && !isColumn(using, column)) {
            throw DestroyRefusals.conversion("its USING is more than casts of the column itself");
        }
        return new Destruction.AlterColumnType(
                table, column, type(definition.node("typeName")), cast);
    }

    private static boolean isColumn(Node node, String column) {
        return node.is("ColumnRef")
                && node.nodes("fields").size() == 1
                && node.nodes("fields").getFirst().is("String")
                && node.nodes("fields").getFirst().text("sval").equals(column);
    }

    /// A type of PostgreSQL's own: whatever converts to and from it is PostgreSQL's own, too, and may
    /// run as a role that may much.
    private static String type(@Nullable Node type) throws ChangeRefusedException {
        if (type == null || type.flag("setof") || type.flag("pct_type")) {
            throw DestroyRefusals.conversion("the new type is not a plain one");
        }
        List<Node> names = type.nodes("names");
        String name = names.getLast().text("sval");
        if (names.size() > 2
                || (names.size() == 2 && !names.getFirst().text("sval").equals("pg_catalog"))) {
            throw DestroyRefusals.conversion("the new type is not one of PostgreSQL's own");
        }
        if (name.equals("interval") && !type.nodes("typmods").isEmpty()) {
            throw DestroyRefusals.conversion("its interval has fields or a precision");
        }
        List<String> modifiers = new ArrayList<>();
        for (Node modifier : type.nodes("typmods")) {
            Node integer = modifier.is("A_Const") ? modifier.node("ival") : null;
            if (integer == null) {
                throw DestroyRefusals.conversion("the new type's modifier is not a number");
            }
            modifiers.add(Long.toString(integer.number("ival")));
        }
        return "pg_catalog."
                + Sql.quoted(name)
                + (modifiers.isEmpty() ? "" : "(" + String.join(",", modifiers) + ")")
                + "[]".repeat(type.nodes("arrayBounds").size());
    }

    private static boolean cascades(Node tree) {
        return tree.choice("behavior").equals("DROP_CASCADE");
    }

    private Destruction.Name named(Node rangeVar, Operation operation)
            throws ChangeRefusedException, SQLException {
        List<String> parts = new ArrayList<>();
        for (String field : List.of("catalogname", "schemaname", "relname")) {
            if (rangeVar.has(field)) {
                parts.add(rangeVar.text(field));
            }
        }
        return named(parts, operation);
    }

    private Destruction.Name named(List<String> parts, Operation operation)
            throws ChangeRefusedException, SQLException {
        String name = parts.getLast();
        if (parts.size() == 2) {
            return new Destruction.Name(ordinary(parts.getFirst()), name);
        }
        Set<String> schemas = new java.util.HashSet<>();
        for (RelationEffect effect : effects.relationEffects()) {
            if (effect.direct() && effect.operation() == operation && parts.size() == 1) {
                List<String> found =
                        session.column("SELECT unnest(parse_ident(?))", effect.relation());
                if (found.size() == 2 && found.getLast().equals(name)) {
                    schemas.add(found.getFirst());
                }
            }
        }
        if (schemas.size() != 1) {
            throw DestroyRefusals.unclear(parts);
        }
        return new Destruction.Name(ordinary(schemas.iterator().next()), name);
    }

    private static String ordinary(String schema) throws ChangeRefusedException {
        if (schema.startsWith("pg_") || SYSTEM.contains(schema) || QuarantineName.is(schema)) {
            throw DestroyRefusals.system(schema);
        }
        return schema;
    }
}
