package dev.holdfast.sql.analysis;

import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.parser.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds which columns a reference may read. Where the catalog does not tell whose column it is, it is
/// a column of everything that it could belong to; where a name may stand for a whole row, all are read.
final class ColumnReferences {
    /// Columns that every table has.
    static final Set<String> OF_EVERY_TABLE =
            Set.of("ctid", "tableoid", "xmin", "xmax", "cmin", "cmax");

    /// Functions and types of PostgreSQL that take a whole row: `students.row_to_json` calls one, where
    /// the table has no such column.
    private static final Set<String> OF_ROWS =
            Set.of(
                    "array_agg",
                    "any_value",
                    "bpchar",
                    "concat",
                    "count",
                    "first_value",
                    "hash_record",
                    "json_agg",
                    "json_agg_strict",
                    "json_build_array",
                    "jsonb_agg",
                    "jsonb_agg_strict",
                    "jsonb_build_array",
                    "last_value",
                    "max",
                    "min",
                    "mode",
                    "name",
                    "num_nonnulls",
                    "num_nulls",
                    "pg_column_size",
                    "quote_literal",
                    "quote_nullable",
                    "record_out",
                    "record_send",
                    "row_to_json",
                    "text",
                    "to_json",
                    "to_jsonb",
                    "varchar");

    private final Work work;

    ColumnReferences(Work work) {
        this.work = work;
    }

    /// A reference that stands in an expression.
    ///
    /// @param scope null where there is nothing that it could refer to
    void read(Node columnRef, @Nullable Scope scope) {
        if (scope == null || work.exhausted()) {
            return;
        }
        List<Node> fields = columnRef.nodes("fields");
        Node last = fields.getLast();
        String column = last.is("String") ? last.text("sval") : "";
        if (fields.size() > 1) {
            String qualifier = text(fields.get(fields.size() - 2));
            String schema = fields.size() > 2 ? text(fields.get(fields.size() - 3)) : "";
            qualified(schema, qualifier, column, scope);
        } else if (column.isEmpty()) {
            everything(scope);
        } else {
            unqualified(column, scope);
        }
    }

    /// `USING (column)`, between the sources of a join.
    void using(String column, List<Source> sides) {
        for (Source source : sides) {
            work.spend(1);
            for (RelationUse use : source.relations()) {
                if (mayHave(source, use, column)) {
                    column(source, use, column);
                }
            }
        }
    }

    /// `NATURAL JOIN`: every name that two sides share.
    void natural(List<Source> sides) {
        Map<String, Integer> shared = new HashMap<>();
        boolean known = true;
        for (Source source : sides) {
            for (RelationUse use : source.relations()) {
                Relation relation = use.relation();
                known &= relation != null && source.columnAliases().isEmpty();
                if (relation != null) {
                    relation.columns().forEach(each -> shared.merge(each.name(), 1, Integer::sum));
                    work.spend(relation.columns().size());
                }
            }
            known &= !source.relations().isEmpty() || source.members() > 0;
        }
        for (Source source : sides) {
            for (RelationUse use : source.relations()) {
                Relation relation = use.relation();
                if (!known || relation == null) {
                    use.everyColumn(Operation.READ);
                    continue;
                }
                for (Relation.Column each : relation.columns()) {
                    if (shared.getOrDefault(each.name(), 0) > 1) {
                        use.column(Operation.READ, each.name());
                    }
                }
            }
        }
    }

    /// `*`: every column of everything at this level.
    private void everything(Scope scope) {
        for (Scope each = scope; each != null; each = each.outer()) {
            for (Source source : each.sources()) {
                work.spend(1);
                wholeRow(source);
            }
            if (!each.starReachesOut()) {
                return;
            }
        }
    }

    private void qualified(String schema, String qualifier, String column, Scope scope) {
        for (Scope each = scope; each != null; each = each.outer()) {
            List<Source> sources = each.sources();
            boolean found = false;
            work.spend(1 + sources.size());
            for (int i = 0; i < sources.size(); i++) {
                Source source = sources.get(i);
                if (source.answersTo(schema, qualifier)) {
                    found = true;
                    of(sources, i, column);
                }
            }
            if (found || work.exhausted()) {
                return;
            }
        }
        // Nothing has this name as far as it was understood: anything may be meant.
        for (Scope each = scope; each != null; each = each.outer()) {
            each.sources().forEach(this::wholeRow);
            work.spend(1 + each.sources().size());
        }
    }

    private void of(List<Source> sources, int index, String column) {
        Source source = sources.get(index);
        if (source.members() == 0) {
            of(source, column);
            return;
        }
        work.spend(source.members());
        boolean renamed = source.columnAliases().contains(column);
        for (Source member : sources.subList(index - source.members(), index)) {
            if (column.isEmpty() || renamed) {
                wholeRow(member);
            } else {
                for (RelationUse use : member.relations()) {
                    if (mayHave(member, use, column)) {
                        column(member, use, column);
                    }
                }
            }
        }
    }

    private void of(Source source, String column) {
        if (column.isEmpty()) {
            wholeRow(source);
            return;
        }
        for (RelationUse use : source.relations()) {
            column(source, use, column);
        }
    }

    private void unqualified(String column, Scope scope) {
        if (!scope.first(column)) {
            return;
        }
        boolean sure = false;
        for (Scope each = scope; each != null; each = each.outer()) {
            List<Source> sources = each.sources();
            work.spend(1 + sources.size());
            for (int i = 0; i < sources.size(); i++) {
                Source source = sources.get(i);
                if (source.members() > 0) {
                    renamedByJoin(sources, i, column);
                } else {
                    sure |= possibly(source, column);
                }
            }
            if (work.exhausted()) {
                return;
            }
        }
        if (!sure) {
            unknown(column, scope);
        }
    }

    /// Notes a column for the relations of a source that have it, and for those of which nothing is
    /// known.
    ///
    /// @return whether it is sure that the source has such a column
    private static boolean possibly(Source source, String column) {
        boolean sure = !source.relations().isEmpty();
        for (RelationUse use : source.relations()) {
            String real = realName(source, use, column);
            if (real != null) {
                use.column(Operation.READ, real);
                continue;
            }
            sure = false;
            if (use.relation() == null) {
                if (source.columnAliases().contains(column)) {
                    use.everyColumn(Operation.READ);
                } else {
                    use.column(Operation.READ, column);
                }
            }
        }
        return sure;
    }

    private void renamedByJoin(List<Source> sources, int index, String column) {
        if (sources.get(index).columnAliases().contains(column)) {
            of(sources, index, column);
        }
    }

    /// A name that nothing is known to have: a whole row where something has this name, or a column
    /// that the catalog does not show yet.
    private void unknown(String column, Scope scope) {
        for (Scope each = scope; each != null; each = each.outer()) {
            List<Source> sources = each.sources();
            work.spend(1 + sources.size());
            for (int i = 0; i < sources.size(); i++) {
                Source source = sources.get(i);
                if (source.answersTo("", column)) {
                    of(sources, i, "");
                }
                for (RelationUse use : source.relations()) {
                    use.column(Operation.READ, column);
                }
            }
        }
    }

    private void wholeRow(Source source) {
        for (RelationUse use : source.relations()) {
            use.everyColumn(Operation.READ);
        }
    }

    private static void column(Source source, RelationUse use, String column) {
        String real = realName(source, use, column);
        if (real != null) {
            use.column(Operation.READ, real);
        } else if (use.relation() != null
                || OF_ROWS.contains(column)
                || !source.columnAliases().isEmpty()) {
            // No column, hence a function of the whole row; or not known which column.
            use.everyColumn(Operation.READ);
        } else {
            use.column(Operation.READ, column);
        }
    }

    private static boolean mayHave(Source source, RelationUse use, String column) {
        return use.relation() == null || realName(source, use, column) != null;
    }

    /// What the catalog calls a column of a source; null where the source has no such column, or where
    /// the catalog does not know it.
    static @Nullable String realName(Source source, RelationUse use, String column) {
        Relation relation = use.relation();
        if (relation == null) {
            return null;
        }
        if (OF_EVERY_TABLE.contains(column)) {
            return column;
        }
        List<Relation.Column> columns = relation.columns();
        List<String> aliases = source.columnAliases();
        if (aliases.isEmpty()) {
            return relation.hasColumn(column) ? column : null;
        }
        for (int i = 0; i < columns.size(); i++) {
            String known = i < aliases.size() ? aliases.get(i) : columns.get(i).name();
            if (known.equals(column)) {
                return columns.get(i).name();
            }
        }
        return null;
    }

    private static String text(Node field) {
        return field.is("String") ? field.text("sval") : "";
    }
}
