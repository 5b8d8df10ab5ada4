package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.CatalogSnapshot;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One level of a query as [Bounds] sees it: what rows it combines, and which conditions all of them
/// must meet.
final class Rows {
    private static final Set<Relation.Kind> STORED =
            Set.of(
                    Relation.Kind.TABLE,
                    Relation.Kind.PARTITIONED_TABLE,
                    Relation.Kind.MATERIALIZED_VIEW);

    private final @Nullable Rows outer;

    /// Whether there are levels around this one and [#outer] that are not known: a name that may not be
    /// of these levels may then be of those.
    private final boolean more;

    private final Scope scope;
    private final CatalogScope catalog;
    private final List<Part> parts = new ArrayList<>(2);
    private final List<Node> conditions = new ArrayList<>(4);
    private final List<Pair> equal = new ArrayList<>(0);

    /// Two things in FROM that `USING` makes equal in a column.
    record Pair(Part one, Part other) {}

    enum Has {
        YES,
        NO,
        UNKNOWN
    }

    /// One thing in FROM, or the target of a statement. Compared by identity.
    static final class Part {
        private final String name;
        private final String schema;
        private final boolean aliased;
        private final @Nullable Node node;

        /// What it is by the catalog; empty where it is no relation, or not known.
        private final List<Relation> relations;

        /// The names of its columns, as far as the text gives them from the first on; empty where not.
        private final List<String> columns;

        /// Whether [#columns] are all that it has.
        private final boolean complete;

        private Part(
                Node node,
                String name,
                List<Relation> relations,
                List<String> columns,
                boolean complete) {
            this.node = node;
            this.name = name;
            this.schema = node.is("RangeVar") ? node.text("schemaname") : "";
            this.aliased = !node.is("RangeVar") || node.has("alias");
            this.relations = relations;
            this.columns = columns;
            this.complete = complete;
        }

        private Part(String name) {
            this.node = null;
            this.name = name;
            this.schema = "";
            this.aliased = true;
            this.relations = List.of();
            this.columns = List.of();
            this.complete = false;
        }

        @Nullable Node node() {
            return node;
        }

        Has has(String column) {
            if (columns.contains(column)) {
                return Has.YES;
            }
            if (complete) {
                return Has.NO;
            }
            if (relations.isEmpty()) {
                return Has.UNKNOWN;
            }
            boolean all = true;
            boolean none = true;
            for (Relation each : relations) {
                boolean has =
                        ColumnReferences.OF_EVERY_TABLE.contains(column)
                                ? STORED.contains(each.kind())
                                : each.hasColumn(column);
                all &= has;
                none &= !has;
            }
            return all && columns.isEmpty() ? Has.YES : none ? Has.NO : Has.UNKNOWN;
        }

        /// Whether a column may have no more than two values.
        ///
        /// @param unknown the answer for a column of which nothing is known, or of a type of the
        ///     database's own
        boolean mayBeBoolean(String column, boolean unknown) {
            boolean known = !relations.isEmpty();
            for (Relation each : relations) {
                boolean found = false;
                for (Relation.Column described : each.columns()) {
                    if (described.name().equals(column)) {
                        if (described.type() == BOOLEAN_OID) {
                            return true;
                        }
                        found = CatalogSnapshot.builtIn(described.type());
                    }
                }
                known &= found;
            }
            return !known && unknown;
        }

        /// Whether a column is known to hold texts.
        boolean isText(String column) {
            return !relations.isEmpty()
                    && relations.stream()
                            .allMatch(each ->
                                    hasType(each, column, TEXT_OID)
                                            || hasType(each, column, VARCHAR_OID));
        }

        private static boolean hasType(Relation relation, String column, long type) {
            for (Relation.Column known : relation.columns()) {
                if (known.name().equals(column) && known.type() == type) {
                    return true;
                }
            }
            return false;
        }

        private boolean answersTo(String qualifierSchema, String qualifier) {
            return name.equals(qualifier)
                    && (qualifierSchema.isEmpty()
                            || (!aliased && (schema.isEmpty() || schema.equals(qualifierSchema))));
        }
    }

    private static final long BOOLEAN_OID = 16;
    private static final long TEXT_OID = 25;
    private static final long VARCHAR_OID = 1043;

    /// A level inside another one.
    ///
    /// @param more whether there are levels around that are not given
    Rows(@Nullable Rows outer, boolean more, Scope scope, CatalogScope catalog) {
        this.outer = outer;
        this.more = more;
        this.scope = scope;
        this.catalog = catalog;
    }

    @Nullable Rows outer() {
        return outer;
    }

    Scope scope() {
        return scope;
    }

    List<Part> parts() {
        return parts;
    }

    /// The conditions of WHERE, and of the inner joins.
    List<Node> conditions() {
        return conditions;
    }

    List<Pair> equal() {
        return equal;
    }

    /// Adds the target of a statement.
    Part target(Node rangeVar) {
        Part part = relation(rangeVar);
        parts.add(part);
        return part;
    }

    /// Adds something of which nothing but the name is known.
    void named(String name) {
        parts.add(new Part(name));
    }

    void condition(@Nullable Node condition) {
        if (condition != null) {
            conditions.add(condition);
        }
    }

    /// Adds what stands in FROM.
    void from(List<Node> items, Work work) {
        record Inner(Node join, int left) {}
        List<Object> open = new ArrayList<>(items.reversed());
        // Below an outer join a condition of a join does not keep rows out.
        List<Boolean> inner = new ArrayList<>(items.stream().map(_ -> true).toList());
        while (!open.isEmpty()) {
            boolean keepsOut = inner.removeLast();
            Object next = open.removeLast();
            if (next instanceof Inner end) {
                using(end.join(), end.left());
            } else if (next instanceof Node item && item.is("JoinExpr") && item.has("alias")) {
                // It hides what it joins, and may give the columns other names.
                parts.add(new Part(alias(item)));
            } else if (next instanceof Node item && item.is("JoinExpr")) {
                boolean inside = keepsOut && item.choice("jointype").equals("JOIN_INNER");
                if (inside) {
                    condition(item.node("quals"));
                    open.add(new Inner(item, parts.size()));
                    inner.add(true);
                }
                for (String side : List.of("rarg", "larg")) {
                    Node at = item.node(side);
                    if (at != null) {
                        open.add(at);
                        inner.add(inside);
                    }
                }
            } else if (next instanceof Node item && item.is("RangeTableSample")) {
                Node sampled = item.node("relation");
                if (sampled != null) {
                    open.add(sampled);
                    inner.add(keepsOut);
                }
            } else if (next instanceof Node item) {
                work.spend(1);
                parts.add(part(item, work));
            }
        }
    }

    /// What a reference is a column of, with its name; null where that is not sure.
    @Nullable Column column(Node columnRef) {
        List<Node> fields = columnRef.nodes("fields");
        Node last = fields.getLast();
        if (!last.is("String")) {
            return null;
        }
        String name = last.text("sval");
        Part part =
                fields.size() == 1
                        ? unqualified(name)
                        : qualified(
                                fields.size() > 2 ? text(fields.get(fields.size() - 3)) : "",
                                text(fields.get(fields.size() - 2)));
        return part == null ? null : new Column(part, name);
    }

    record Column(Part part, String name) {}

    /// Whether a reference is surely one to this level or those around it that are known.
    boolean closed(Node columnRef) {
        List<Node> fields = columnRef.nodes("fields");
        if (fields.getLast().is("String")) {
            return column(columnRef) != null;
        }
        return fields.size() == 1
                || qualified(
                                fields.size() > 2 ? text(fields.get(fields.size() - 3)) : "",
                                text(fields.get(fields.size() - 2)))
                        != null;
    }

    private @Nullable Part qualified(String schema, String qualifier) {
        for (Rows each = this; each != null; each = each.outer) {
            for (Part part : each.parts) {
                if (part.answersTo(schema, qualifier)) {
                    return part;
                }
            }
        }
        return null;
    }

    private @Nullable Part unqualified(String column) {
        for (Rows each = this; each != null; each = each.outer) {
            boolean unknown = false;
            for (Part part : each.parts) {
                Has has = part.has(column);
                if (has == Has.YES) {
                    return part;
                }
                unknown |= has == Has.UNKNOWN;
            }
            if (unknown) {
                boolean nothingElse = each.parts.size() == 1 && each.outer == null && !each.more;
                return nothingElse ? each.parts.getFirst() : null;
            }
        }
        return null;
    }

    private Part part(Node item, Work work) {
        Node alias = item.node("alias");
        String name = alias == null ? "" : alias.text("aliasname");
        List<String> columns = alias == null ? List.of() : Names.parts(alias.nodes("colnames"));
        if (item.is("RangeVar")) {
            Scope.Cte cte = cte(item, work);
            if (cte == null) {
                return relation(item);
            }
            String alone = name.isEmpty() ? item.text("relname") : name;
            return query(item, alone, columns.isEmpty() ? cte.columns() : columns, cte.query());
        }
        Node query = item.is("RangeSubselect") ? item.node("subquery") : null;
        if (query != null) {
            return query(item, name, columns, query);
        }
        // A function that gives one value has its alias for the name of its column, or its own
        // name.
        String alone = name.isEmpty() ? function(item) : name;
        return new Part(
                item, alone, List.of(), columns.isEmpty() ? List.of(alone) : columns, false);
    }

    private static String alias(Node item) {
        Node alias = item.node("alias");
        return alias == null ? "" : alias.text("aliasname");
    }

    private static String function(Node item) {
        List<Node> functions = item.is("RangeFunction") ? item.nodes("functions") : List.of();
        if (functions.isEmpty() || !functions.getFirst().is("List")) {
            return "";
        }
        Node call = functions.getFirst().nodes("items").getFirst();
        return call.is("FuncCall") ? Names.parts(call.nodes("funcname")).getLast() : "";
    }

    private static Part query(Node item, String name, List<String> renamed, Node query) {
        if (!renamed.isEmpty()) {
            // There may be more columns than names for them.
            return new Part(item, name, List.of(), renamed, false);
        }
        List<String> columns = outputs(query);
        return new Part(item, name, List.of(), columns, !columns.isEmpty());
    }

    /// The CTE that a name in FROM stands for; null where it stands for a relation.
    Scope.@Nullable Cte cte(Node rangeVar, Work work) {
        return rangeVar.has("schemaname") ? null : scope.cte(rangeVar.text("relname"), work);
    }

    private Part relation(Node rangeVar) {
        Node alias = rangeVar.node("alias");
        return new Part(
                rangeVar,
                alias == null ? rangeVar.text("relname") : alias.text("aliasname"),
                catalog.relationsNamed(rangeVar.text("schemaname"), rangeVar.text("relname")),
                alias == null ? List.of() : Names.parts(alias.nodes("colnames")),
                false);
    }

    private void using(Node join, int left) {
        Node right = join.node("rarg");
        // The two sides stand one behind the other; where the second begins is plain for one table.
        if (right == null || right.is("JoinExpr") || join.nodes("usingClause").isEmpty()) {
            return;
        }
        Part other = parts.getLast();
        boolean booleans =
                Names.parts(join.nodes("usingClause")).stream()
                        .allMatch(column ->
                                parts.get(left).mayBeBoolean(column, false)
                                        || other.mayBeBoolean(column, false));
        if (parts.size() - left == 2 && !booleans) {
            equal.add(new Pair(parts.get(left), other));
        }
    }

    /// The names of a query's columns; empty where they are not plain.
    private static List<String> outputs(Node query) {
        Node select = query;
        while (select.is("SelectStmt") && select.has("larg")) {
            Node first = select.node("larg");
            if (first == null) {
                return List.of();
            }
            select = first;
        }
        if (!select.is("SelectStmt")) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (Node target : select.nodes("targetList")) {
            Node value = target.is("ResTarget") ? target.node("val") : null;
            if (target.is("ResTarget") && target.has("name")) {
                names.add(target.text("name"));
            } else if (value != null
                    && value.is("ColumnRef")
                    && value.nodes("fields").getLast().is("String")) {
                names.add(text(value.nodes("fields").getLast()));
            } else {
                return List.of();
            }
        }
        return names;
    }

    private static String text(Node field) {
        return field.is("String") ? field.text("sval") : "";
    }
}
