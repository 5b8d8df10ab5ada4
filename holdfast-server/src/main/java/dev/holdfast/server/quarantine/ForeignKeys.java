package dev.holdfast.server.quarantine;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Foreign keys between what goes into the quarantine and what does not. They are dropped, as the DROP
/// would have: kept, they would stop deletes in the other table, or let them delete what is kept.
final class ForeignKeys {
    private static final String CROSSING =
            """
            SELECT conrelid::regclass, quote_ident(conname), pg_get_constraintdef(oid),
                   obj_description(oid, 'pg_constraint')
            FROM pg_constraint
            WHERE contype = 'f' AND conparentid = 0
              AND (conrelid = ANY (?)) <> (confrelid = ANY (?))
            ORDER BY 1, 2
            """;

    private ForeignKeys() {}

    static void drop(OwnerSession session, Collection<Long> relations, Plan plan)
            throws SQLException {
        for (List<@Nullable String> row : session.rows(CROSSING, relations, relations)) {
            String table = OwnerSession.text(row, 0);
            String name = OwnerSession.text(row, 1);
            session.execute("ALTER TABLE " + table + " DROP CONSTRAINT " + name);
            if (row.get(3) != null) {
                plan.undoneBy(
                        new Step(
                                "put back the comment of " + name,
                                "COMMENT ON CONSTRAINT "
                                        + name
                                        + " ON "
                                        + table
                                        + " IS "
                                        + Sql.literal(OwnerSession.text(row, 3))));
            }
            plan.undoneBy(
                    new Step(
                            "put back the foreign key " + name + " of " + table,
                            "ALTER TABLE "
                                    + table
                                    + " ADD CONSTRAINT "
                                    + name
                                    + " "
                                    + OwnerSession.text(row, 2)));
        }
    }
}
