package dev.holdfast.sql.catalog;

import java.util.HashSet;
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
public record References(
        Set<Long> functions, Set<Long> operators, Set<Long> relations, Set<Long> types) {

    /// Nothing.
    public static final References NONE = new References(Set.of(), Set.of(), Set.of(), Set.of());

    public References {
        functions = Set.copyOf(functions);
        operators = Set.copyOf(operators);
        relations = Set.copyOf(relations);
        types = Set.copyOf(types);
    }

    /// Finds the references in the text of a `pg_node_tree`.
    public static References in(String tree) {
        Set<Long> functions = new HashSet<>();
        Set<Long> operators = new HashSet<>();
        Set<Long> relations = new HashSet<>();
        Set<Long> types = new HashSet<>();
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
                case "relid" -> numbers(tree, end, relations);
                case "resulttype" -> numbers(tree, end, types);
                default -> {}
            }
            at = tree.indexOf(':', end);
        }
        return functions.isEmpty() && operators.isEmpty() && relations.isEmpty() && types.isEmpty()
                ? NONE
                : new References(functions, operators, relations, types);
    }

    /// Both together.
    public References and(References other) {
        return new References(
                union(functions, other.functions),
                union(operators, other.operators),
                union(relations, other.relations),
                union(types, other.types));
    }

    private static Set<Long> union(Set<Long> one, Set<Long> other) {
        Set<Long> both = new HashSet<>(one);
        both.addAll(other);
        return both;
    }

    private static boolean isFieldName(char c) {
        return (c >= 'a' && c <= 'z') || c == '_';
    }

    /// One number, or a list of oids in parentheses: `(o 96 98)`.
    private static void numbers(String tree, int start, Set<Long> found) {
        int at = start;
        while (at < tree.length() && " (o".indexOf(tree.charAt(at)) >= 0) {
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
