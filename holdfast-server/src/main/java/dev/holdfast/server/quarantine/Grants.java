package dev.holdfast.server.quarantine;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes away what others than the owner may do, so that it can be given back.
final class Grants {
    private static final String ON_RELATION =
            """
            SELECT a.grantor = c.relowner, a.grantor::regrole, g.name, a.privilege_type,
                   a.is_grantable, ''
            FROM pg_class c, aclexplode(c.relacl) a,
                 LATERAL (SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC'
                                      ELSE a.grantee::regrole::text END) AS g(name)
            WHERE c.oid = ?::oid AND a.grantee <> c.relowner
            UNION ALL
            SELECT a.grantor = c.relowner, a.grantor::regrole, g.name, a.privilege_type,
                   a.is_grantable, quote_ident(t.attname)
            FROM pg_class c
                 JOIN pg_attribute t ON t.attrelid = c.oid AND NOT t.attisdropped,
                 aclexplode(t.attacl) a,
                 LATERAL (SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC'
                                      ELSE a.grantee::regrole::text END) AS g(name)
            WHERE c.oid = ?::oid AND a.grantee <> c.relowner
            ORDER BY 6, 3, 4
            """;
    private static final String ON_SCHEMA =
            """
            SELECT a.grantor = n.nspowner, a.grantor::regrole, g.name, a.privilege_type,
                   a.is_grantable, ''
            FROM pg_namespace n, aclexplode(n.nspacl) a,
                 LATERAL (SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC'
                                      ELSE a.grantee::regrole::text END) AS g(name)
            WHERE n.nspname = ? AND a.grantee <> n.nspowner
            ORDER BY 6, 3, 4
            """;

    private Grants() {}

    /// Revokes all on a relation, its columns included.
    static void revokeOnRelation(OwnerSession session, Relations.Found relation, Plan plan)
            throws SQLException, ChangeRefusedException {
        String object = (relation.kind() == 'S' ? "SEQUENCE " : "TABLE ") + relation.sql();
        String oid = Long.toString(relation.oid());
        revoke(session, object, session.rows(ON_RELATION, oid, oid), plan);
    }

    /// Revokes all on a schema.
    static void revokeOnSchema(OwnerSession session, String schema, Plan plan)
            throws SQLException, ChangeRefusedException {
        revoke(session, "SCHEMA " + Sql.quoted(schema), session.rows(ON_SCHEMA, schema), plan);
    }

    private static void revoke(
            OwnerSession session, String object, List<List<@Nullable String>> rows, Plan plan)
            throws SQLException, ChangeRefusedException {
        Set<String> grantees = new LinkedHashSet<>();
        Map<String, List<String>> given = new LinkedHashMap<>();
        for (List<@Nullable String> row : rows) {
            if (!OwnerSession.text(row, 0).equals("t")) {
                throw DestroyRefusals.notCoveredHere(
                        object,
                        "a right on it was granted by "
                                + OwnerSession.text(row, 1)
                                + ", who is not its owner",
                        "The owner grants it instead.");
            }
            String column = OwnerSession.text(row, 5);
            String grantee = OwnerSession.text(row, 2);
            grantees.add(grantee);
            String end =
                    " ON "
                            + object
                            + " TO "
                            + grantee
                            + (OwnerSession.text(row, 4).equals("t") ? " WITH GRANT OPTION" : "");
            given.computeIfAbsent(end, _ -> new ArrayList<>())
                    .add(OwnerSession.text(row, 3) + (column.isEmpty() ? "" : " (" + column + ")"));
        }
        given.forEach((end, privileges) ->
                plan.undoneBy(
                        new Step(
                                "grant on " + object + " again",
                                "GRANT " + String.join(", ", privileges) + end)));
        for (String grantee : grantees) {
            session.execute("REVOKE ALL ON " + object + " FROM " + grantee + " CASCADE");
        }
    }
}
