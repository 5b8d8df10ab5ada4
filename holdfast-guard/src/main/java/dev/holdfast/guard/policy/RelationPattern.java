package dev.holdfast.guard.policy;

import java.util.List;

/// Which relations are meant: `public.orders`, `public.test_*`, `*.orders`, `public."Order"`.
///
/// A star stands for any characters within its part, and not for PostgreSQL's own schemas
/// (`pg_catalog`, `information_schema`, `pg_toast`): these are meant only where they are written out.
public final class RelationPattern {
    static final String EXPECTATION = "schema.name, where * stands for any characters of its part";

    private final String text;
    private final NamePattern schema;
    private final NamePattern name;

    private RelationPattern(String text, NamePattern schema, NamePattern name) {
        this.text = text;
        this.schema = schema;
        this.name = name;
    }

    /// Reads a pattern.
    ///
    /// @throws IllegalArgumentException with what is wrong and what is expected
    public static RelationPattern of(String text) {
        List<NamePattern> parts = DottedText.patterns(text, 2, EXPECTATION);
        return new RelationPattern(text, parts.get(0), parts.get(1));
    }

    /// Whether it stands for one relation only.
    public boolean literal() {
        return schema.literal() && name.literal();
    }

    /// Whether it stands for every relation of every schema.
    boolean everything() {
        return schema.any() && name.any();
    }

    /// Whether it means a relation.
    ///
    /// @param schemaName the schema's name, without quotes; empty where it is not known: then only a
    ///     pattern for every schema means it
    /// @param relationName the relation's name, without quotes
    public boolean matches(String schemaName, String relationName) {
        return matches(new RelationName(schemaName, relationName));
    }

    /// Whether it grants a relation.
    boolean matches(RelationName relation) {
        return name.matches(relation.name())
                && (relation.system()
                        ? schema.literal() && schema.matches(relation.schema())
                        : schema.matches(relation.schema()) && (known(relation) || schema.any()));
    }

    /// Whether it may mean a relation: one whose schema is not known may stand in any.
    boolean mayMatch(RelationName relation) {
        return known(relation) ? matches(relation) : name.matches(relation.name());
    }

    private static boolean known(RelationName relation) {
        return !relation.schema().isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelationPattern pattern && pattern.text.equals(text);
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
