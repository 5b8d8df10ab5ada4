package dev.holdfast.sql.catalog;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The objects, by oid, that a stored expression or query uses.
///
/// PostgreSQL's own record of dependencies, `pg_depend`, leaves out whatever `initdb` made: a view over
/// `pg_advisory_lock` depends on nothing there. So they are read from the stored trees
/// (`pg_rewrite.ev_action`, `pg_policy.polqual`, `pg_constraint.conbin`, `pg_attrdef.adbin`): every field
/// of such a text that names an object by its oid. What is found too much costs a refusal at worst.
///
/// @param functions called as functions, aggregates, window functions or sampling methods
/// @param operators used
/// @param relations read
/// @param types that values are coerced to
/// @param uses what is done to the relations, so far as the tree is a query and says it
public record References(
        Set<Long> functions,
        Set<Long> operators,
        Set<Long> relations,
        Set<Long> types,
        Set<StoredUse> uses) {

    /// Nothing.
    public static final References NONE =
            new References(Set.of(), Set.of(), Set.of(), Set.of(), Set.of());

    /// Bit numbers of column sets begin at the first system column, -7 (`FirstLowInvalidHeapAttribute
    /// Number`).
    private static final int COLUMN_BIT_OFFSET = 7;

    public References {
        functions = Set.copyOf(functions);
        operators = Set.copyOf(operators);
        relations = Set.copyOf(relations);
        types = Set.copyOf(types);
        uses = Set.copyOf(uses);
    }

    /// Finds the references in the text of a `pg_node_tree`.
    public static References in(String tree) {
        Set<Long> functions = new HashSet<>();
        Set<Long> operators = new HashSet<>();
        Set<Long> relations = new HashSet<>();
        Set<Long> types = new HashSet<>();
        Map<Long, StoredUse> uses = new HashMap<>();
        long relation = 0;
        int at = tree.indexOf(':');
        while (at >= 0) {
            int end = at + 1;
            while (end < tree.length() && isFieldName(tree.charAt(end))) {
                end++;
            }
            switch (tree.substring(at + 1, end)) {
                case "funcid", "aggfnoid", "winfnoid", "tsmhandler", "opfuncid" ->
                        numbers(tree, end, functions);
                case "opno", "opnos", "eqop", "sortop", "ltop", "gtop" ->
                        numbers(tree, end, operators);
                case "relid" -> {
                    Set<Long> one = new HashSet<>(1);
                    numbers(tree, end, one);
                    relations.addAll(one);
                    relation = one.isEmpty() ? 0 : one.iterator().next();
                }
                case "resulttype", "funcresulttype", "coltypes", "funccoltypes", "typid" ->
                        numbers(tree, end, types);
                case "requiredPerms", "selectedCols", "insertedCols", "updatedCols" ->
                        use(tree, at + 1, end, relation, uses);
                default -> {}
            }
            at = tree.indexOf(':', end);
        }
        return functions.isEmpty() && operators.isEmpty() && relations.isEmpty() && types.isEmpty()
                ? NONE
                : new References(functions, operators, relations, types, Set.copyOf(uses.values()));
    }

    /// Both together.
    public References and(References other) {
        return new References(
                union(functions, other.functions),
                union(operators, other.operators),
                union(relations, other.relations),
                union(types, other.types),
                union(uses, other.uses));
    }

    /// Up to PostgreSQL 15 these fields stand in a RANGETBLENTRY behind its `relid`, later in an
    /// RTEPERMISSIONINFO, behind its own. Of what is no relation they are empty.
    private static void use(
            String tree, int start, int end, long relation, Map<Long, StoredUse> uses) {
        if (relation == 0) {
            return;
        }
        Set<Long> values = new HashSet<>();
        numbers(tree, end, values);
        StoredUse use = uses.getOrDefault(relation, new StoredUse(relation));
        if (tree.startsWith("requiredPerms", start)) {
            int bits = values.stream().mapToInt(Long::intValue).sum();
            uses.put(relation, use.withPrivileges(bits));
            return;
        }
        Set<Integer> columns = new HashSet<>();
        for (long bit : values) {
            if (bit >= COLUMN_BIT_OFFSET) {
                columns.add((int) bit - COLUMN_BIT_OFFSET);
            }
        }
        uses.put(
                relation,
                tree.startsWith("selectedCols", start)
                        ? use.withRead(columns)
                        : tree.startsWith("insertedCols", start)
                                ? use.withInserted(columns)
                                : use.withUpdated(columns));
    }

    private static <T> Set<T> union(Set<T> one, Set<T> other) {
        Set<T> both = new HashSet<>(one);
        both.addAll(other);
        return both;
    }

    private static boolean isFieldName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    /// One number, a list of oids in parentheses, or a set of bits: `17`, `(o 96 98)`, `(b 8 9)`.
    private static void numbers(String tree, int start, Set<Long> found) {
        int at = start;
        while (at < tree.length() && " (ob".indexOf(tree.charAt(at)) >= 0) {
            at++;
        }
        while (at < tree.length()) {
            long number = 0;
            int digits = at;
            while (at < tree.length() && Character.isDigit(tree.charAt(at))) {
                number = number * 10 + (tree.charAt(at) - '0');
                at++;
            }
            if (at == digits) {
                return;
            }
            if (number != 0) {
                found.add(number);
            }
            if (at < tree.length() && tree.charAt(at) == ' ') {
                at++;
            }
        }
    }
}
