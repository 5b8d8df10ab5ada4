package dev.holdfast.server.access;

import dev.holdfast.guard.policy.RelationPattern;
import dev.holdfast.server.access.AccessException.Reason;
import dev.holdfast.server.text.JsonText;
import dev.holdfast.server.text.JsonTree;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a grant allows: which tables, what to do with their rows, and how many rows it may change.
///
/// @param tables patterns of `schema.name`; never PostgreSQL's own schemas
/// @param operations who changes or deletes rows must find them first: SELECT is among them then
/// @param rowsMax rows that may be changed for the whole task; 0 where nothing may be changed
public record GrantTerms(List<RelationPattern> tables, Set<Operation> operations, long rowsMax) {
    public static final int TABLES_MAX = 100;
    public static final int PATTERN_LENGTH_MAX = 200;
    public static final long ROWS_MAX = 1_000_000_000L;

    public GrantTerms {
        tables = List.copyOf(tables);
        operations = Set.copyOf(operations);
    }

    /// Reads what a person or an agent wrote.
    ///
    /// @throws AccessException with what is wrong and what is expected
    public static GrantTerms of(
            Collection<String> tables, Collection<String> operations, long rowsMax)
            throws AccessException {
        if (tables.isEmpty() || tables.size() > TABLES_MAX) {
            throw malformed("tables: %d (expected: 1 to %d)".formatted(tables.size(), TABLES_MAX));
        }
        List<RelationPattern> patterns = new ArrayList<>();
        for (String table : tables) {
            patterns.add(pattern(table));
        }
        Set<Operation> read = EnumSet.noneOf(Operation.class);
        for (String operation : operations) {
            read.add(operation(operation));
        }
        if (read.isEmpty()) {
            throw malformed("operations: none (expected: select, insert, update or delete)");
        }
        if (read.contains(Operation.UPDATE) || read.contains(Operation.DELETE)) {
            read.add(Operation.SELECT);
        }
        boolean writes = !read.equals(EnumSet.of(Operation.SELECT));
        if (writes ? rowsMax < 1 || rowsMax > ROWS_MAX : rowsMax != 0) {
            throw malformed(
                    writes
                            ? "rows: %d (expected: how many rows the task may change, 1 to %d)"
                                    .formatted(rowsMax, ROWS_MAX)
                            : "rows: %d (expected: none where nothing may be changed)"
                                    .formatted(rowsMax));
        }
        return new GrantTerms(patterns, read, rowsMax);
    }

    private static RelationPattern pattern(String text) throws AccessException {
        if (text.length() > PATTERN_LENGTH_MAX) {
            throw malformed(
                    "tables: %d characters (expected: at most %d)"
                            .formatted(text.length(), PATTERN_LENGTH_MAX));
        }
        RelationPattern pattern;
        try {
            pattern = RelationPattern.of(text);
        } catch (IllegalArgumentException e) {
            throw malformed("tables: " + e.getMessage());
        }
        String schema = text.strip().toLowerCase(Locale.ROOT).replace("\"", "");
        if (schema.startsWith("pg_") || schema.startsWith("information_schema")) {
            throw malformed(
                    "tables: %s (expected: tables of your own; PostgreSQL's are not given away)"
                            .formatted(text));
        }
        return pattern;
    }

    private static Operation operation(String word) throws AccessException {
        for (Operation operation : Operation.values()) {
            if (operation.word().equals(word.strip().toLowerCase(Locale.ROOT))) {
                return operation;
            }
        }
        throw malformed("operations: (expected: select, insert, update or delete)");
    }

    private static AccessException malformed(String message) {
        return new AccessException(Reason.MALFORMED, message);
    }

    /// Whether rows may be changed.
    public boolean writes() {
        return rowsMax > 0;
    }

    /// As people wrote it.
    public List<String> tableTexts() {
        return tables.stream().map(RelationPattern::toString).toList();
    }

    /// In the order SELECT, INSERT, UPDATE, DELETE.
    public List<String> operationWords() {
        return operations.stream().sorted().map(Operation::word).toList();
    }

    /// Whether it allows nothing that the other does not: the same tables or fewer, word by word.
    public boolean within(GrantTerms other) {
        return other.tables.containsAll(tables)
                && other.operations.containsAll(operations)
                && rowsMax <= other.rowsMax;
    }

    String json() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("tables", tableTexts());
        members.put("operations", operationWords());
        members.put("rows", rowsMax);
        return JsonText.indented(members);
    }

    /// Reads what [#json] wrote.
    static GrantTerms read(String json) {
        try {
            Map<String, Object> members = JsonTree.object(json);
            if (members.get("tables") instanceof List<?> tables
                    && members.get("operations") instanceof List<?> operations
                    && members.get("rows") instanceof Long rows) {
                return of(
                        tables.stream().map(String::valueOf).toList(),
                        operations.stream().map(String::valueOf).toList(),
                        rows);
            }
            throw new IllegalStateException("the store holds terms without their members");
        } catch (JsonTree.MalformedException | AccessException e) {
            // Nothing may be let run by terms that cannot be read.
            throw new IllegalStateException("the store holds terms that cannot be read", e);
        }
    }
}
