package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Names of objects, as a tree holds them and as people read them. Never literal values.
final class Names {
    /// How PostgreSQL's manual calls object types whose enumeration value says it otherwise.
    private static final Map<String, String> OBJECT_TYPES =
            Map.ofEntries(
                    Map.entry("OBJECT_MATVIEW", "MATERIALIZED VIEW"),
                    Map.entry("OBJECT_FDW", "FOREIGN DATA WRAPPER"),
                    Map.entry("OBJECT_FOREIGN_SERVER", "SERVER"),
                    Map.entry("OBJECT_OPCLASS", "OPERATOR CLASS"),
                    Map.entry("OBJECT_OPFAMILY", "OPERATOR FAMILY"),
                    Map.entry("OBJECT_STATISTIC_EXT", "STATISTICS"),
                    Map.entry("OBJECT_TABCONSTRAINT", "CONSTRAINT"),
                    Map.entry("OBJECT_DOMCONSTRAINT", "DOMAIN CONSTRAINT"),
                    Map.entry("OBJECT_TSCONFIGURATION", "TEXT SEARCH CONFIGURATION"),
                    Map.entry("OBJECT_TSDICTIONARY", "TEXT SEARCH DICTIONARY"),
                    Map.entry("OBJECT_TSPARSER", "TEXT SEARCH PARSER"),
                    Map.entry("OBJECT_TSTEMPLATE", "TEXT SEARCH TEMPLATE"),
                    Map.entry("OBJECT_LARGEOBJECT", "LARGE OBJECT"));

    private Names() {}

    /// The texts of a list of String nodes, unquoted: the parts of a qualified name.
    static List<String> parts(List<Node> strings) {
        List<String> parts = new ArrayList<>(strings.size());
        for (Node string : strings) {
            if (string.is("String")) {
                parts.add(string.text("sval"));
            }
        }
        return parts;
    }

    /// A qualified name as SQL writes it.
    static String quoted(List<String> parts) {
        return parts.stream().map(Names::quoted).collect(Collectors.joining("."));
    }

    static String quoted(String part) {
        return plain(part) ? part : '"' + part.replace("\"", "\"\"") + '"';
    }

    /// Whether a name needs no quotes: `[a-z_][a-z0-9_$]*`.
    private static boolean plain(String part) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || c == '_';
            boolean later = (c >= '0' && c <= '9') || c == '$';
            if (!letter && !(later && i > 0)) {
                return false;
            }
        }
        return !part.isEmpty();
    }

    static String relation(Node rangeVar) {
        List<String> parts = new ArrayList<>(3);
        for (String field : List.of("catalogname", "schemaname", "relname")) {
            if (rangeVar.has(field)) {
                parts.add(rangeVar.text(field));
            }
        }
        return quoted(parts);
    }

    /// The name that a node stands for; empty where it is none.
    static String of(@Nullable Node node) {
        if (node == null) {
            return "";
        }
        return switch (node.type()) {
            case "RangeVar" -> relation(node);
            case "String" -> quoted(node.text("sval"));
            case "List" -> quoted(parts(node.nodes("items")));
            case "ObjectWithArgs" -> quoted(parts(node.nodes("objname")));
            case "TypeName" -> quoted(parts(node.nodes("names")));
            case "FuncCall" -> quoted(parts(node.nodes("funcname")));
            case "RoleSpec" -> quoted(node.text("rolename"));
            case "AccessPriv" -> quoted(node.text("priv_name"));
            case "VacuumRelation", "CreateStmt" -> of(node.node("relation"));
            case "IntoClause" -> of(node.node("rel"));
            default -> "";
        };
    }

    /// The name at a place that [NodeTable.Entry#object] gives.
    static String at(Node node, String place) {
        if (place.isEmpty()) {
            return "";
        }
        int colon = place.indexOf(':');
        String field = place.substring(colon + 1);
        return switch (place.substring(0, colon)) {
            case "text" -> node.has(field) ? quoted(node.text(field)) : "";
            case "node" -> of(node.node(field));
            case "either" -> {
                String[] fields = field.split(",", -1);
                yield of(node.node(node.has(fields[0]) ? fields[0] : fields[1]));
            }
            case "nodes" -> list(node.nodes(field));
            default -> throw new IllegalStateException(place);
        };
    }

    /// A command with the type of its object filled in: `DROP {removeType}` to `DROP TABLE`.
    static String command(Node node, String template) {
        int open = template.indexOf('{');
        if (open < 0) {
            return template;
        }
        int close = template.indexOf('}', open);
        String choice = node.choice(template.substring(open + 1, close));
        return template.substring(0, open) + objectType(choice) + template.substring(close + 1);
    }

    private static String list(List<Node> nodes) {
        // A list of plain strings is one qualified name; a list of anything else is several names.
        if (nodes.stream().allMatch(node -> node.is("String"))) {
            return quoted(parts(nodes));
        }
        return nodes.stream()
                .map(Names::of)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.joining(", "));
    }

    private static String objectType(String choice) {
        String known = OBJECT_TYPES.get(choice);
        return known != null ? known : choice.replace("OBJECT_", "").replace('_', ' ');
    }

    /// Whether a relation or function is PostgreSQL's own by the way that it is written.
    static boolean builtIn(List<String> parts) {
        return parts.size() == 1 || (parts.size() == 2 && parts.get(0).equals("pg_catalog"));
    }

    static boolean unqualifiedIn(List<String> parts, Set<String> names) {
        return parts.size() == 1 && names.contains(parts.get(0));
    }
}
