package dev.holdfast.server.oracle;

import dev.holdfast.testkit.DisposablePostgres;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The relations of a database that statements can be made for, in an order that depends on nothing but
/// their names.
///
/// @param partitions those that are partitions of another
/// @param families each table with itself and all that belong to it: partitions, children, theirs
record SchemaModel(
        List<Relation> relations, Set<String> partitions, Map<String, Set<String>> families) {

    /// @param schema as the catalog has it
    /// @param kind `pg_class.relkind`
    /// @param hasChildren whether it has partitions or other children
    record Relation(
            String schema, String name, char kind, boolean hasChildren, List<Column> columns) {
        Relation {
            columns = List.copyOf(columns);
        }

        String qualified() {
            return Observed.qualified(schema, name);
        }

        boolean isTable() {
            return kind == 'r' || kind == 'p';
        }

        /// The first column: the key, wherever there is one.
        Column first() {
            return columns.getFirst();
        }
    }

    /// @param name as SQL writes it
    /// @param type as `format_type` gives it
    /// @param computed whether it cannot be given a value: generated, or an identity that always is
    record Column(String name, String type, boolean notNull, boolean computed) {}

    SchemaModel {
        relations = List.copyOf(relations);
        partitions = Set.copyOf(partitions);
        families = Map.copyOf(families);
    }

    private static final String QUERY =
            """
            SELECT n.nspname, c.relname, c.relkind, EXISTS (
                     SELECT FROM pg_inherits i WHERE i.inhparent = c.oid), a.attname,
                   format_type(a.atttypid, NULL), a.attnotnull,
                   a.attgenerated <> '' OR a.attidentity = 'a', c.relispartition
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relkind IN ('r', 'p', 'v', 'm')
               AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
             ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum
            """;

    private static final String FAMILIES =
            """
            WITH RECURSIVE family(root, member) AS (
              SELECT oid, oid FROM pg_class WHERE relkind IN ('r', 'p') AND oid >= 16384
              UNION SELECT f.root, i.inhrelid FROM family f JOIN pg_inherits i ON i.inhparent = f.member)
            SELECT rn.nspname, r.relname, mn.nspname, m.relname
              FROM family f
              JOIN pg_class r ON r.oid = f.root JOIN pg_namespace rn ON rn.oid = r.relnamespace
              JOIN pg_class m ON m.oid = f.member JOIN pg_namespace mn ON mn.oid = m.relnamespace
            """;

    static SchemaModel read(DisposablePostgres postgres, String database) {
        Map<String, List<List<String>>> byName = new LinkedHashMap<>();
        Set<String> partitions = new TreeSet<>();
        for (var row : postgres.queryIn(database, QUERY)) {
            List<String> texts = row.stream().map(String::valueOf).toList();
            String qualified = Observed.qualified(texts.get(0), texts.get(1));
            byName.computeIfAbsent(qualified, _ -> new ArrayList<>()).add(texts);
            if (texts.get(8).equals("t")) {
                partitions.add(qualified);
            }
        }
        List<Relation> relations = new ArrayList<>();
        byName.values()
                .forEach(rows -> {
                    List<String> one = rows.getFirst();
                    List<Column> columns = new ArrayList<>();
                    for (List<String> row : rows) {
                        columns.add(
                                new Column(
                                        row.get(4).equals("select")
                                                ? "\"select\""
                                                : Observed.quoted(row.get(4)),
                                        row.get(5),
                                        row.get(6).equals("t"),
                                        row.get(7).equals("t")));
                    }
                    relations.add(
                            new Relation(
                                    one.get(0),
                                    one.get(1),
                                    one.get(2).charAt(0),
                                    one.get(3).equals("t"),
                                    columns));
                });
        Map<String, Set<String>> families = new TreeMap<>();
        for (var row : postgres.queryIn(database, FAMILIES)) {
            List<String> texts = row.stream().map(String::valueOf).toList();
            families.computeIfAbsent(
                            Observed.qualified(texts.get(0), texts.get(1)), _ -> new TreeSet<>())
                    .add(Observed.qualified(texts.get(2), texts.get(3)));
        }
        return new SchemaModel(relations, partitions, families);
    }

    List<Relation> tables() {
        return relations.stream().filter(Relation::isTable).collect(Collectors.toList());
    }

    List<Relation> views() {
        return relations.stream().filter(each -> each.kind() == 'v').collect(Collectors.toList());
    }
}
