package dev.holdfast.sql.catalog;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Where the columns of a view come from, so far as a write to the view can pass through it.
///
/// @param base the first relation that the view's query names: of a view that PostgreSQL updates by
///     itself the only one in its FROM; 0 where there is none
/// @param origins the numbers of the base's columns that the view's column of this name may show; columns
///     that are computed are not in it
public record ViewColumns(long base, Map<String, Set<Integer>> origins) {
    private static final String NAME = ":resname ";

    public ViewColumns {
        Map<String, Set<Integer>> copy = new HashMap<>();
        origins.forEach((name, numbers) -> copy.put(name, Set.copyOf(numbers)));
        origins = Map.copyOf(copy);
    }

    /// Reads the query of a view from the text of its `pg_node_tree`.
    public static ViewColumns in(String tree, long view) {
        long base = 0;
        for (int at = tree.indexOf(":relid "); at >= 0 && base == 0; ) {
            long relation = number(tree, at + ":relid ".length());
            base = relation == view ? 0 : relation;
            at = tree.indexOf(":relid ", at + 1);
        }
        Map<String, Set<Integer>> origins = new HashMap<>();
        for (int at = tree.indexOf(NAME); at >= 0; at = tree.indexOf(NAME, at + 1)) {
            int end = at + NAME.length();
            StringBuilder name = new StringBuilder();
            while (end < tree.length() && tree.charAt(end) != ' ') {
                if (tree.charAt(end) == '\\' && end + 1 < tree.length()) {
                    end++;
                }
                name.append(tree.charAt(end));
                end++;
            }
            long table = after(tree, ":resorigtbl ", end);
            int column = (int) after(tree, ":resorigcol ", end);
            if (base != 0 && table == base && column > 0) {
                // Of a sub-select's columns with the same name one too many may stay.
                origins.computeIfAbsent(name.toString(), _ -> new HashSet<>(1)).add(column);
            }
        }
        return new ViewColumns(base, origins);
    }

    private static long after(String tree, String field, int from) {
        int at = tree.indexOf(field, from);
        return at < 0 ? 0 : number(tree, at + field.length());
    }

    private static long number(String tree, int from) {
        long number = 0;
        for (int at = from; at < tree.length() && Character.isDigit(tree.charAt(at)); at++) {
            number = number * 10 + (tree.charAt(at) - '0');
        }
        return number;
    }
}
