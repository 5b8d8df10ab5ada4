package dev.holdfast.guard.policy;

import java.util.List;

/// Which columns are meant: `public.students.email`, `*.*.password*`. Parts and stars are as in
/// [RelationPattern].
public final class ColumnPattern {
    static final String EXPECTATION =
            "schema.relation.column, where * stands for any characters of its part";

    private final String text;
    private final NamePattern schema;
    private final NamePattern name;
    private final NamePattern column;

    private ColumnPattern(String text, NamePattern schema, NamePattern name, NamePattern column) {
        this.text = text;
        this.schema = schema;
        this.name = name;
        this.column = column;
    }

    /// Reads a pattern.
    ///
    /// @throws IllegalArgumentException with what is wrong and what is expected
    public static ColumnPattern of(String text) {
        List<NamePattern> parts = DottedText.patterns(text, 3, EXPECTATION);
        return new ColumnPattern(text, parts.get(0), parts.get(1), parts.get(2));
    }

    /// Whether it may mean columns of a relation: one whose schema is not known may stand in any.
    boolean mayConcern(RelationName relation) {
        return name.matches(relation.name())
                && (relation.schema().isEmpty()
                        || (schema.matches(relation.schema())
                                && (!relation.system() || schema.literal())));
    }

    /// Whether it means a column of a relation that is known.
    public boolean matches(String schemaName, String relationName, String columnName) {
        return mayConcern(new RelationName(schemaName, relationName)) && matchesColumn(columnName);
    }

    /// Whether it means a column of a relation that it concerns.
    boolean matchesColumn(String columnName) {
        return column.matches(columnName);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ColumnPattern pattern && pattern.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// As it was written.
    @Override
    public String toString() {
        return text;
    }
}
