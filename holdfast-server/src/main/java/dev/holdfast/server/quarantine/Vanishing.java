package dev.holdfast.server.quarantine;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a DROP takes with it, by PostgreSQL itself: the statement is run, what is gone is looked up, and
/// the statement is undone. Everything that can depend, or be depended on, is in `pg_depend`; schemas and
/// relations are looked up in their own catalogs, too.
final class Vanishing {
    private static final String OBJECTS =
            """
            SELECT classid || ' ' || objid || ' ' || objsubid FROM pg_depend
            UNION SELECT 'pg_class'::regclass::oid || ' ' || oid || ' 0' FROM pg_class
            UNION SELECT 'pg_namespace'::regclass::oid || ' ' || oid || ' 0' FROM pg_namespace
            """;

    /// What an object is, and the relation and schema that it belongs to.
    private static final String DESCRIBED =
            """
            SELECT v.c::regclass::text, v.o, v.s,
                   coalesce(i.type || ' ' || i.identity, 'something in ' || v.c::regclass),
                   h.home, coalesce(n.nspname, i.schema, (SELECT sn.nspname FROM pg_default_acl da
                     JOIN pg_namespace sn ON sn.oid = da.defaclnamespace
                     WHERE v.c = 'pg_default_acl'::regclass AND da.oid = v.o), ''),
                   coalesce(r.relkind::text, ''), f.confrelid, f.conrelid,
                   coalesce(n.nspname = 'pg_toast' OR i.schema = 'pg_toast', false)
            FROM (SELECT a[1]::oid AS c, a[2]::oid AS o, a[3]::int AS s
                  FROM (SELECT string_to_array(line, ' ') AS a
                        FROM unnest(string_to_array(?, ',')) AS line) AS parts) AS v
            LEFT JOIN LATERAL pg_identify_object(v.c, v.o, v.s) AS i ON true
            LEFT JOIN pg_class r ON v.c = 'pg_class'::regclass AND r.oid = v.o
            LEFT JOIN pg_trigger t ON v.c = 'pg_trigger'::regclass AND t.oid = v.o
            LEFT JOIN pg_constraint f ON f.contype = 'f' AND f.oid =
                 CASE WHEN v.c = 'pg_constraint'::regclass THEN v.o ELSE t.tgconstraint END
            LEFT JOIN LATERAL (SELECT coalesce(
                 (SELECT indrelid FROM pg_index WHERE v.c = 'pg_class'::regclass
                    AND indexrelid = v.o),
                 (SELECT d.refobjid FROM pg_depend d WHERE v.c = 'pg_class'::regclass
                    AND r.relkind = 'S' AND d.classid = v.c AND d.objid = v.o
                    AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
                    AND d.refobjsubid > 0),
                 r.oid, t.tgrelid,
                 (SELECT conrelid FROM pg_constraint WHERE v.c = 'pg_constraint'::regclass
                    AND oid = v.o AND conrelid <> 0),
                 (SELECT adrelid FROM pg_attrdef WHERE v.c = 'pg_attrdef'::regclass AND oid = v.o),
                 (SELECT ev_class FROM pg_rewrite WHERE v.c = 'pg_rewrite'::regclass AND oid = v.o),
                 (SELECT polrelid FROM pg_policy WHERE v.c = 'pg_policy'::regclass AND oid = v.o),
                 (SELECT stxrelid FROM pg_statistic_ext
                    WHERE v.c = 'pg_statistic_ext'::regclass AND oid = v.o),
                 (SELECT nullif(coalesce(nullif(ty.typrelid, 0), el.typrelid), 0)
                    FROM pg_type ty LEFT JOIN pg_type el ON el.typarray = ty.oid
                    WHERE v.c = 'pg_type'::regclass AND ty.oid = v.o))) AS h(home) ON true
            LEFT JOIN pg_class hr ON hr.oid = h.home
            LEFT JOIN pg_namespace n ON n.oid = hr.relnamespace
            ORDER BY 1, 4
            """;

    private Vanishing() {}

    /// An object that would be gone.
    ///
    /// @param key its catalog, its number and, for a column, its place
    /// @param catalog where it is described: `pg_class`
    /// @param column its place in the relation; 0 where it is no column
    /// @param name what it is, as a person reads it: `view shop.recent`
    /// @param relation the relation that it is, or is a part of; 0 where there is none
    /// @param schema where it is; empty where it is in none
    /// @param kind `relkind` of a relation; empty for others
    /// @param referenced the other table of a foreign key, or of its trigger; 0 for others
    /// @param referencing the table that has the foreign key; 0 for others
    /// @param toast whether it is a part of how PostgreSQL keeps long values
    record Gone(
            String key,
            String catalog,
            long oid,
            int column,
            String name,
            long relation,
            String schema,
            String kind,
            long referenced,
            long referencing,
            boolean toast) {

        /// A relation that has rows, a definition or a state of its own, which nothing else brings.
        boolean independent() {
            return catalog.equals("pg_class")
                    && column == 0
                    && relation == oid
                    && !toast
                    && "rpvmSf".contains(kind);
        }

        /// A foreign key between a relation of the set and one outside, or what enforces it.
        boolean foreignKeyOf(Set<Long> relations) {
            return referenced != 0
                    && (relations.contains(referenced) || relations.contains(referencing));
        }
    }

    /// What would be gone.
    ///
    /// @throws SQLException if PostgreSQL refuses the statement
    static List<Gone> of(OwnerSession session, String drop) throws SQLException {
        Set<String> before = new HashSet<>(session.column(OBJECTS));
        before.removeAll(
                session.rehearse(() -> {
                    session.execute(drop);
                    return new HashSet<>(session.column(OBJECTS));
                }));
        // What others dropped meanwhile, their temporary tables above all, does not come back.
        before.retainAll(new HashSet<>(session.column(OBJECTS)));
        return described(session, before);
    }

    private static List<Gone> described(OwnerSession session, Collection<String> keys)
            throws SQLException {
        List<Gone> gone = new ArrayList<>();
        for (List<@Nullable String> row :
                session.rows(DESCRIBED, String.join(",", new TreeSet<>(keys)))) {
            String oid = OwnerSession.text(row, 1);
            String column = OwnerSession.text(row, 2);
            gone.add(
                    new Gone(
                            OwnerSession.text(row, 0) + " " + oid + " " + column,
                            OwnerSession.text(row, 0),
                            Long.parseLong(oid),
                            Integer.parseInt(column),
                            OwnerSession.text(row, 3),
                            number(row, 4),
                            OwnerSession.text(row, 5),
                            OwnerSession.text(row, 6),
                            number(row, 7),
                            number(row, 8),
                            OwnerSession.text(row, 9).equals("t")));
        }
        return gone;
    }

    private static long number(List<@Nullable String> row, int index) {
        String text = OwnerSession.text(row, index);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
