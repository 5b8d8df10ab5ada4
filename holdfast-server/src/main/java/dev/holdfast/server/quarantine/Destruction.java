package dev.holdfast.server.quarantine;

import java.util.List;

/// What a statement would destroy, read from its syntax tree.
sealed interface Destruction {

    /// What PostgreSQL answers to the statement.
    String commandTag();

    /// Whether the rows stay, and lose something each.
    default boolean keepsRows() {
        return this instanceof DropColumn || this instanceof AlterColumnType;
    }

    /// A relation by its full name.
    record Name(String schema, String name) {
        String sql() {
            return Sql.quoted(schema, name);
        }
    }

    /// `TRUNCATE`.
    ///
    /// @param whole tables with everything that inherits from them
    /// @param only tables alone
    record Truncate(List<Name> whole, List<Name> only, boolean cascade, boolean restartIdentity)
            implements Destruction {
        @Override
        public String commandTag() {
            return "TRUNCATE TABLE";
        }
    }

    /// `DROP TABLE`, `DROP VIEW`, `DROP MATERIALIZED VIEW`, `DROP SEQUENCE`.
    ///
    /// @param kind as the command names it: `TABLE`
    /// @param ifExists whether what does not exist is passed over
    record DropRelations(String kind, List<Name> names, boolean ifExists, boolean cascade)
            implements Destruction {
        @Override
        public String commandTag() {
            return "DROP " + kind;
        }
    }

    /// `DROP SCHEMA`.
    record DropSchemas(List<String> names, boolean ifExists, boolean cascade)
            implements Destruction {
        @Override
        public String commandTag() {
            return "DROP SCHEMA";
        }
    }

    /// `ALTER TABLE … DROP COLUMN`.
    record DropColumn(Name table, String column, boolean cascade) implements Destruction {
        @Override
        public String commandTag() {
            return "ALTER TABLE";
        }
    }

    /// `ALTER TABLE … ALTER COLUMN … TYPE …`.
    ///
    /// @param type the new type as SQL writes it; one of PostgreSQL's own
    /// @param cast by which types the old value goes before it is assigned, in their order: those of
    ///     `USING column::a::b`
    record AlterColumnType(Name table, String column, String type, List<String> cast)
            implements Destruction {
        @Override
        public String commandTag() {
            return "ALTER TABLE";
        }
    }
}
