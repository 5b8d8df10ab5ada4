package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thing that stands in FROM, or that a statement changes, under the name that the rest of the
/// statement knows it by.
///
/// @param name its alias, or the relation's own name; empty where it has none
/// @param schema the schema that was written before the relation's name; empty where none was
/// @param aliased whether [#name] is an alias, so that `schema.name` does not mean it
/// @param relations the relations that it may be; empty for what has no rows of its own, such as a
///     sub-select, a function or a CTE, whose own reading is counted where it stands
/// @param columnAliases new names for its columns, from the first on
/// @param node where it stands, for what must be known besides; null for OLD, NEW and EXCLUDED
/// @param members how many sources right before it it names together: those of a join with an alias
record Source(
        String name,
        String schema,
        boolean aliased,
        List<RelationUse> relations,
        List<String> columnAliases,
        @Nullable Node node,
        int members) {

    static Source ofRelation(Node rangeVar, List<RelationUse> relations) {
        Node alias = rangeVar.node("alias");
        return new Source(
                alias == null ? rangeVar.text("relname") : alias.text("aliasname"),
                rangeVar.text("schemaname"),
                alias != null,
                relations,
                alias == null ? List.of() : Names.parts(alias.nodes("colnames")),
                rangeVar,
                0);
    }

    /// Another name for the rows of a relation.
    static Source named(String name, List<RelationUse> relations) {
        return new Source(name, "", true, relations, List.of(), null, 0);
    }

    /// Something without rows of its own.
    static Source opaque(String name, @Nullable Node node) {
        return new Source(name, "", true, List.of(), List.of(), node, 0);
    }

    static Source ofJoin(Node alias, int members) {
        return new Source(
                alias.text("aliasname"),
                "",
                true,
                List.of(),
                Names.parts(alias.nodes("colnames")),
                null,
                members);
    }

    /// Whether `qualifier.column` means a column of this.
    ///
    /// @param qualifierSchema empty where none was written
    boolean answersTo(String qualifierSchema, String qualifier) {
        if (!name.equals(qualifier)) {
            return false;
        }
        // schema.table.column fits a table that was named without its schema, too.
        return qualifierSchema.isEmpty()
                || (!aliased && (schema.isEmpty() || schema.equals(qualifierSchema)));
    }
}
