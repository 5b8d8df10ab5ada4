package dev.holdfast.sql.analysis;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What it means to find a node of each type, from the resource `nodes.txt`.
final class NodeTable {
    static final NodeTable POSTGRESQL_18 = load(TextTable.rows("nodes.txt"));

    /// How a node type is treated.
    enum Role {
        /// Does nothing by itself; what stands in it is visited like everything else.
        CLAUSE,
        /// What it does depends on what is in it.
        INSPECTED,
        /// No parser makes it: refused.
        NEVER,
        /// A statement that is always of one kind.
        STATEMENT
    }

    /// @param kind of a [Role#STATEMENT]; null for other roles
    /// @param command the statement's name, with `{field}` where the type of its object belongs; empty
    ///     where the node is no statement
    /// @param object where the name of the object stands: `text:`, `node:` or `nodes:` and the field, or
    ///     `either:` and two fields; empty where there is none
    /// @param because why the statement is of its kind; empty where the node is no such statement
    record Entry(
            Role role,
            @Nullable StatementKind kind,
            String command,
            String object,
            String because) {}

    private final Map<String, Entry> entries;

    private NodeTable(Map<String, Entry> entries) {
        this.entries = entries;
    }

    /// The entry of a node type; null for a type that nobody has mapped.
    @Nullable Entry entry(String nodeType) {
        return entries.get(nodeType);
    }

    Set<String> nodeTypes() {
        return Collections.unmodifiableSet(new TreeSet<>(entries.keySet()));
    }

    private static NodeTable load(List<String[]> rows) {
        Map<String, Entry> entries = new HashMap<>();
        for (String[] row : rows) {
            String command = row.length > 2 ? row[2] : "";
            String object = row.length > 3 ? row[3] : "";
            String because = row.length > 4 ? row[4] : "";
            if (entries.put(row[0], entry(row[1], command, object, because)) != null) {
                throw new IllegalStateException("nodes.txt: twice: " + Arrays.toString(row));
            }
        }
        return new NodeTable(entries);
    }

    private static Entry entry(String role, String command, String object, String because) {
        return switch (role) {
            case "clause" -> new Entry(Role.CLAUSE, null, command, object, because);
            case "inspected" -> new Entry(Role.INSPECTED, null, command, object, because);
            case "never" -> new Entry(Role.NEVER, null, command, object, because);
            default ->
                    new Entry(
                            Role.STATEMENT, StatementKind.valueOf(role), command, object, because);
        };
    }
}
