package dev.holdfast.server.quarantine;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// What the catalog says of relations, a line for each thing, so that before and after can be compared.
/// Numbers that change when something is made anew are left out.
final class Facts {
    private static final String LINES =
            """
            WITH r AS (SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
                       WHERE c.oid = ANY (?))
            SELECT line FROM (
              SELECT concat_ws('|', 'relation', name, relkind, relowner::regrole, relpersistence,
                  relrowsecurity, relforcerowsecurity, reloptions, relreplident, relispartition,
                  pg_get_expr(relpartbound, oid), pg_get_partkeydef(oid), relam, reltablespace,
                  relhastriggers AND EXISTS (SELECT FROM pg_trigger t WHERE tgrelid = r.oid),
                  CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END) FROM r
              UNION ALL SELECT concat_ws('|', 'grant', name, a.grantor::regrole,
                  a.grantee::regrole, a.privilege_type, a.is_grantable)
                FROM r, aclexplode(coalesce(relacl, acldefault(
                  CASE WHEN relkind = 'S' THEN 's' ELSE 'r' END::"char", relowner))) a
              UNION ALL SELECT concat_ws('|', 'column', name, attname,
                  format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
                  attcollation, attstorage, attcompression, nullif(attstattarget, -1), attoptions,
                  attislocal, attinhcount, pg_get_expr(adbin, adrelid))
                FROM r JOIN pg_attribute a ON attrelid = r.oid AND attnum > 0 AND NOT attisdropped
                LEFT JOIN pg_attrdef ON adrelid = r.oid AND adnum = attnum
              UNION ALL SELECT concat_ws('|', 'column grant', name, attname, x.grantor::regrole,
                  x.grantee::regrole, x.privilege_type, x.is_grantable)
                FROM r JOIN pg_attribute ON attrelid = r.oid AND NOT attisdropped,
                  aclexplode(attacl) x
              UNION ALL SELECT concat_ws('|', 'constraint', conrelid::regclass,
                  confrelid::regclass, conname, pg_get_constraintdef(oid), convalidated,
                  coninhcount, conislocal) FROM pg_constraint
                WHERE conrelid IN (SELECT oid FROM r) OR confrelid IN (SELECT oid FROM r)
              UNION ALL SELECT concat_ws('|', 'index', name, pg_get_indexdef(indexrelid),
                  indisclustered, indisreplident, indisvalid)
                FROM r JOIN pg_index ON indrelid = r.oid
              UNION ALL SELECT concat_ws('|', 'trigger', name, pg_get_triggerdef(t.oid), tgenabled)
                FROM r JOIN pg_trigger t ON tgrelid = r.oid WHERE NOT tgisinternal
              UNION ALL SELECT concat_ws('|', 'rule', name, pg_get_ruledef(w.oid), ev_enabled)
                FROM r JOIN pg_rewrite w ON ev_class = r.oid
              UNION ALL SELECT concat_ws('|', 'policy', name, polname, polcmd, polpermissive,
                  polroles::regrole[], pg_get_expr(polqual, polrelid),
                  pg_get_expr(polwithcheck, polrelid)) FROM r JOIN pg_policy ON polrelid = r.oid
              UNION ALL SELECT concat_ws('|', 'parent', name, inhparent::regclass)
                FROM r JOIN pg_inherits ON inhrelid = r.oid
              UNION ALL SELECT concat_ws('|', 'statistics', name, pg_get_statisticsobjdef(s.oid),
                  stxowner::regrole) FROM r JOIN pg_statistic_ext s ON stxrelid = r.oid
              UNION ALL SELECT concat_ws('|', 'comment', name, CASE WHEN objsubid > 0 THEN
                  (SELECT attname FROM pg_attribute WHERE attrelid = objoid AND attnum = objsubid)
                  END, description) FROM r JOIN pg_description ON objoid = r.oid
                  AND classoid = 'pg_class'::regclass
              UNION ALL SELECT concat_ws('|', 'comment', k.conrelid::regclass, k.conname,
                  description) FROM pg_constraint k JOIN pg_description ON objoid = k.oid
                  AND classoid = 'pg_constraint'::regclass WHERE k.conrelid IN (SELECT oid FROM r)
                  OR k.confrelid IN (SELECT oid FROM r)
              UNION ALL SELECT concat_ws('|', 'comment', indexrelid::regclass, description)
                FROM r JOIN pg_index ON indrelid = r.oid JOIN pg_description
                  ON objoid = indexrelid AND classoid = 'pg_class'::regclass
              UNION ALL SELECT concat_ws('|', 'type', name, t.typname, t.typnamespace::regnamespace,
                  t.typowner::regrole, t.typacl) FROM r JOIN pg_type t ON t.typrelid = r.oid
              UNION ALL SELECT concat_ws('|', 'sequence', name, sc.oid::regclass,
                  sc.relowner::regrole) FROM r JOIN pg_depend d ON d.refobjid = r.oid
                  AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
                  AND d.deptype IN ('a', 'i') JOIN pg_class sc ON sc.oid = d.objid
                  AND sc.relkind = 'S'
              UNION ALL SELECT concat_ws('|', 'sequence grant', sc.oid::regclass,
                  x.grantee::regrole, x.privilege_type, x.is_grantable)
                FROM r JOIN pg_depend d ON d.refobjid = r.oid
                  AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_class'::regclass
                  AND d.deptype IN ('a', 'i') JOIN pg_class sc ON sc.oid = d.objid
                  AND sc.relkind = 'S', aclexplode(sc.relacl) x
              UNION ALL SELECT concat_ws('|', 'published', name, prpubid) FROM r
                JOIN pg_publication_rel ON prrelid = r.oid
              UNION ALL SELECT concat_ws('|', 'label', name, provider, objsubid, label) FROM r
                JOIN pg_seclabel ON objoid = r.oid AND classoid = 'pg_class'::regclass
            ) AS lines (line) ORDER BY line
            """;

    private Facts() {}

    static List<String> of(OwnerSession session, Collection<Long> relations) throws SQLException {
        return session.column(LINES, relations);
    }

    /// The first thing that is not as it was, in words; empty where all is.
    static String difference(List<String> before, List<String> after) {
        List<String> missing = new ArrayList<>(before);
        after.forEach(missing::remove);
        List<String> added = new ArrayList<>(after);
        before.forEach(added::remove);
        if (missing.isEmpty() && added.isEmpty()) {
            return "";
        }
        String line = (missing.isEmpty() ? added : missing).getFirst();
        String[] parts = line.split("\\|", 3);
        return "the %s of %s is not what it was"
                .formatted(parts[0], parts.length > 1 ? parts[1] : "");
    }
}
