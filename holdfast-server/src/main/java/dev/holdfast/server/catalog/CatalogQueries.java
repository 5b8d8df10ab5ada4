package dev.holdfast.server.catalog;

/// The queries that read a catalog. All names are qualified or found in pg_catalog, which is alone on
/// the search_path when they run.
final class CatalogQueries {
    /// Temporary tables belong to one session and come and go; TOAST tables have no name to speak of.
    private static final String LASTING =
            " NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast|temp_|toast_temp_)')";

    /// A longer body is not read; what it does cannot be foreseen.
    private static final int BODY_LENGTH_MAX = 200_000;

    /// What the path was before it was narrowed, and the paths that roles start with.
    static final String PATH =
            """
            SELECT pg_catalog.current_setting('search_path')
            UNION ALL
            SELECT pg_catalog.substr(s.line, 13) FROM pg_catalog.pg_db_role_setting AS r,
              LATERAL pg_catalog.unnest(r.setconfig) AS s(line)
             WHERE r.setdatabase OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.oid,
               (SELECT d.oid FROM pg_catalog.pg_database d
                 WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())])
               AND pg_catalog.starts_with(s.line, 'search_path=')
            """;

    static final String NARROW = "SET search_path = pg_catalog";

    /// A line for each catalog table. A change adds a row, takes one away, or gives one a later xmin.
    static final String FINGERPRINT =
            """
            SELECT 'namespace', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_namespace
              WHERE nspname !~ '^pg_(toast_)?temp_'
            UNION ALL SELECT 'class', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_class
              WHERE relnamespace %1$s
            UNION ALL SELECT 'attribute', count(*), sum(a.xmin::text::bigint), sum(a.attnum)
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              WHERE a.attrelid >= 16384 AND a.attnum > 0 AND c.relnamespace %1$s
            UNION ALL SELECT 'type', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_type
              WHERE typnamespace %1$s
            UNION ALL SELECT 'proc', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_proc
            UNION ALL SELECT 'rewrite', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_rewrite
            UNION ALL SELECT 'policy', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_policy
            UNION ALL SELECT 'operator', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_operator
            UNION ALL SELECT 'opclass', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_opclass
            UNION ALL SELECT 'amproc', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_amproc
            UNION ALL SELECT 'amop', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_amop
            UNION ALL SELECT 'cast', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_cast
            UNION ALL SELECT 'range', count(*), sum(xmin::text::bigint), sum(rngtypid::bigint) FROM pg_range
            UNION ALL SELECT 'constraint', count(*), sum(xmin::text::bigint), sum(oid::bigint)
              FROM pg_constraint WHERE connamespace %1$s
            UNION ALL SELECT 'trigger', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_trigger
            UNION ALL SELECT 'attrdef', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_attrdef
            UNION ALL SELECT 'inherits', count(*), sum(xmin::text::bigint), sum(inhrelid::bigint) FROM pg_inherits
            UNION ALL SELECT 'extension', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_extension
            UNION ALL SELECT 'member', count(*), sum(xmin::text::bigint), sum(objid::bigint) FROM pg_depend
              WHERE deptype = 'e'
            UNION ALL SELECT 'setting', count(*), sum(xmin::text::bigint), sum(setrole::bigint)
              FROM pg_db_role_setting
            UNION ALL SELECT 'index', count(*), sum(xmin::text::bigint), sum(indexrelid::bigint) FROM pg_index
            UNION ALL SELECT 'partitioned', count(*), sum(xmin::text::bigint), sum(partrelid::bigint)
              FROM pg_partitioned_table
            UNION ALL SELECT 'aggregate', count(*), sum(xmin::text::bigint), sum(aggfnoid::oid::bigint)
              FROM pg_aggregate
            UNION ALL SELECT 'language', count(*), sum(xmin::text::bigint), sum(oid::bigint) FROM pg_language
            UNION ALL SELECT 'event trigger', count(*), sum(xmin::text::bigint), sum(oid::bigint)
              FROM pg_event_trigger
            UNION ALL SELECT 'membership', count(*), sum(xmin::text::bigint), sum(roleid::bigint + member::bigint)
              FROM pg_auth_members
            UNION ALL SELECT 'role', count(*), 0, sum(hashtext(concat_ws(',', oid, rolname, rolsuper, rolinherit,
              rolcanlogin, rolcreaterole, rolbypassrls))) FROM pg_roles
            """
                    .formatted(LASTING);

    static final String SCHEMAS =
            """
            SELECT nspname, nspname IN (SELECT rolname FROM pg_roles), pg_get_userbyid(nspowner),
                   nspacl::text
              FROM pg_namespace
            """;

    static final String ROLES =
            """
            SELECT r.rolname, r.rolsuper, r.rolinherit, r.rolcanlogin, r.rolcreaterole, r.rolbypassrls,
                   array(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                          WHERE m.member = r.oid)
              FROM pg_roles r
            """;

    static final String RELATIONS =
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltype, c.relrowsecurity,
                   pg_get_userbyid(c.relowner), c.relacl::text,
                   EXISTS (SELECT FROM unnest(c.reloptions) o
                            WHERE lower(o) IN ('security_invoker=true', 'security_invoker=on',
                              'security_invoker=yes', 'security_invoker=1')),
                   (SELECT array(SELECT coalesce(a.attname::text, '')
                                   FROM unnest(p.partattrs::int2[]) WITH ORDINALITY AS k(attnum, place)
                                   LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                                  ORDER BY k.place)
                      FROM pg_partitioned_table p WHERE p.partrelid = c.oid AND c.relkind = 'p')
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND c.relnamespace
            """
                    + LASTING;

    /// A column without a default of its own takes that of its domain.
    static final String COLUMNS =
            """
            SELECT a.attrelid, a.attname, a.atttypid, a.attnotnull, a.attnum,
                   CASE WHEN a.attgenerated <> '' THEN a.attgenerated WHEN a.attidentity <> '' THEN 'i'
                        WHEN a.atthasdef OR t.typdefaultbin IS NOT NULL THEN 'd' ELSE '' END,
                   coalesce(d.adbin, t.typdefaultbin)::text, a.attacl::text
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              LEFT JOIN pg_type t ON t.oid = a.atttypid
              LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE a.attnum > 0 AND NOT a.attisdropped
               AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relnamespace %s
             ORDER BY a.attrelid, a.attnum
            """
                    .formatted(LASTING);

    /// What is computed when a row is written; of exclusion constraints the operators too, in a form that
    /// reads like a tree.
    static final String EXPRESSIONS =
            """
            SELECT conrelid, 'check ' || quote_ident(conname), conbin::text FROM pg_constraint
             WHERE contype = 'c' AND conrelid <> 0 AND conbin IS NOT NULL
            UNION ALL
            SELECT conrelid, 'constraint ' || quote_ident(conname),
                   ':opnos (o ' || array_to_string(conexclop, ' ') || ')'
              FROM pg_constraint WHERE contype = 'x'
            UNION ALL
            SELECT i.indrelid, 'index ' || quote_ident(c.relname),
                   coalesce(i.indexprs::text, '') || coalesce(i.indpred::text, '')
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
            UNION ALL
            SELECT partrelid, 'the partition key', partexprs::text FROM pg_partitioned_table
             WHERE partexprs IS NOT NULL
            """;

    static final String FUNCTIONS =
            """
            SELECT p.oid, n.nspname, p.proname, p.proargtypes::text, p.pronargdefaults,
                   p.provariadic <> 0, p.provolatile, l.lanname, p.prosecdef, p.proconfig::text[],
                   e.extname, p.prokind, p.prorettype,
                   CASE WHEN p.oid >= 16384 AND l.lanname IN ('sql', 'plpgsql') AND p.prokind IN ('f', 'p')
                     AND length(p.prosrc) < %d THEN pg_get_functiondef(p.oid) END
              FROM pg_proc p
              JOIN pg_namespace n ON n.oid = p.pronamespace
              JOIN pg_language l ON l.oid = p.prolang
              LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
              LEFT JOIN pg_extension e ON e.oid = d.refobjid
            """
                    .formatted(BODY_LENGTH_MAX);

    static final String AGGREGATES =
            """
            SELECT aggfnoid::oid, ARRAY[aggtransfn::oid, aggfinalfn::oid, aggcombinefn::oid,
                   aggserialfn::oid, aggdeserialfn::oid, aggmtransfn::oid, aggminvtransfn::oid,
                   aggmfinalfn::oid]
              FROM pg_aggregate WHERE aggfnoid >= 16384
            """;

    static final String OPERATORS =
            """
            SELECT o.oid, n.nspname, o.oprname, o.oprleft, o.oprright, o.oprcode::oid
              FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
            """;

    static final String CASTS =
            """
            SELECT oid, castsource, casttarget, castfunc, castcontext = 'i' FROM pg_cast
             WHERE oid >= 16384
            """;

    static final String TYPES =
            """
            SELECT t.oid, n.nspname, t.typname,
                   CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' THEN 'A' ELSE t.typtype END,
                   t.typbasetype, coalesce(r.rngsubtype, m.rngtypid, t.typelem), t.typrelid,
                   t.typcategory = 'S',
                   array(SELECT DISTINCT f FROM unnest(ARRAY[t.typinput::oid, t.typoutput::oid,
                       t.typreceive::oid, t.typsend::oid, t.typmodin::oid, t.typmodout::oid,
                       t.typsubscript::oid, r.rngcanonical::oid, r.rngsubdiff::oid]) f
                     WHERE f >= 16384)
              FROM pg_type t
              JOIN pg_namespace n ON n.oid = t.typnamespace
              LEFT JOIN pg_range r ON r.rngtypid = t.oid
              LEFT JOIN pg_range m ON m.rngmultitypid = t.oid
             WHERE t.typnamespace %s
            """
                    .formatted(LASTING);

    static final String DOMAIN_CHECKS =
            "SELECT contypid, conbin::text FROM pg_constraint WHERE contypid <> 0 AND conbin IS NOT NULL";

    static final String OPERATOR_CLASSES =
            """
            SELECT c.opcintype, p.amproc::oid
              FROM pg_opclass c JOIN pg_amproc p ON p.amprocfamily = c.opcfamily
               AND p.amproclefttype = c.opcintype
             WHERE p.amproc::oid >= 16384
            UNION
            SELECT c.opcintype, o.oprcode::oid
              FROM pg_opclass c JOIN pg_amop a ON a.amopfamily = c.opcfamily
               AND a.amoplefttype = c.opcintype
              JOIN pg_operator o ON o.oid = a.amopopr
             WHERE o.oprcode::oid >= 16384
            """;

    static final String RULES =
            """
            SELECT ev_class, rulename, ev_type, is_instead, ev_action::text, ev_qual::text,
                   ev_enabled IN ('O', 'A')
              FROM pg_rewrite
            """;

    static final String POLICIES =
            """
            SELECT polrelid, polname, polcmd, polqual::text, polwithcheck::text
              FROM pg_policy
            """;

    /// Triggers of a partition that were cloned from its parent's count as internal before PostgreSQL 15.
    static final String TRIGGERS =
            """
            SELECT tgrelid, tgname, tgfoid, tgenabled IN ('O', 'A'), tgtype, tgattr::int2[], tgdeferrable,
                   tgqual::text, tgoldtable, tgnewtable
              FROM pg_trigger WHERE NOT (tgisinternal AND tgfoid < 16384)
            """;

    static final String EVENT_TRIGGERS =
            "SELECT evtname, evtevent, evtfoid FROM pg_event_trigger WHERE evtenabled IN ('O', 'A')";

    /// PostgreSQL 14 does not have `confdelsetcols`.
    static final String FOREIGN_KEYS =
            """
            SELECT conname, conrelid, confrelid, confupdtype, confdeltype, conkey, confkey,
                   array(SELECT k.attnum::int2
                           FROM json_array_elements_text(
                             CASE json_typeof(to_json(c) -> 'confdelsetcols') WHEN 'array'
                               THEN to_json(c) -> 'confdelsetcols' ELSE '[]' END) AS k(attnum))
              FROM pg_constraint c
             WHERE contype = 'f'
            """;

    static final String KEYS =
            """
            SELECT c.oid, c.conrelid, c.conname, c.contype = 'p', a.attname
              FROM pg_constraint c
              CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(attnum, place)
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
             WHERE c.contype IN ('p', 'u')
             ORDER BY c.oid, k.place
            """;

    static final String INHERITANCE = "SELECT inhparent, inhrelid FROM pg_inherits";

    static final String EXTENSIONS = "SELECT extname FROM pg_extension";

    private CatalogQueries() {}
}
